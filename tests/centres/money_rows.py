"""Rows of money for tests, written straight into the tables."""

from datetime import date
from itertools import count
from typing import Any

from django.utils import timezone

from centres.models import Budget, BudgetLine, CostHead, Expense, YearClosing
from centres.money import accounts, total
from juxian.people.models import Town, User

NAMES = {"lecturers": "师资费", "meals": "伙食费", "transport": "交通费", "other": "其他费用"}
_vouchers = count(1)


def head(key: str) -> CostHead:
    order = list(NAMES).index(key) + 1
    return CostHead.objects.get_or_create(key=key, defaults={"name": NAMES[key], "order": order, "source": "测试"})[0]


def budget(town: Town, by: User, year: int, lines: dict[CostHead, str]) -> Budget:
    row = Budget.objects.create(town=town, year=year, saved_by=by, saved_at=timezone.now())
    for one, amount in lines.items():
        BudgetLine.objects.create(budget=row, head=one, amount=amount)
    return row


def approve(row: Budget, by: User) -> Budget:
    row.state, row.approved_by, row.approved_at = Budget.State.APPROVED, by, timezone.now()
    row.save()
    return row


def expense(
    town: Town, by: User, kind: CostHead, amount: str, *, on: date = date(2026, 1, 15), **given: Any
) -> Expense:
    given = {"year": on.year, "voucher": f"记-{next(_vouchers)}", "payee": "示例商店", "purpose": "示例", **given}
    return Expense.objects.create(town=town, head=kind, amount=amount, spent_on=on, by=by, at=timezone.now(), **given)


def reverse(row: Expense, by: User, **given: Any) -> Expense:
    row.refresh_from_db()
    copied = ("town_id", "year", "head_id", "voucher", "round", "spent_on", "payee", "purpose")
    values = {name: getattr(row, name) for name in copied} | {"amount": -row.amount} | given
    return Expense.objects.create(reverses=row, reason="记错了", by=by, at=timezone.now(), **values)


def _step(town: Town, by: User, year: int, reason: str) -> YearClosing:
    number = YearClosing.objects.filter(town=town, year=year).count() + 1
    sums = total(accounts(town, year))
    return YearClosing.objects.create(
        town=town, year=year, number=number, is_closed=not reason, budget=sums.budget, spent=sums.spent, reason=reason,
        by=by, at=timezone.now(),
    )  # fmt: skip


def close(town: Town, by: User, year: int) -> YearClosing:
    return _step(town, by, year, "")


def reopen(town: Town, by: User, year: int) -> YearClosing:
    return _step(town, by, year, "漏了一张")
