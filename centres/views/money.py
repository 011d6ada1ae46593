"""Money of a town as it is read: the page, its export and print; and the sixteen towns side by side."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from centres.forms.money import YearForm
from centres.models import (
    Budget,
    BudgetAdjustment,
    BudgetReturn,
    Centre,
    CostHead,
    Expense,
    ExpenseScan,
    YearClosing,
)
from centres.models.money import FIRST_YEAR, ZERO
from centres.money import Account, accounts, draft_totals, links_of, total, town_totals
from centres.views.places import centre_of
from juxian.files.serve import sent
from juxian.files.store import DamagedFile
from juxian.people.access import signed_in, staff_required
from juxian.people.models import Town
from juxian.sheets import Amount, workbook_of

PER_PAGE = 30
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ACCOUNT_HEADS = ("费用项目", "预算（元）", "支出（元）", "结余（元）")
EXPENSE_HEADS = ("日期", "凭证号", "费用项目", "金额（元）", "收款方", "事由", "说明", "经办人")


def year_of(request: HttpRequest) -> int:
    """The year of `?year=`, this year where it is none."""
    form = YearForm(request.GET)
    return int(form.cleaned_data["year"]) if form.is_valid() else timezone.localdate().year


def back_to(request: HttpRequest, town: Town, year: int, **more: str) -> str:
    """The page of a town's year, as this user reaches it."""
    named = {} if signed_in(request).is_clerk else {"town": town.code}
    return f"/town/centre/money/?{urlencode({**named, 'year': year, **more})}"


def writes_for(request: HttpRequest, town: Town) -> bool:
    """Whether this user writes for the town."""
    return signed_in(request).editable_towns().filter(pk=town.pk).exists()


def asked(request: HttpRequest, form: Any, back: str, **words: Any) -> HttpResponse:
    """A page with one form: title, text, button."""
    return render(request, "centres/money_form.html", {"nav": "centre", "form": form, "back": back, **words})


def shut(request: HttpRequest, title: str, text: str, back: str, status: int = 200) -> HttpResponse:
    """A page that says why there is no form."""
    ctx = {"nav": "centre", "title": title, "text": text, "back": back}
    return render(request, "centres/money_shut.html", ctx, status=status)


@dataclass
class Seen:
    """What a page of money shows: one town's year, cut to a head and a word where the reader asked for it."""

    centre: Centre
    year: int
    rows: list[Account]
    expenses: Any
    head: CostHead | None
    q: str
    budget: Budget | None
    returned: BudgetReturn | None

    @property
    def budget_words(self) -> str:
        """What the column of the budget shows; empty for one the county approved."""
        if self.budget is None:
            return "未编"
        if self.budget.state == Budget.State.APPROVED:
            return ""
        return "已退回，未批准" if self.is_returned else "草稿，未批准"

    @property
    def is_returned(self) -> bool:
        """Whether the town has the draft back and has not saved it since."""
        return bool(self.budget and self.returned and self.returned.saved_at == self.budget.saved_at)

    @property
    def town(self) -> Town:
        return self.centre.town

    @property
    def filters(self) -> dict[str, str]:
        found = {"head": str(self.head.pk) if self.head else "", "q": self.q}
        return {key: value for key, value in found.items() if value}


def _seen(request: HttpRequest) -> Seen:
    centre, year = centre_of(request), year_of(request)
    expenses = Expense.objects.visible_to(request.user).filter(town=centre.town, year=year)
    key, q = request.GET.get("head", ""), request.GET.get("q", "").strip()[:60]
    head = CostHead.objects.filter(pk=key).first() if key.isascii() and key.isdigit() and len(key) < 10 else None
    if head:
        expenses = expenses.filter(head=head)
    if q:
        expenses = expenses.filter(Q(voucher__icontains=q) | Q(payee__icontains=q) | Q(purpose__icontains=q))
    expenses = expenses.select_related("head", "by", "reversed_by", "reverses").order_by("-spent_on", "-pk")
    rows = accounts(centre.town, year, with_draft=True)
    return Seen(centre, year, rows, expenses, head, q, *_budget_of(request, centre.town, year))


