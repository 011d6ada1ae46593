"""A centre is inspected on a phone in its hall, two faults are put right with photos, and looked at again.

The inspector's phone loses the network for two items and is left before they were sent: nothing is lost. A second
device does not write over the first, and what is refused is said where it was given.
"""

import re
from datetime import date
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Error, Locator, Page, expect

from centres.models import Centre, Finding, Inspection, InspectionPhoto, InspectionResult
from juxian.people.models import Grant, User
from tests.centres.inspecting import picture
from tests.factories import GrantFactory, UserFactory

pytestmark = pytest.mark.db_engine
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
MET, PARTLY, UNMET = "达标", "基本达标", "未达标"
FOUND = {"标识": UNMET, "党建书籍": PARTLY}


@pytest.fixture
def centre(live_server, town) -> Centre:
    """The county as it is after its reference data are loaded."""
    call_command("load_county", verbosity=0)
    found = Centre.objects.get(town=town)
    Centre.objects.filter(pk=found.pk).update(opened_on=date(2021, 1, 1))
    return found


@pytest.fixture
def inspector(live_server) -> User:
    return GrantFactory(user=UserFactory(username="inspector", name="示例检查员"), kind=Grant.Kind.INSPECTOR).user


class Somebody:
    """A person with a browser of their own. Errors of the server and refusals by the content policy fail the test."""

    def __init__(self, chromium: Browser, live_server, user: User, size: dict[str, int]) -> None:
        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.url = live_server.url
        self.trouble: list[str] = []
        self.context: BrowserContext = chromium.new_context(viewport=size, locale="zh-CN", has_touch=size is PHONE)
        self.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": self.url}])
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda line: self.hears(line.text) if "Content Security" in line.text else None)
        self.page.on("response", lambda answer: self.hears(answer.url) if answer.status >= 500 else None)

    def hears(self, text: str) -> None:
        self.trouble.append(text)

    def go(self, path: str) -> None:
        self.page.goto(self.url + path)

    def press(self, name: str, within: Locator | None = None) -> None:
        (within or self.page.locator("main")).get_by_role("button", name=name, exact=True).click()

    def sees(self, text: str) -> None:
        expect(self.page.locator("main")).to_contain_text(text)


@pytest.fixture
def phone(chromium, live_server, inspector):
    somebody = Somebody(chromium, live_server, inspector, PHONE)
    yield somebody
    somebody.context.close()
    assert somebody.trouble == []


@pytest.fixture
def second(chromium, live_server, inspector):
    """Another phone of the same inspector."""
    somebody = Somebody(chromium, live_server, inspector, PHONE)
    yield somebody
    somebody.context.close()
    assert somebody.trouble == []


@pytest.fixture
def desk(chromium, live_server, clerk):
    somebody = Somebody(chromium, live_server, clerk, DESK)
    yield somebody
    somebody.context.close()
    assert somebody.trouble == []


def item(page: Page, name: str) -> Locator:
    return page.locator(".in-item").filter(has=page.locator("legend", has_text=re.compile(f"^{name}$")))


def judge(page: Page, name: str, verdict: str, note: str = "") -> None:
    form = item(page, name)
    if note:
        form.locator("textarea").fill(note)
    form.locator("label.sv").filter(has_text=re.compile(f"^{verdict}$")).click()


def sent(page: Page) -> None:
    """Everything is on the server, as the screen says."""
    expect(page.locator("#in-all")).to_be_visible()
    expect(page.locator("#in-waiting")).to_be_hidden()


def start(phone: Somebody, button: str) -> list[str]:
    """Begin in the list of centres; the names of the items on the page that opens."""
    phone.go("/inspect/")
    phone.press(button, phone.page.locator(".rounds > li", has_text="大店镇"))
    phone.page.wait_for_url(re.compile(r"/inspect/\d+/$"))
    return phone.page.locator(".in-item legend").all_inner_texts()


def kept() -> dict[str, str]:
    """What the server has of the inspection under way."""
    rows = InspectionResult.objects.filter(inspection__state="draft").exclude(verdict="")
    return dict(rows.values_list("item__name", "verdict"))


def refused(page: Page, name: str) -> Locator:
    """What is said at the item, on the screen and in focus."""
    text = item(page, name).locator("[data-refusal]")
    expect(text).to_be_focused()
    expect(text).to_be_in_viewport()
    return text


