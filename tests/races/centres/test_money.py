"""A year is closed while a voucher is entered; the same voucher comes twice; a voucher is reversed twice, at once."""

from datetime import date
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection
from django.utils import timezone

from centres.actions import money as actions
from centres.models import Expense, YearClosing
from centres.money import problems
from tests.centres.money_rows import approve, budget, expense, head
from tests.races.threads import kinds, together

YEAR = timezone.localdate().year


@pytest.fixture
def meals(town, clerk, county):
    approve(budget(town, clerk, YEAR, {head("meals"): "1000"}), county)
    return head("meals")


def post(town, meals, by, voucher="记-1", amount="5") -> str:
    facts = {"payee": "示例食堂", "purpose": "午餐", "spent_on": date(YEAR, 1, 1)}
    row = actions.post_expense(town=town, head=meals, amount=Decimal(amount), voucher=voucher, by=by, **facts)
    return f"{row.amount}"


def close(town, by) -> str:
    return f"closed at {actions.close_year(town=town, year=YEAR, by=by, reason='移交').spent}"


def test_a_year_closes_around_whole_vouchers(town, clerk, county, meals, arena):
    arena.meet(actions, "is_closed", 2, after=True)
    arena.meet(actions, "accounts", 2, after=True)
    found = kinds(together(partial(post, town, meals, clerk), partial(close, town, county)))
    assert found in (["5.00", "closed at 5.00"], ["ValidationError", "closed at 0.00"])
    assert list(problems()) == []


def test_twin_without_the_lock_the_books_close_on_a_sum_that_is_not_theirs(town, clerk, county, meals, arena):
    """The triggers are the second guard: on PostgreSQL they cannot see what is not committed yet."""
    place = arena.meet(actions, "over_budget", 2, after=True)
    arena.meet(actions, "accounts", place, after=True)
    arena.meet(actions, "record", 2)  # both have written, nobody has committed
    arena.lift_locks()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'centres_expense_closed'")
            (sql,) = cursor.fetchone()
            cursor.execute("DROP TRIGGER centres_expense_closed")
    try:
        found = kinds(together(partial(post, town, meals, clerk), partial(close, town, county)))
    finally:
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute(sql)
    assert found == ["5.00", "closed at 0.00"]
    assert len(list(problems())) == 1


def test_the_same_voucher_twice_is_one_row(town, clerk, county, meals, arena):
    arena.meet(actions, "_open_year", 2, after=True)
    assert kinds(together(partial(post, town, meals, clerk), partial(post, town, meals, county))) == ["5.00", "5.00"]
    assert Expense.objects.count() == 1


def test_another_amount_for_the_same_voucher_is_refused(town, clerk, county, meals, arena):
    arena.meet(actions, "_open_year", 2, after=True)
    jobs = [partial(post, town, meals, clerk), partial(post, town, meals, county, amount="6")]
    assert kinds(together(*jobs))[-1] == "ValidationError"
    assert Expense.objects.count() == 1


def test_twin_without_the_lock_the_table_still_keeps_one(town, clerk, county, meals, arena):
    arena.meet(actions, "_open_year", 2, after=True)
    arena.lift_locks()
    assert kinds(together(partial(post, town, meals, clerk), partial(post, town, meals, county))) == [
        "5.00",
        "IntegrityError",
    ]
    assert Expense.objects.count() == 1


def test_reversed_twice_is_reversed_once(town, clerk, county, meals, arena):
    paid = expense(town, clerk, meals, "5", on=date(YEAR, 1, 1))
    arena.meet(actions, "need_text", 2, after=True)
    jobs = [partial(actions.reverse_expense, expense=paid, reason="错", by=by) for by in (clerk, county)]
    rows = together(*jobs)
    assert len({row.pk for row in rows}) == 1
    assert Expense.objects.count() == 2


def test_closed_twice_is_closed_once(town, clerk, county, meals, arena):
    arena.meet(actions, "accounts", 2, after=True)
    assert kinds(together(partial(close, town, clerk), partial(close, town, county))) == ["closed at 0.00"] * 2
    assert YearClosing.objects.count() == 1
