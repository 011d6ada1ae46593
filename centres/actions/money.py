"""What may be done with a town's money. Everything takes the town's lock first, so a year closes around whole vouchers."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from unicodedata import normalize

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from centres.models import (
    Budget,
    BudgetAdjustment,
    BudgetLine,
    BudgetReturn,
    CostHead,
    Expense,
    YearClosing,
)
from centres.models.money import FIRST_YEAR, LARGEST, LAST_YEAR
from centres.money import accounts, is_closed, over_budget, overtaken, total, yuan
from juxian.audit.log import record
from juxian.messages.actions import tell
from juxian.messages.county import tell_county
from juxian.people.models import Town, User
from juxian.people.rights import must_decide, must_run, need_text

CHANGED = "账目在您打开这一页以后变了，请按新的数再核对一遍。"


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
        raise ValidationError("金额最多到分，即两位小数，且不超过一千万元。", code="amount")
    return round(amount, 2)


def budget_barred(town: Town, year: int) -> str:
    """Why the draft of a town's year cannot be written now; empty where it can."""
    if Budget.objects.filter(town=town, year=year, state=Budget.State.APPROVED).exists():
        return "预算已经批准。要增减，请县里登记预算调整。"
    if is_closed(town, year):
        return f"{year} 年已经结账，预算不能再改。"
    if year > timezone.localdate().year + 1:
        return f"{year} 年还早，预算最多提前一年编。"
    return ""


@transaction.atomic
def save_budget(
    *, town: Town, year: int, amounts: Mapping[CostHead, Decimal], by: User, seen: str | None = None
) -> Budget:
    """Write the draft of a town's year, one amount a head; heads not named lose their line. It is handed in with that.

    The county is told once, and again after a return. `seen` is the stamp of the draft the writer looked at.
    """
    town = _locked(town)
    must_run(by, town)
    if barred := budget_barred(town, year):
        raise ValidationError(barred, code="state")
    _open_year(town, year)
    if any(amount < 0 for amount in amounts.values()):
        raise ValidationError("预算不能是负数。", code="amount")
    budget: Budget | None = Budget.objects.filter(town=town, year=year).first()
    before = {} if budget is None else dict(BudgetLine.objects.filter(budget=budget).values_list("head", "amount"))
    wanted = {head.pk: _exact(amount) for head, amount in amounts.items()}
    returns = BudgetReturn.objects.filter(budget=budget)
    if budget and before == wanted and not returns.standing().exists():
        return budget
    if lost := overtaken(accounts(town, year, with_draft=True), wanted, seen):
        raise ValidationError(lost, code="changed")
    budget = budget or Budget(town=town, year=year)
    budget.saved_by, budget.saved_at = by, timezone.now()
    budget.save()
    BudgetLine.objects.filter(budget=budget).delete()
    BudgetLine.objects.bulk_create(BudgetLine(budget=budget, head_id=key, amount=wanted[key]) for key in wanted)
    _hand_in(budget, sum(wanted.values(), Decimal(0)), returns.count())
    return budget


def _hand_in(budget: Budget, whole: Decimal, returned: int) -> None:
    """On record, and a letter to the county: the first time, and the first time after each return."""
    town, by = budget.town, budget.saved_by
    summary = f"编制{budget}，合计 {yuan(whole)} 元"
    record(by=by, action="centres.budget_saved", subject=budget, summary=summary, town_code=town.code)
    key = f"budget-{budget.pk}" + (f"-{returned}" if returned else "")
    title, body = f"{budget}待审批", f"{summary}。请审批。"
    if returned:
        title, body = f"{budget}改好重交", f"按县里的意见改过，{body}"
    tell_county(key=key, title=title, body=body, link=f"/town/centre/money/?town={town.code}&year={budget.year}", by=by)


def _deciding(budget: Budget, by: User) -> Budget:
    """The budget, locked with its town, for somebody of the county."""
    _locked(budget.town)
    if not by.is_county:
        raise PermissionDenied
    row: Budget = Budget.objects.select_for_update(of=("self",)).select_related("town").get(pk=budget.pk)
    return row


def _must_be_seen(budget: Budget, seen: str | None) -> None:
    if seen is not None and seen != budget.seen:
        raise ValidationError(f"{budget}在您打开以后改过，请重新看一遍再办。", code="changed")