def test_inspect_rectify_inspect_again(phone, second, desk, centre) -> None:
    names = start(phone, "开始检查")
    assert len(names) == 12
    look_offline(phone, names)
    look_on_two_devices(phone, second, names[0])
    sign_out(second)
    look_at_the_rest(phone, names)
    sign(desk)
    assert on_the_board(desk) == {name: FOUND.get(name, MET) for name in names}
    rectify(desk)
    again(phone)
    sign(desk)
    assert set(Inspection.objects.values_list("state", flat=True)) == {Inspection.State.CLOSED}
    assert set(Finding.objects.values_list("state", flat=True)) == {Finding.State.ACCEPTED}
    assert on_the_board(desk) == dict.fromkeys(names, MET)
    nothing_is_open(desk)


def look_offline(phone: Somebody, names: list[str]) -> None:
    """Two items without network, then the page is left before anything could be sent."""
    page = phone.page
    judge(page, names[0], MET)
    sent(page)
    page.wait_for_function("async () => Boolean(await caches.match(location.pathname))")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.context.set_offline(True)
    judge(page, names[1], MET)
    judge(page, "标识", UNMET, "大门口的牌子掉了")
    expect(page.locator("#in-waiting")).to_have_text("还有 2 项没有发出去")
    expect(page.locator("#in-looked")).to_have_text("3")
    assert kept() == {names[0]: "met"}
    page.reload()
    expect(page.locator("#in-waiting")).to_have_text("还有 2 项没有发出去")
    expect(page.locator("#in-looked")).to_have_text("3")
    expect(item(page, "标识").locator("textarea")).to_have_value("大门口的牌子掉了")
    assert page.locator(".in-bar").evaluate("bar => getComputedStyle(bar).position") == "sticky"  # drawn as ever
    address = page.url
    page.goto("about:blank")
    phone.context.set_offline(False)
    page.goto(address)
    sent(page)
    expect(item(page, "标识").locator("textarea")).to_have_value("大门口的牌子掉了")
    assert kept() == {names[0]: "met", names[1]: "met", "标识": "unmet"}


def look_on_two_devices(phone: Somebody, second: Somebody, name: str) -> None:
    """The later tap does not win without a word: whoever made it sees what stands, and chooses."""
    page, other = phone.page, second.page
    second.go(urlsplit(page.url).path)
    judge(page, name, PARTLY)
    sent(page)
    judge(other, name, UNMET, "另一台手机看的")
    expect(refused(other, name)).to_contain_text("记为“基本达标”。您这里的还没有存，请选留哪一个。")
    expect(other.locator("#in-waiting")).to_have_text("还有 1 项没有发出去")
    other.reload()
    second.press("留已经记的", item(other, name))
    expect(item(other, name).locator("input:checked")).to_have_value("partly")
    expect(item(other, name).locator("textarea")).to_have_value("")
    sent(other)
    assert kept()[name] == "partly"
    judge(other, name, MET)
    sent(other)
    judge(page, name, UNMET)
    refused(page, name)
    assert kept()[name] == "met"
    phone.press("存我这里的", item(page, name))
    sent(page)
    assert kept()[name] == "unmet"
    judge(page, name, MET)
    sent(page)