def _budget_of(request: HttpRequest, town: Town, year: int) -> tuple[Budget | None, BudgetReturn | None]:
    """The budget of a town's year, and the last time the county sent it back."""
    budgets = Budget.objects.visible_to(request.user).select_related("saved_by", "approved_by")
    budget = budgets.filter(town=town, year=year).first()
    returns = BudgetReturn.objects.visible_to(request.user).filter(budget__town=town, budget__year=year)
    return budget, returns.select_related("by").first()


def _years(request: HttpRequest, town: Town, year: int) -> list[int]:
    """The years with money, this one and the next, newest first."""
    this = timezone.localdate().year
    spent = Expense.objects.visible_to(request.user).filter(town=town).order_by().values_list("year", flat=True)
    planned = Budget.objects.visible_to(request.user).filter(town=town).order_by().values_list("year", flat=True)
    return sorted({year, this, this + 1, *spent.distinct(), *planned}, reverse=True)


def _rights(request: HttpRequest, seen: Seen, closed: bool) -> dict[str, bool]:
    """Which buttons this user is shown; the actions behind them decide again."""
    user, writes, budget = signed_in(request), writes_for(request, seen.town), seen.budget
    draft = budget is not None and budget.state == Budget.State.DRAFT
    own, this = budget is not None and budget.saved_by_id == user.pk, timezone.localdate().year
    waits = user.is_county and draft and not closed and not seen.is_returned
    return {
        "may_write": writes,
        "may_plan": writes and not closed and (budget is None or draft) and seen.year <= this + 1,
        "may_decide": waits and not own,
        "waits_for_other": waits and own,
        "may_adjust": user.is_county and not closed and budget is not None and not draft,
        "may_spend": writes and not closed and seen.year <= this,
        "may_close": writes and not closed and not draft and seen.year <= this,
        "may_reopen": user.is_county and closed,
    }


@staff_required
def town_money(request: HttpRequest) -> HttpResponse:
    """A town's year: budget, spent and left by head, then every voucher. County staff who name no town see all towns."""
    user = signed_in(request)
    if not user.is_clerk and not request.GET.get("town"):
        return redirect("centres:county-money")
    seen = _seen(request)
    budget = seen.budget
    steps = YearClosing.objects.visible_to(user).filter(town=seen.town, year=seen.year).select_related("by")
    closing = steps.order_by("-number").first()
    page = Paginator(seen.expenses, PER_PAGE).get_page(request.GET.get("page"))
    scans: dict[int, list[ExpenseScan]] = {}
    for scan in (
        ExpenseScan.objects.visible_to(user).filter(expense__in=[row.pk for row in page]).select_related("file")
    ):
        scans.setdefault(scan.expense_id, []).append(scan)
    links = links_of([row.pk for row in page])
    adjusted = BudgetAdjustment.objects.visible_to(user).filter(budget=budget).select_related("head", "by")
    base = {} if user.is_clerk else {"town": seen.town.code}
    ctx = {
        "nav": "centre",
        "centre": seen.centre,
        "year": seen.year,
        "years": _years(request, seen.town, seen.year),
        "seen": seen,
        "budget": budget,
        "closing": closing,
        "rows": seen.rows,
        "whole": total(seen.rows),
        "page": page,
        "listed": [(row, scans.get(row.pk, []), links.get(row.pk)) for row in page],
        "adjustments": list(adjusted) if budget else [],
        "heads": [row for row in seen.rows if row.head_id],
        "here": urlencode({**base, "year": seen.year}),
        "query": urlencode({**base, "year": seen.year, **seen.filters}) + "&",
        **_rights(request, seen, bool(closing and closing.is_closed)),
    }
    return render(request, "centres/town_money.html", ctx)


def _note(row: Expense) -> str:
    if row.reverses_id:
        return f"冲销：{row.reason}"
    return "已冲销" if row.is_reversed else ""