@transaction.atomic
def approve_budget(*, budget: Budget, by: User, seen: str | None = None) -> Budget:
    """The county agrees; from here lines stay as they are. Again: nothing happens. `seen`: which saving was looked at."""
    budget = _deciding(budget, by)
    if budget.state == Budget.State.APPROVED:
        return budget
    must_decide(by, budget.saved_by_id)
    _open_year(budget.town, budget.year)
    _must_be_seen(budget, seen)
    if BudgetReturn.objects.filter(budget=budget).standing().exists():
        raise ValidationError(f"{budget}已经退回，等镇里改好重交再批准。", code="returned")
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
def return_budget(*, budget: Budget, comment: str, by: User, seen: str | None = None) -> BudgetReturn:
    """The county sends a draft back, saying why; the town mends and saves it again. The same again: the same row."""
    budget = _deciding(budget, by)
    must_decide(by, budget.saved_by_id)
    if budget.state == Budget.State.APPROVED:
        raise ValidationError("预算已经批准，不能退回。要增减，请登记预算调整。", code="state")
    _open_year(budget.town, budget.year)
    comment = need_text(comment, "退回要写明意见，镇里才知道改什么。")[:300]
    done: BudgetReturn | None = BudgetReturn.objects.filter(budget=budget).standing().first()
    if done and done.comment == comment:
        return done
    if done:
        raise ValidationError(f"{budget}已经由{done.by}退回，等镇里修改。", code="returned")
    _must_be_seen(budget, seen)
    row = BudgetReturn.objects.create(
        budget=budget, saved_at=budget.saved_at, comment=comment, by=by, at=timezone.now()
    )  # fmt: skip
    town, summary = budget.town, f"退回{budget}：{comment}"
    record(by=by, action="centres.budget_returned", subject=budget, summary=summary, town_code=town.code)
    link = f"/town/centre/money/?year={budget.year}"
    tell(to=town, key=f"budget-returned-{row.pk}", title=f"{budget}被退回", body=f"县里的意见：{comment}", link=link)
    return row


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
    town, amount, voucher = _locked(town), _exact(amount), normalize("NFKC", voucher).strip()
    must_run(by, town)
    earlier = Expense.objects.filter(town=town, year=spent_on.year, voucher=voucher).postings()
    facts = {"head": head, "amount": amount, "spent_on": spent_on, "payee": payee, "purpose": purpose}
    done: Expense | None = earlier.standing().first()
    if done:
        if all(getattr(done, name) == value for name, value in facts.items()):
            return done
        raise ValidationError({"voucher": f"{spent_on.year} 年的“{voucher}”已经入过账。记错了的，先冲销再入账。"})
    if spent_on > timezone.localdate():
        raise ValidationError({"spent_on": "支出日期还没到，请核对年份。"})
    if spent_on.year < FIRST_YEAR:
        raise ValidationError({"spent_on": f"支出日期太早，这里只记 {FIRST_YEAR} 年以后的账。"})
    _open_year(town, spent_on.year)
    if amount <= 0:
        raise ValidationError({"amount": "金额要大于 0。"})
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


def _step(town: Town, year: int, by: User, reason: str, *, closed: bool) -> YearClosing:
    sums = total(accounts(town, year))
    number = YearClosing.objects.filter(town=town, year=year).count() + 1
    return YearClosing.objects.create(
        town=town, year=year, number=number, is_closed=closed, budget=sums.budget, spent=sums.spent,
        reason=reason[:200], by=by, at=timezone.now(),
    )  # fmt: skip


def is_early(year: int) -> bool:
    """Whether the year still has days to come."""
    return timezone.localdate() < date(year, 12, 31)


def closing_barred(town: Town, year: int) -> str:
    """Why a year cannot be closed now; empty where it can."""
    if not FIRST_YEAR <= year <= timezone.localdate().year:
        return "这个年度还没开始，不能结账。"
    if Budget.objects.filter(town=town, year=year, state=Budget.State.DRAFT).exists():
        return f"{year} 年的预算还是草稿，等县里批准后再结账。"
    return ""


def closing_seen(town: Town, year: int) -> str:
    """The sums a closing would keep, as a token."""
    sums = total(accounts(town, year))
    return f"{sums.budget}/{sums.spent}"


@transaction.atomic
def close_year(*, town: Town, year: int, by: User, reason: str = "", seen: str | None = None) -> YearClosing:
    """Close the books of a year; what was spent is kept with the closing. A closed year answers with its closing.

    Before its last day a reason is needed. `seen` is the token of the sums that were looked at.
    """
    town = _locked(town)
    must_run(by, town)
    last: YearClosing | None = YearClosing.objects.filter(town=town, year=year).order_by("-number").first()
    if last and last.is_closed:
        return last
    if barred := closing_barred(town, year):
        raise ValidationError(barred, code="barred")
    if seen is not None and seen != closing_seen(town, year):
        raise ValidationError(CHANGED, code="changed")
    reason = need_text(reason, f"{year} 年还没过完，提前结账要写明原因。") if is_early(year) else ""
    row = _step(town, year, by, reason, closed=True)
    summary = f"{year} 年度结账，预算 {yuan(row.budget)} 元，支出 {yuan(row.spent)} 元"
    summary += f"，提前结账的原因：{row.reason}" if row.reason else ""
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
    row = _step(town, year, by, need_text(reason, "重新打开要写明原因。"), closed=False)
    summary = f"重新打开 {year} 年度账目：{row.reason}"
    record(by=by, action="centres.year_reopened", subject=row, summary=summary, town_code=town.code)
    link = f"/town/centre/money/?year={year}"
    tell(to=town, key=f"year-{row.pk}", title=f"{year} 年度账目重新打开", body=f"原因：{row.reason}", link=link)
    return row
