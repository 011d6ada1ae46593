"""Closing a year: what is asked first, what a closed year says."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from centres.models import YearClosing
from tests.centres.money_rows import approve, budget, close, expense, head
from tests.factories import CentreFactory

pytestmark = pytest.mark.django_db
YEAR = 2026
PATH = f"/town/centre/money/close/?year={YEAR}"


@pytest.fixture
def page(client: Client, clerk, town, time_machine) -> Client:
    time_machine.move_to("2026-11-23T10:00:00+08:00")
    CentreFactory(town=town)
    client.force_login(clerk)
    return client


def texts(response) -> list[str]:
    return [text for found in response.context["form"].errors.values() for text in found]


def test_closing_asks_first_and_before_the_end_of_the_year_why(page, town, clerk, county) -> None:
    meals = head("meals")
    approve(budget(town, clerk, YEAR, {meals: "100"}), county)
    expense(town, clerk, meals, "30", on=date(YEAR, 1, 1))
    asked = page.get(PATH).context
    assert (asked["sums"].budget, asked["sums"].spent, asked["is_early"], asked["barred"]) == (100, 30, True, "")
    assert texts(page.post(PATH)) == ["请先核对上面的数字，再勾选这一项。", "这一年还没过完，提前结账要写明原因。"]
    assert texts(page.post(PATH, {"reason": "撤并"})) == ["请先核对上面的数字，再勾选这一项。"]
    answer = {"sure": "on", "reason": "撤并移交"}
    expense(town, clerk, meals, "1", on=date(YEAR, 1, 2))
    stale = page.post(PATH, answer | {"seen": asked["form"].initial["seen"]})
    assert texts(stale) == ["账目在您打开这一页以后变了，请按新的数再核对一遍。"]
    assert YearClosing.objects.count() == 0
    assert page.post(PATH, answer | {"seen": stale.context["form"].data["seen"]}).status_code == 302
    row = YearClosing.objects.get()
    assert (row.is_closed, row.budget, row.spent, row.reason) == (True, Decimal(100), Decimal(31), "撤并移交")


def test_a_year_that_is_over_needs_no_reason(page, town, clerk) -> None:
    path = f"/town/centre/money/close/?year={YEAR - 1}"
    assert page.post(path, {"sure": "on"}).status_code == 302
    assert YearClosing.objects.get().reason == ""


def test_a_closed_year_says_by_whom_and_when_and_has_no_form(page, client, town, clerk, county) -> None:
    closing = close(town, clerk, YEAR)
    for shown in (page.get(PATH), page.post(PATH, {"sure": "on", "reason": "再来"})):
        assert (shown.context["closing"], "form" in shown.context) == (closing, False)
        assert ("2026年11月23日 10:00" in shown.content.decode(), "重新打开</a>" in shown.content.decode()) == (
            True,
            False,
        )
    assert YearClosing.objects.count() == 1
    client.force_login(county)
    assert "重新打开</a>" in client.get(f"{PATH}&town={town.code}").content.decode()


def test_a_year_with_a_draft_budget_or_ahead_has_no_button(page, town, clerk) -> None:
    answer = {"sure": "on", "reason": "撤并"}
    ahead = page.post(f"/town/centre/money/close/?year={YEAR + 1}", answer)
    assert ahead.context["barred"] == "这个年度还没开始，不能结账。"
    budget(town, clerk, YEAR, {head("meals"): "5"})
    drafted = page.post(PATH, answer)
    assert drafted.context["barred"] == f"{YEAR} 年的预算还是草稿，等县里批准后再结账。"
    assert ("预算草稿一份" in drafted.content.decode(), YearClosing.objects.count()) == (True, 0)


def test_the_county_opens_a_year_and_the_town_closes_it_again(page, client, town, clerk, county) -> None:
    closing = close(town, clerk, YEAR)
    path = f"/town/closings/{closing.pk}/reopen/"
    assert client.post(path, {"reason": "漏了"}).status_code == 403
    client.force_login(county)
    assert client.post(path, {"reason": " "}).status_code == 200
    assert client.post(path, {"reason": "漏了一张"}).status_code == 302
    again = client.post(path, {"reason": "又"})
    assert again.context["text"].endswith("已经重新打开：漏了一张")
    client.force_login(clerk)
    client.post(PATH, {"sure": "on", "reason": "补完了"})
    rows = YearClosing.objects.order_by("number").values_list("is_closed", "reason")
    assert list(rows) == [(True, ""), (False, "漏了一张"), (True, "补完了")]
