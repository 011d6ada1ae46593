"""What may be done with a town's money. Everything takes the town's lock first, so a year closes around whole vouchers."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from centres.models import (
    Budget,
    BudgetAdjustment,
    BudgetLine,
    CostHead,
    Expense,
    ExpenseScan,
    YearClosing,
)
from centres.models.money import FIRST_YEAR, LAST_YEAR
from centres.money import accounts, is_closed, over_budget, total, yuan
from juxian.audit.log import record
from juxian.files.models import StoredFile
from juxian.messages.actions import tell
from juxian.messages.county import tell_county
from juxian.people.models import Town, User
from juxian.people.rights import must_decide, must_run, need_text

LARGEST = Decimal("9999999999.99")


def _locked(town: Town) -> Town:
    """The town, locked until the transaction ends; rows that only point at it are not held up."""
    row: Town = Town.objects.select_for_update(of=("self",), no_key=True).get(pk=town.pk)
    return row


def _open_year(town: Town, year: int) -> None:
    """Refuse a year that is closed or that no money is kept for."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValidationError(f"年度应在 {FIRST_YEAR} 到 {LAST_YEAR} 之间。", code="year")
    if is_closed(town, year):
        raise ValidationError(f"{year} 年已经结账。确需更正的，请县里写明原因重新打开。", code="closed")


def _exact(amount: Decimal) -> Decimal:
    """The amount in whole cents; refused when it has smaller parts or does not fit."""
    if amount != round(amount, 2) or abs(amount) > LARGEST:
        raise ValidationError("金额最多到分，即两位小数，且不超过百亿元。", code="amount")
    return round(amount, 2)


@transaction.atomic
def save_budget(*, town: Town, year: int, amounts: Mapping[CostHead, Decimal], by: User) -> Budget:
    """Write the draft of a town's year, one amount a head; heads not named lose their line. The county is told once."""
    town = _locked(town)
    must_run(by, town)
    _open_year(town, year)
    budget: Budget | None = Budget.objects.filter(town=town, year=year).first()
    if budget and budget.state == Budget.State.APPROVED:
        raise ValidationError("预算已经批准。要增减，请县里登记预算调整。", code="state")
    if any(amount < 0 for amount in amounts.values()):
        raise ValidationError("预算不能是负数。", code="amount")
    before = {} if budget is None else dict(BudgetLine.objects.filter(budget=budget).values_list("head", "amount"))
    wanted = {head.pk: _exact(amount) for head, amount in amounts.items()}
    if budget and before == wanted:
        return budget
    budget = budget or Budget(town=town, year=year)
    budget.saved_by, budget.saved_at = by, timezone.now()
    budget.save()
    BudgetLine.objects.filter(budget=budget).delete()
    BudgetLine.objects.bulk_create(BudgetLine(budget=budget, head_id=key, amount=wanted[key]) for key in wanted)
    summary = f"编制{budget}，合计 {yuan(sum(wanted.values(), Decimal(0)))} 元"
    record(by=by, action="centres.budget_saved", subject=budget, summary=summary, town_code=town.code)
    text = f"{summary}。请审批。"
    link = f"/town/centre/money/?town={town.code}&year={year}"
    tell_county(key=f"budget-{budget.pk}", title=f"{budget}待审批", body=text, link=link, by=by)
    return budget


@transaction.atomic
def approve_budget(*, budget: Budget, by: User, seen: str | None = None) -> Budget:
    """The county agrees; from here lines stay as they are. Again: nothing happens. `seen`: which saving was looked at."""
    _locked(budget.town)
    budget = Budget.objects.select_for_update(of=("self",)).select_related("town").get(pk=budget.pk)
    if not by.is_county:
        raise PermissionDenied
    if budget.state == Budget.State.APPROVED:
        return budget
    must_decide(by, budget.saved_by_id)
    _open_year(budget.town, budget.year)
    if seen is not None and seen != budget.seen:
        raise ValidationError(f"{budget}在您打开以后改过，请重新看一遍再批准。", code="changed")
    if not BudgetLine.objects.filter(budget=budget, amount__gt=0).exists():
        raise ValidationError("预算里还没有金额，不能批准。", code="empty")
    budget.state, budget.approved_by, budget.approved_at = Budget.State.APPROVED, by, timezone.now()
    budget.save()
    code = budget.town.code
    record(by=by, action="centres.budget_approved", subject=budget, summary=f"批准{budget}", town_code=code)
    link = f"/town/centre/money/?year={budget.year}"
    tell(
        to=budget.town,
        key=f"budget-approved-{budget.pk}",
        title=f"{budget}已批准",
        body="可以按预算支出了。",
        link=link,
    )
    return budget