def look_at_the_rest(phone: Somebody, names: list[str]) -> None:
    """Offline once more with a photo; the network comes back by itself. Handing in too early says what is missing."""
    page = phone.page
    phone.context.set_offline(True)
    judge(page, "党建书籍", PARTLY, "书架上只有二十本")
    photo = picture("书架.jpg")
    item(page, "党建书籍").locator("input[type=file]").set_input_files(
        {"name": photo.name, "mimeType": "image/jpeg", "buffer": photo.read()}
    )
    expect(page.locator("#in-waiting")).to_have_text("还有 2 项没有发出去")
    phone.context.set_offline(False)
    sent(page)
    expect(item(page, "党建书籍").locator(".photos img")).to_have_count(1)
    item(page, "标识").locator("input[type=file]").set_input_files(
        {"name": "旧.exe", "mimeType": "image/jpeg", "buffer": b"MZ"}
    )
    expect(refused(page, "标识")).to_contain_text("“旧.exe”不是照片。")
    phone.press("提交检查结果")
    left = [name for name in names if name not in (names[0], names[1], *FOUND)]
    expect(refused(page, left[0]).locator("p").first).to_have_text("这一项还没有结果，请选一个。")
    phone.sees(f"没有提交，这 {len(left)} 项还要填：{'、'.join(left)}。")
    for name in left:
        judge(page, name, MET)
    sent(page)
    expect(page.locator("#in-look")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    phone.press("提交检查结果")
    phone.sees("已提交，等对方确认。")
    assert InspectionPhoto.objects.count() == 1


def sign(desk: Somebody) -> None:
    desk.go("/town/centre/inspections/")
    desk.page.locator("main").get_by_role("link", name="去看").first.click()
    desk.press("确认检查结果")
    desk.sees("已确认。")


def rectify(desk: Somebody) -> None:
    for _ in range(2):
        desk.go("/town/centre/inspections/")
        desk.page.locator("main").get_by_role("link", name="报整改").first.click()
        desk.page.locator("#rectify textarea").fill("已经换新的，钉牢了。")
        photos = [picture(f"改后{number}.jpg") for number in range(2)]
        desk.page.locator("#rectify input[type=file]").set_input_files(
            [{"name": one.name, "mimeType": "image/jpeg", "buffer": one.read()} for one in photos]
        )
        desk.press("报整改情况")
        desk.sees("整改情况已报，等县里复查。")
        expect(desk.page.locator(".res .photos img")).to_have_count(2)
    assert set(Finding.objects.values_list("state", flat=True)) == {Finding.State.RECTIFIED}


def again(phone: Somebody) -> None:
    assert start(phone, "复查 2 项") == ["标识", "党建书籍"]
    phone.sees("已经换新的，钉牢了。")
    judge(phone.page, "标识", MET)
    judge(phone.page, "党建书籍", MET)
    sent(phone.page)
    phone.press("提交检查结果")
    phone.sees("已提交，等对方确认。")


def sign_out(phone: Somebody) -> None:
    """Nothing of the hall stays on a phone whose owner signed out, and without network nobody sees it."""
    page, address = phone.page, phone.page.url
    page.wait_for_function("async () => Boolean(await caches.match(location.pathname))")
    assert page.evaluate("localStorage.length") == 1
    phone.go("/account/")
    phone.press("退出登录")
    page.wait_for_url("**/login/")
    page.wait_for_function("async () => !(await caches.keys()).length && !localStorage.length")
    phone.context.set_offline(True)
    with pytest.raises(Error, match="ERR_FAILED|ERR_INTERNET_DISCONNECTED"):
        page.goto(address)
    phone.context.set_offline(False)


def on_the_board(desk: Somebody) -> dict[str, str]:
    """What the compliance board says of each item of the clerk's own centre."""
    desk.go("/county/compliance/")
    names = desk.page.locator(".mx thead tr").last.locator("th").all_inner_texts()
    cells = desk.page.locator(".mx tbody tr").first.locator("td").all_inner_texts()
    return dict(zip(names[1:13], cells[:12], strict=True))


def nothing_is_open(desk: Somebody) -> None:
    desk.go("/town/centre/inspections/")
    desk.sees("没有要整改的问题")
    expect(desk.page.locator("main td .st-ok", has_text="已办结")).to_have_count(2)


def test_without_script_every_item_has_a_button(chromium, live_server, inspector, centre) -> None:
    plain = Somebody(chromium, live_server, inspector, PHONE)
    plain.context.close()
    context = chromium.new_context(viewport=PHONE, locale="zh-CN", java_script_enabled=False)
    client = Client()
    client.force_login(inspector)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    plain.page = context.new_page()
    names = start(plain, "开始检查")
    form = item(plain.page, names[3])
    form.locator("label.sv", has_text=re.compile(f"^{UNMET}$")).click()
    form.locator("textarea").fill("没有桌子")
    photo = picture()
    form.locator("input[type=file]").set_input_files(
        {"name": photo.name, "mimeType": "image/jpeg", "buffer": photo.read()}
    )
    plain.press("保存这一项", form)
    plain.sees(f"“{names[3]}”已保存。")
    expect(item(plain.page, names[3]).locator(".photos img")).to_have_count(1)
    context.close()
    assert kept() == {names[3]: "unmet"}
    assert Inspection.objects.get().started_at.date() <= timezone.now().date()
