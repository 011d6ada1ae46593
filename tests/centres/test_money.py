"""Accounts added up from rows, and what the database refuses whatever the code does."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from centres.models import Budget, BudgetAdjustment, BudgetLine, Expense, ExpenseScan, YearClosing
from centres.money import accounts, is_closed, problems, total, town_totals
from juxian.files.store import store
from tests.centres.money_rows import approve, budget, close, expense, head, reopen, reverse
from tests.factories import TownFactory

pytestmark = pytest.mark.django_db
YEAR = 2026


def money(text: str) -> Decimal:
    return Decimal(text)


def test_each_head_has_budget_spent_and_left(town, county, clerk) -> None:
    travel, meals = head("transport"), head("meals")
    plan = approve(budget(town, clerk, YEAR, {travel: "1000.10", meals: "500"}), county)
    BudgetAdjustment.objects.create(
        budget=plan, head=meals, amount="-100.05", reason="调到交通", by=county, at=timezone.now()
    )
    expense(town, clerk, meals, "450.01", on=date(YEAR, 3, 1))
    wrong = expense(town, clerk, travel, "0.10", on=date(YEAR, 5, 1))
    reverse(wrong, clerk)
    found = {row.name: (row.budget, row.spent, row.left, row.is_over) for row in accounts(town, YEAR)}
    assert found == {
        "伙食费": (money("399.95"), money("450.01"), money("-50.06"), True),
        "交通费": (money("1000.10"), money("0.00"), money("1000.10"), False),
    }
    whole = total(accounts(town, YEAR))
    assert (whole.budget, whole.spent, whole.left) == (money("1400.05"), money("450.01"), money("950.04"))
    assert town_totals([town], YEAR)[town.pk].spent == money("450.01")


def test_accounts_until_a_day_know_nothing_of_later(town, clerk, county) -> None:
    meals = head("meals")
    approve(budget(town, clerk, YEAR, {meals: "10"}), county)
    expense(town, clerk, meals, "1", on=date(YEAR, 6, 30))
    expense(town, clerk, meals, "2", on=date(YEAR, 7, 1))
    expense(town, clerk, meals, "4", on=date(YEAR - 1, 6, 1))
    expense(TownFactory(), clerk, meals, "8", on=date(YEAR, 6, 1))
    (row,) = accounts(town, YEAR, until=date(YEAR, 6, 30))
    assert (row.name, row.budget, row.spent, row.left) == ("伙食费", money("10"), money("1"), money("9"))


def test_a_draft_counts_only_when_asked_for(town, clerk) -> None:
    budget(town, clerk, YEAR, {head("meals"): "10"})
    assert [row.budget for row in accounts(town, YEAR)] == [money("0")]
    assert [row.budget for row in accounts(town, YEAR, with_draft=True)] == [money("10")]


def test_cents_stay_exact_over_thousands_of_rows_and_at_the_largest_amount(town, clerk) -> None:
    meals = head("meals")
    for number in range(30):
        expense(town, clerk, meals, "0.10", on=date(YEAR, 1, 1), voucher=f"分{number}")
    expense(town, clerk, meals, "9999999999.99", on=date(YEAR, 1, 1), voucher="大")
    (row,) = accounts(town, YEAR)
    assert str(row.spent) == "10000000002.99"


def test_totals_of_all_towns_cost_the_same_queries(clerk, django_assert_num_queries) -> None:
    meals, towns = head("meals"), []
    for _ in range(3):
        towns.append(TownFactory())
        expense(towns[-1], clerk, meals, "5", on=date(YEAR, 1, 1))
        with django_assert_num_queries(3):
            found = town_totals(towns, YEAR)
    assert [row.spent for row in found.values()] == [money("5")] * 3


def refused(act) -> str:
    """The engine's words when it refuses `act`."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        act()
    return str(caught.value).splitlines()[0]


FROZEN = "支出、预算调整、凭证影像和结账记录只能追加，不能修改或删除"


def test_rows_of_money_are_never_edited_or_deleted(town, clerk, county) -> None:
    meals = head("meals")
    paid = expense(town, clerk, meals, "5", on=date(YEAR, 1, 1))
    ExpenseScan.objects.create(expense=paid, file=store([b"x"], name="a.pdf", kind="pdf"), by=clerk, at=timezone.now())
    plan = approve(budget(town, clerk, YEAR, {meals: "5"}), county)
    BudgetAdjustment.objects.create(budget=plan, head=meals, amount=1, reason="加", by=county, at=timezone.now())
    close(town, clerk, YEAR)
    for model, values in (
        (Expense, {"purpose": "改"}),
        (ExpenseScan, {"at": timezone.now()}),
        (BudgetAdjustment, {"reason": "改"}),
        (YearClosing, {"spent": 0}),
    ):
        assert refused(lambda model=model, values=values: model.objects.update(**values)) == FROZEN
        assert refused(lambda model=model: model.objects.all()._raw_delete(model.objects.db)) == FROZEN