@transaction.atomic
def adjust_budget(*, budget: Budget, head: CostHead, amount: Decimal, reason: str, by: User) -> BudgetAdjustment:
    """The county gives a head of an approved budget more or less. The very same again returns the first."""
    town = _locked(budget.town)
    if not by.is_county:
        raise PermissionDenied
    reason, amount = need_text(reason, "调整预算要写原因。"), _exact(amount)
    given = {"budget": budget, "head": head, "amount": amount, "reason": reason[:200], "by": by}
    done: BudgetAdjustment | None = BudgetAdjustment.objects.filter(**given).first()
    if done:
        return done
    _open_year(town, budget.year)
    if Budget.objects.get(pk=budget.pk).state != Budget.State.APPROVED:
        raise ValidationError("预算还没有批准，直接修改草稿就可以。", code="state")
    if not amount:
        raise ValidationError("调整金额不能是 0。", code="amount")
    now = {row.head_id: row.budget for row in accounts(town, budget.year)}.get(head.pk, Decimal(0))
    if now + amount < 0:
        raise ValidationError(f"“{head}”现有预算 {yuan(now)} 元，不能减得更多。", code="amount")
    row = BudgetAdjustment.objects.create(**given, at=timezone.now())
    summary = f"{budget}“{head}”调整 {amount:+,.2f} 元：{reason}"
    record(by=by, action="centres.budget_adjusted", subject=row, summary=summary, town_code=town.code)
    link = f"/town/centre/money/?year={budget.year}"
    tell(to=town, key=f"budget-adjusted-{row.pk}", title=f"{budget}有调整", body=f"{summary}。", link=link)
    return row


@transaction.atomic
def post_expense(
    *, town: Town, head: CostHead, amount: Decimal, voucher: str, spent_on: date, payee: str, purpose: str, by: User,
    accepted: str = "", accepted_reason: str = "",
) -> Expense:  # fmt: skip
    """Enter one voucher. The same voucher with the same facts again returns the row that stands.

    Over budget it is refused with code "warned", unless `accepted` is what `over_budget` says now and a reason is given.
    """
    town, amount, voucher = _locked(town), _exact(amount), voucher.strip()
    must_run(by, town)
    earlier = Expense.objects.filter(town=town, year=spent_on.year, voucher=voucher).postings()
    facts = {"head": head, "amount": amount, "spent_on": spent_on, "payee": payee, "purpose": purpose}
    done: Expense | None = earlier.standing().first()
    if done:
        if all(getattr(done, name) == value for name, value in facts.items()):
            return done
        raise ValidationError({"voucher": f"{spent_on.year} 年的“{voucher}”已经入过账。记错了的，先冲销再入账。"})
    _open_year(town, spent_on.year)
    if amount <= 0:
        raise ValidationError({"amount": "金额要大于 0。"})
    if spent_on > timezone.localdate():
        raise ValidationError({"spent_on": "支出日期还没到。"})
    warning = over_budget(town, spent_on.year, head, amount)
    if warning and (accepted != warning or not accepted_reason.strip()):
        raise ValidationError(warning, code="warned")
    row = Expense.objects.create(
        town=town, year=spent_on.year, voucher=voucher, round=earlier.count() + 1, by=by, at=timezone.now(),
        warning=warning, accepted_reason=accepted_reason.strip()[:200] if warning else "", **facts,
    )  # fmt: skip
    summary = f"{row.year} 年凭证 {voucher}：{head} {yuan(amount)} 元，{purpose}"
    record(by=by, action="centres.expense_posted", subject=row, summary=summary, town_code=town.code)
    return row


