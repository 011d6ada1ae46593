"""What of a town's books its members are shown: heads and expenses of a time, and never who was paid."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from centres.models import Expense
from centres.money import accounts
from juxian.people.models import Town


@dataclass(frozen=True)
class Spending:
    """One expense: its key in the books, day, what for, how much."""

    source: int
    day: date
    text: str
    amount: Decimal


@dataclass(frozen=True)
class Head:
    """One head: the budget of the year as of the last day, what was spent before the first day and between the days."""

    name: str
    budget: Decimal
    spent_before: Decimal
    spent: Decimal
    items: list[Spending]


def books(town: Town, starts_on: date, ends_on: date) -> list[Head]:
    """The heads of one year's accounts, with the expenses from `starts_on` to `ends_on`, both included."""
    before = {row.head_id: row.spent for row in accounts(town, starts_on.year, until=starts_on - timedelta(days=1))}
    items: dict[int, list[Spending]] = defaultdict(list)
    rows = Expense.objects.standing().filter(town=town, year=starts_on.year, spent_on__range=(starts_on, ends_on))
    for row in rows.order_by("spent_on", "pk").only("head_id", "spent_on", "purpose", "amount"):
        items[row.head_id].append(Spending(row.pk, row.spent_on, row.purpose, row.amount))
    found = []
    for row in accounts(town, starts_on.year, until=ends_on):
        earlier = before.get(row.head_id, Decimal(0))
        found.append(Head(row.name, row.budget, earlier, row.spent - earlier, items[row.head_id]))
    return found