def _expense_cells(row: Expense) -> list[object]:
    return [
        row.spent_on.isoformat(), row.voucher, row.head.name, Amount(row.amount), row.payee, row.purpose, _note(row), str(row.by)
    ]  # fmt: skip


@staff_required
def town_export(request: HttpRequest) -> HttpResponse:
    """What is seen, as a workbook; amounts as they are, to the cent."""
    seen = _seen(request)
    shown = [*seen.rows, total(seen.rows)]
    words = seen.budget_words
    heads = (ACCOUNT_HEADS[0], f"预算（元，{words}）" if words else ACCOUNT_HEADS[1], *ACCOUNT_HEADS[2:])
    sheets = [
        (
            "预算执行",
            heads,
            [[row.name, Amount(row.budget), Amount(row.spent), Amount(row.left)] for row in shown],
        ),
        ("支出明细", EXPENSE_HEADS, [_expense_cells(row) for row in seen.expenses]),
    ]
    response = HttpResponse(workbook_of(sheets), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="money-{seen.town.code}-{seen.year}.xlsx"'
    return response


@staff_required
def town_print(request: HttpRequest) -> HttpResponse:
    """What is seen, on A4."""
    seen = _seen(request)
    steps = YearClosing.objects.visible_to(request.user).filter(town=seen.town, year=seen.year)
    ctx = {
        "centre": seen.centre,
        "year": seen.year,
        "seen": seen,
        "rows": seen.rows,
        "whole": total(seen.rows),
        "expenses": [(row, _note(row)) for row in seen.expenses],
        "listed": sum((row.amount for row in seen.expenses), ZERO),
        "closing": steps.order_by("-number").first(),
        "today": timezone.localdate(),
    }
    return render(request, "centres/money_print.html", ctx)


@staff_required
def scan_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The scan of a voucher."""
    rows = ExpenseScan.objects.visible_to(request.user).select_related("file", "expense__town")
    scan = get_object_or_404(rows, pk=pk)
    try:
        return sent(scan.file)  # type: ignore[return-value]  # streams, and is a response all the same
    except DamagedFile as damage:
        back = back_to(request, scan.expense.town, scan.expense.year)
        return shut(request, "文件打不开", str(damage), back, status=404)


@dataclass(frozen=True)
class Yearly:
    """One town's year beside the others. Only an approved budget counts; `draft` is what a draft asks for."""

    town: Town
    sums: Account
    budget: Budget | None
    draft: Decimal | None
    step: YearClosing | None
    is_returned: bool

    @property
    def is_approved(self) -> bool:
        return self.budget is not None and self.budget.state == Budget.State.APPROVED


@staff_required
def county_money(request: HttpRequest) -> HttpResponse:
    """Every town this user sees: budget, spent, left, and whether the year is closed."""
    user, year = signed_in(request), year_of(request)
    running = Town.objects.active(date(year, 12, 31))
    towns = list(running.filter(pk__in=user.towns()).order_by("code"))
    sums = town_totals(towns, year)
    budgets = {row.town_id: row for row in Budget.objects.visible_to(user).filter(year=year)}
    returns = BudgetReturn.objects.visible_to(user).filter(budget__year=year).standing()
    returned = set(returns.values_list("budget__town", flat=True))
    steps = {row.town_id: row for row in YearClosing.objects.visible_to(user).filter(year=year).current()}
    drafts = draft_totals(towns, year)
    rows = [
        Yearly(town, sums[town.pk], budgets.get(town.pk), drafts.get(town.pk), steps.get(town.pk), town.pk in returned)
        for town in towns
    ]
    this = timezone.localdate().year
    ctx = {
        "nav": "centre",
        "year": year,
        "years": sorted({year, *range(max(FIRST_YEAR, this - 4), this + 2)}, reverse=True),
        "rows": rows,
        "whole": total(sums.values()),
        "left": total(row.sums for row in rows if row.is_approved).left,
    }
    return render(request, "centres/county_money.html", ctx)