@transaction.atomic
def reverse_expense(*, expense: Expense, reason: str, by: User) -> Expense:
    """Take a voucher back with a row of the opposite sign; one already taken back answers with that row."""
    town = _locked(expense.town)
    must_run(by, town)
    expense = Expense.objects.select_for_update(of=("self",)).get(pk=expense.pk)
    done: Expense | None = Expense.objects.filter(reverses=expense).first()
    if done:
        return done
    if expense.reverses_id:
        raise ValidationError("冲销的记录不能再冲销，请重新入账。", code="reversal")
    reason = need_text(reason, "冲销要写明原因。")
    _open_year(town, expense.year)
    copied = ("town_id", "year", "head_id", "voucher", "round", "spent_on", "payee", "purpose")
    row = Expense.objects.create(
        **{name: getattr(expense, name) for name in copied},
        amount=-expense.amount, reverses=expense, reason=reason[:200], by=by, at=timezone.now(),
    )  # fmt: skip
    summary = f"冲销 {row.year} 年凭证 {row.voucher} {yuan(expense.amount)} 元：{reason}"
    record(by=by, action="centres.expense_reversed", subject=row, summary=summary, town_code=town.code)
    return row


@transaction.atomic
def add_scan(*, expense: Expense, file: StoredFile, by: User) -> ExpenseScan:
    """Put a scan to a voucher."""
    must_run(by, expense.town)
    row = ExpenseScan.objects.create(expense=expense, file=file, by=by, at=timezone.now())
    summary = f"{expense.year} 年凭证 {expense.voucher} 归入影像“{file.original_name}”"
    record(by=by, action="centres.scan_added", subject=expense, summary=summary, town_code=expense.town.code)
    return row


def _step(town: Town, year: int, by: User, reason: str) -> YearClosing:
    sums = total(accounts(town, year))
    number = YearClosing.objects.filter(town=town, year=year).count() + 1
    return YearClosing.objects.create(
        town=town, year=year, number=number, is_closed=not reason, budget=sums.budget, spent=sums.spent,
        reason=reason[:200], by=by, at=timezone.now(),
    )  # fmt: skip


@transaction.atomic
def close_year(*, town: Town, year: int, by: User) -> YearClosing:
    """Close the books of a year; what was spent is kept with the closing. A closed year answers with its closing."""
    town = _locked(town)
    must_run(by, town)
    last: YearClosing | None = YearClosing.objects.filter(town=town, year=year).order_by("-number").first()
    if last and last.is_closed:
        return last
    if not FIRST_YEAR <= year <= timezone.localdate().year:
        raise ValidationError("这个年度还没开始，不能结账。", code="year")
    if Budget.objects.filter(town=town, year=year, state=Budget.State.DRAFT).exists():
        raise ValidationError(f"{year} 年的预算还是草稿，等县里批准后再结账。", code="draft")
    row = _step(town, year, by, "")
    summary = f"{year} 年度结账，预算 {yuan(row.budget)} 元，支出 {yuan(row.spent)} 元"
    record(by=by, action="centres.year_closed", subject=row, summary=summary, town_code=town.code)
    return row


@transaction.atomic
def reopen_year(*, town: Town, year: int, reason: str, by: User) -> YearClosing:
    """The county opens a closed year again, saying why. Again: the same row."""
    town = _locked(town)
    if not by.is_county:
        raise PermissionDenied
    last: YearClosing | None = YearClosing.objects.filter(town=town, year=year).order_by("-number").first()
    if last is None:
        raise ValidationError(f"{year} 年没有结过账。", code="state")
    if not last.is_closed:
        return last
    row = _step(town, year, by, need_text(reason, "重新打开要写明原因。"))
    summary = f"重新打开 {year} 年度账目：{row.reason}"
    record(by=by, action="centres.year_reopened", subject=row, summary=summary, town_code=town.code)
    link = f"/town/centre/money/?year={year}"
    tell(to=town, key=f"year-{row.pk}", title=f"{year} 年度账目重新打开", body=f"原因：{row.reason}", link=link)
    return row
