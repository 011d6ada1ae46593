"""Accounts go from the clerk's books to a member's phone; the member asks and is answered. Another town's member gets 404."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from juxian.people.models import User
from tests.browser.test_inspection import DESK, PHONE, Somebody
from tests.centres.disclosure_rows import FIRST, LAST, keep_books, second_clerk
from tests.factories import BranchFactory, CentreFactory, MemberFactory, UserFactory

__all__ = ["second_clerk"]  # a fixture
pytestmark = pytest.mark.db_engine


@pytest.fixture
def somebody(chromium, live_server) -> Iterator[Callable[[User, dict[str, int]], Somebody]]:
    """Opens a browser for a user; nobody may have met an error of the server."""
    people: list[Somebody] = []

    def open_for(user: User, size: dict[str, int]) -> Somebody:
        people.append(Somebody(chromium, live_server, user, size))
        return people[-1]

    yield open_for
    for one in people:
        one.context.close()
        assert one.trouble == []


def test_a_member_reads_asks_and_is_answered(somebody, town, other_town, clerk, second_clerk, county, member) -> None:
    CentreFactory(town=town)
    keep_books(town, clerk)
    desk, colleague, office = (somebody(user, DESK) for user in (clerk, second_clerk, county))
    reader = somebody(member.user, PHONE)

    desk.go("/town/centre/disclosures/add/")
    desk.page.fill("#id_title", "全年培训经费")
    desk.page.fill("#id_starts_on", FIRST.isoformat())
    desk.page.fill("#id_ends_on", LAST.isoformat())
    desk.page.fill("#id_text", "有疑问打 13800138000。")
    desk.press("建草稿")
    desk.press("提出公开")
    address = desk.page.url.removeprefix(desk.url)

    colleague.go(address)
    colleague.press("保密审查通过")
    expect(colleague.page.locator("body")).to_contain_text(
        "说明有手机号码：“有疑问打 13800138000。”。请退回，去掉后再公开。"
    )
    colleague.page.fill("#why", "去掉电话")
    colleague.press("退回")
    desk.go(f"{address}edit/")
    desk.page.fill("#id_text", "有疑问请在这里提问。")
    desk.press("保存")
    desk.press("提出公开")
    colleague.go(address)
    colleague.press("保密审查通过")
    office.go(address)
    office.press("批准")
    desk.go(address)
    desk.press("向本镇党员公布")

    reader.go("/me/")
    reader.page.get_by_role("link", name="账目公开").click()
    reader.page.get_by_role("link", name="全年培训经费").click()
    reader.sees("4,200.40")
    reader.sees("春季轮训用餐")
    reader.page.fill("#id_text", "用餐一天多少钱？")
    reader.press("提问")
    reader.sees("等镇里答复，别人现在看不到")

    desk.go("/town/centre/disclosures/")
    desk.page.get_by_role("link", name="答复").click()
    desk.page.fill("#id_text", "按规定标准，据实结算。")
    desk.press("答复并公开")
    reader.go("/me/inbox/")
    reader.page.get_by_role("button", name="您问的账目有答复了").click()
    reader.sees("按规定标准，据实结算。")

    stranger = somebody(MemberFactory(branch=BranchFactory(town=other_town), user=UserFactory()).user, PHONE)
    mine = reader.page.evaluate("() => [...document.querySelectorAll('main a')].map(one => one.getAttribute('href'))")
    (account,) = [path for path in mine if path.startswith("/me/accounts/")]
    assert stranger.page.goto(stranger.url + account).status == 404
