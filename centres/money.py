"""Figures of money, added up from rows as Decimal: no total is stored, and no amount ever becomes a float."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Q
from django.utils import timezone

from centres.models import Budget, BudgetAdjustment, BudgetLine, CostHead, Expense, YearClosing
from centres.models.money import ZERO
from juxian.people.models import Town

Sums = dict[tuple[int, int], Decimal]  # (town, head) → 元


@dataclass(frozen=True)
class Account:
    """One head of a town's year, or the total of all: what may be spent, what was, what is left, in 元."""

    name: str
    budget: Decimal
    spent: Decimal
    head_id: int = 0

    @property
    def left(self) -> Decimal:
        return self.budget - self.spent

    @property
    def is_over(self) -> bool:
        return self.left < 0


def yuan(amount: Decimal) -> str:
    """1234.5 → 1,234.50."""
    return f"{amount:,.2f}"


def _add(rows: Iterable[tuple[int, int, Decimal]], sums: Sums) -> None:
    for town, head, amount in rows:
        sums[town, head] += amount


def _budgets(towns: Iterable[int], year: int, until: date, states: Sequence[str]) -> Sums:
    """Lines of the budgets in one of `states`, and what was adjusted until the end of that local day."""
    sums: Sums = defaultdict(lambda: ZERO)
    own = Q(budget__town__in=towns, budget__year=year, budget__state__in=states)
    end = timezone.make_aware(datetime.combine(until + timedelta(days=1), time()))
    _add(BudgetLine.objects.filter(own).order_by().values_list("budget__town", "head", "amount"), sums)
    rows = BudgetAdjustment.objects.filter(own, at__lt=end).order_by()
    _add(rows.values_list("budget__town", "head", "amount"), sums)
    return sums


def _spent(towns: Iterable[int], year: int, until: date) -> Sums:
    sums: Sums = defaultdict(lambda: ZERO)
    rows = Expense.objects.filter(town__in=towns, year=year, spent_on__lte=until).order_by()
    _add(rows.values_list("town", "head", "amount"), sums)
    return sums


def accounts(town: Town, year: int, *, until: date | None = None, with_draft: bool = False) -> list[Account]:
    """Each head of a town's year as of the local day `until` (all of it when None), in the county's order of heads.

    A budget counts once the county approved it, or as a draft `with_draft`. A head out of use shows while it has rows.
    """
    until = until or date(year, 12, 31)
    states = [Budget.State.APPROVED, *([Budget.State.DRAFT] if with_draft else [])]
    adjusted_until = max(until, timezone.localdate()) if until == date(year, 12, 31) else until
    budgets = _budgets([town.pk], year, adjusted_until, states)
    spent = _spent([town.pk], year, until)
    used = {head for _, head in [*budgets, *spent]}
    return [
        Account(head.name, budgets[town.pk, head.pk], spent[town.pk, head.pk], head.pk)
        for head in CostHead.objects.order_by("order", "pk")
        if head.is_active or head.pk in used
    ]


def total(rows: Iterable[Account], name: str = "合计") -> Account:
    """The sum of some accounts."""
    rows = list(rows)
    return Account(name, sum((row.budget for row in rows), ZERO), sum((row.spent for row in rows), ZERO))


def town_totals(towns: Iterable[Town], year: int) -> dict[int, Account]:
    """The whole year of each town by its key, in two queries however many towns there are."""
    towns = list(towns)
    keys = [town.pk for town in towns]
    until = date(year, 12, 31)
    sides = (_budgets(keys, year, max(until, timezone.localdate()), [Budget.State.APPROVED]), _spent(keys, year, until))
    found: dict[int, list[Decimal]] = {key: [ZERO, ZERO] for key in keys}
    for side, sums in enumerate(sides):
        for (key, _), amount in sums.items():
            found[key][side] += amount
    return {town.pk: Account(town.name, found[town.pk][0], found[town.pk][1]) for town in towns}


def draft_totals(towns: Iterable[Town], year: int) -> dict[int, Decimal]:
    """What each town asks for the year that the county has not approved, by the key of the town."""
    rows = BudgetLine.objects.filter(budget__town__in=towns, budget__year=year, budget__state=Budget.State.DRAFT)
    found: dict[int, Decimal] = {}
    for town, amount in rows.order_by().values_list("budget__town", "amount"):
        found[town] = found.get(town, ZERO) + amount
    return found


def stamp(rows: Iterable[Account]) -> str:
    """The budgets of some heads as a token: a form carries it, so that a save knows what its writer saw."""
    return ";".join(f"{row.head_id}={row.budget}" for row in rows if row.budget)


def overtaken(rows: Sequence[Account], wanted: Mapping[int, Decimal], seen: str | None) -> str:
    """What to say where the budgets are no longer what the writer saw; empty where nothing would be lost."""
    if seen is None or seen == stamp(rows):
        return ""
    said = [
        f"“{row.name}”已存 {yuan(row.budget)} 元，您填的是 {yuan(wanted.get(row.head_id, ZERO))} 元"
        for row in rows
        if row.budget != wanted.get(row.head_id, ZERO)
    ]
    return f"您打开这一页以后，别处保存过这份预算：{'；'.join(said)}。核对后再点一次“保存”，就以您填的为准。"


def is_closed(town: Town, year: int) -> bool:
    """Whether the year is closed, by the last row on it."""
    last = YearClosing.objects.filter(town=town, year=year).order_by("-number").first()
    return bool(last and last.is_closed)


def over_budget(town: Town, year: int, head: CostHead, amount: Decimal) -> str:
    """What to warn of before `amount` is spent on a head: no approved budget, or more than is left; empty when it fits."""
    if not Budget.objects.filter(town=town, year=year, state=Budget.State.APPROVED).exists():
        return f"{year} 年还没有批准的预算。"
    row = next((one for one in accounts(town, year) if one.head_id == head.pk), Account(head.name, ZERO, ZERO))
    over = amount - row.left
    if over <= 0:
        return ""
    said = f"“{head}”{year} 年预算 {yuan(row.budget)} 元，已支出 {yuan(row.spent)} 元"
    return f"{said}，这一笔 {yuan(amount)} 元，超出 {yuan(over)} 元。"


def problems() -> Iterable[str]:
    """What does not add up, in Chinese sentences; asked by `verify`."""
    for closing in YearClosing.objects.current().filter(is_closed=True).select_related("town").order_by("pk"):
        spent = _spent([closing.town_id], closing.year, date(closing.year, 12, 31))
        if (now := sum(spent.values(), ZERO)) != closing.spent:
            yield f"{closing}时支出 {closing.spent} 元，现在各笔合计 {now} 元，对不上。"
    for row in Expense.objects.filter(reverses__isnull=False).select_related("reverses", "town").order_by("pk"):
        if row.amount + row.reverses.amount or (row.town_id, row.year) != (row.reverses.town_id, row.reverses.year):
            yield f"支出第 {row.pk} 笔冲销与原支出对不上。"


# Upper floors say here what they know of vouchers: keys of expenses → key → (words, address).
Link = tuple[str, str]
link_makers: list[Callable[[list[int]], dict[int, Link]]] = []


def links_of(expenses: list[int]) -> dict[int, Link]:
    """What a voucher was for, by its key, from whoever registered."""
    found: dict[int, Link] = {}
    for maker in link_makers:
        found |= maker(expenses)
    return found