def test_an_approved_budget_stays_as_it_is(town, clerk, county) -> None:
    meals = head("meals")
    plan = budget(town, clerk, YEAR, {meals: "5"})
    BudgetLine.objects.update(amount=6)
    approve(plan, county)
    kept = "已批准的预算不能修改，请登记调整"
    assert refused(lambda: BudgetLine.objects.update(amount=7)) == kept
    assert refused(lambda: BudgetLine.objects.all().delete()) == kept
    assert refused(lambda: BudgetLine.objects.create(budget=plan, head=head("other"), amount=1)) == kept
    assert refused(lambda: Budget.objects.update(year=YEAR + 1)) == kept
    assert refused(lambda: Budget.objects.update(state="draft", approved_by=None, approved_at=None)) == kept


def test_only_an_approved_budget_is_adjusted(town, clerk, county) -> None:
    meals = head("meals")
    plan = budget(town, clerk, YEAR, {meals: "5"})
    row = {"budget": plan, "head": meals, "amount": 1, "reason": "加", "by": county, "at": timezone.now()}
    assert refused(lambda: BudgetAdjustment.objects.create(**row)) == "只有已批准、未结账的预算能调整"
    approve(plan, county)
    close(town, clerk, YEAR)
    assert refused(lambda: BudgetAdjustment.objects.create(**row)) == "只有已批准、未结账的预算能调整"
    reopen(town, county, YEAR)
    BudgetAdjustment.objects.create(**row)


def test_a_closed_year_takes_nothing_until_it_is_opened_again(town, clerk, county) -> None:
    meals = head("meals")
    paid = expense(town, clerk, meals, "5", on=date(YEAR, 1, 1))
    assert is_closed(town, YEAR) is False
    close(town, clerk, YEAR)
    assert is_closed(town, YEAR) is True
    shut = "这个年度已经结账，不能再入账或冲销"
    assert refused(lambda: expense(town, clerk, meals, "1", on=date(YEAR, 2, 1))) == shut
    assert refused(lambda: reverse(paid, clerk)) == shut
    expense(town, clerk, meals, "1", on=date(YEAR + 1, 2, 1))
    expense(TownFactory(), clerk, meals, "1", on=date(YEAR, 2, 1))
    reopen(town, county, YEAR)
    reverse(paid, clerk)
    assert accounts(town, YEAR)[0].spent == 0


def test_closings_come_one_after_another(town, clerk) -> None:
    def step(number: int, closed: bool) -> None:
        YearClosing.objects.create(
            town=town, year=YEAR, number=number, is_closed=closed, budget=0, spent=0, reason="" if closed else "漏了",
            by=clerk, at=timezone.now(),
        )  # fmt: skip

    order = "结账和重新打开要依次登记"
    assert refused(lambda: step(2, False)) == order
    assert refused(lambda: step(1, False)) == order
    step(1, True)
    assert refused(lambda: step(3, True)) == order
    step(2, False)


def test_a_voucher_lies_in_its_year_and_is_posted_once(town, clerk) -> None:
    meals = head("meals")
    wrong_year = {"year": YEAR, "on": date(YEAR - 1, 12, 31)}
    assert refused(lambda: expense(town, clerk, meals, "5", **wrong_year)) == "支出日期不在这个年度里"
    first = expense(town, clerk, meals, "5", on=date(YEAR, 1, 1), voucher="记-1")
    again = "这个凭证号已经入账，先冲销才能再入账"
    for attempt in (1, 2):
        assert refused(lambda n=attempt: expense(town, clerk, meals, "5", voucher="记-1", round=n)) == again
    reverse(first, clerk)
    assert "UNIQUE" in refused(lambda: expense(town, clerk, meals, "5", voucher="记-1")).upper()
    expense(town, clerk, meals, "6", voucher="记-1", round=2)
    expense(town, clerk, meals, "5", voucher="记-1", on=date(YEAR + 1, 1, 1))
    expense(TownFactory(), clerk, meals, "5", voucher="记-1")


@pytest.mark.parametrize("change", [{"amount": "-4"}, {"voucher": "记-9"}, {"spent_on": date(YEAR, 1, 2)}])
def test_a_reversal_takes_back_exactly_what_was_posted(town, clerk, change) -> None:
    paid = expense(town, clerk, head("meals"), "5", on=date(YEAR, 1, 1))
    assert refused(lambda: reverse(paid, clerk, **change)) == "冲销必须与原支出一致、金额相反，且不能冲销冲销"
    taken = reverse(paid, clerk)
    assert "UNIQUE" in refused(lambda: reverse(paid, clerk)).upper()
    assert "冲销" in refused(lambda: reverse(taken, clerk, amount="-5"))


@pytest.mark.parametrize("amount", ["0", "-5"])
def test_nothing_and_less_than_nothing_is_no_expense(town, clerk, amount) -> None:
    assert "centres_expense_sign" in refused(lambda: expense(town, clerk, head("meals"), amount))


def test_a_budget_is_not_negative(town, clerk) -> None:
    assert "centres_budgetline_not_negative" in refused(lambda: budget(town, clerk, YEAR, {head("meals"): "-1"}))


def test_verify_sees_a_closed_year_that_changed(town, clerk) -> None:
    from tests.flushing import guards_off  # noqa: PLC0415 only this test breaks in

    expense(town, clerk, head("meals"), "5", on=date(YEAR, 1, 1))
    close(town, clerk, YEAR)
    assert list(problems()) == []
    with guards_off():
        Expense.objects.update(amount=Decimal("6.01"))
    assert list(problems()) == ["大店镇2026年度结账时支出 5.00 元，现在各笔合计 6.01 元，对不上。"]
