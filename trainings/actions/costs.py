"""Money of a class: its budget by head, and the vouchers that are put to it."""

from collections.abc import Mapping
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from centres.models import CostHead, Expense
from centres.money import overtaken, yuan
from juxian.audit.log import record
from juxian.people.models import User
from juxian.people.rights import must_run
from lecturers.models import Lecturer
from trainings.actions.rights import State, locked_class, must_be
from trainings.costs import class_accounts, warnings
from trainings.models import ClassBudget, ClassCost, TrainingClass

BEFORE_FILED = [state for state in State if state not in (State.ARCHIVED, State.CANCELLED)]
SPENDING = [state for state in State if state not in (State.DRAFT, State.CANCELLED)]


@transaction.atomic
def save_class_budget(
    *, training_class: TrainingClass, amounts: Mapping[CostHead, Decimal], by: User, seen: str | None = None
) -> None:
    """Write the budget of a class, one amount a head; heads without an amount have no line.

    `seen` is the stamp of the budget the writer looked at.
    """
    training_class = locked_class(training_class)
    must_run(by, training_class.town)
    must_be(training_class, *BEFORE_FILED)
    if any(amount < 0 or amount != round(amount, 2) for amount in amounts.values()):
        raise ValidationError("金额不能是负数，最多到分。", code="amount")
    wanted = {head.pk: amount for head, amount in amounts.items() if amount}
    rows = ClassBudget.objects.filter(training_class=training_class)
    if dict(rows.values_list("head", "amount")) == wanted:
        return
    if lost := overtaken(class_accounts(training_class), wanted, seen):
        raise ValidationError(lost, code="changed")
    rows.delete()
    made = [ClassBudget(training_class=training_class, head_id=key, amount=amount) for key, amount in wanted.items()]
    ClassBudget.objects.bulk_create(made)
    summary = f"编制“{training_class.title}”经费预算，合计 {yuan(sum(wanted.values(), Decimal(0)))} 元"
    record(
        by=by, action="class.budget", subject=training_class, summary=summary, town_code=training_class.town.code
    )  # fmt: skip


@transaction.atomic
def link_cost(
    *, training_class: TrainingClass, expense: Expense, by: User, lecturer: Lecturer | None = None,
    hours: Decimal | None = None, accepted: str = "", accepted_reason: str = "",
) -> ClassCost:  # fmt: skip
    """Put a voucher of the town to one of its classes. To the same class again: the row that is there.

    Over a ceiling it is refused with code "warned", unless `accepted` is what is warned of now and a reason is given.
    """
    training_class = locked_class(training_class)
    must_run(by, training_class.town)
    must_be(training_class, *SPENDING)
    rows = Expense.objects.select_for_update(of=("self",)).select_related("head")
    expense = rows.get(pk=expense.pk)
    if expense.town_id != training_class.town_id:
        raise ValidationError("只能关联本镇的支出。", code="town")
    known: ClassCost | None = ClassCost.objects.filter(expense=expense).select_related("training_class").first()
    if known and known.training_class_id == training_class.pk:
        return known
    if known:
        raise ValidationError(f"这一笔已经关联到“{known.training_class.title}”。", code="taken")
    if expense.reverses_id or Expense.objects.filter(reverses=expense).exists():
        raise ValidationError("这一笔已经冲销，不能关联。", code="reversed")
    warning = warnings(training_class, expense, lecturer, hours)
    if warning and (accepted != warning or not accepted_reason.strip()):
        raise ValidationError(warning, code="warned")
    row = ClassCost(
        training_class=training_class, expense=expense, lecturer=lecturer, hours=hours, by=by, at=timezone.now(),
        warning=warning, accepted_reason=accepted_reason.strip()[:200] if warning else "",
    )  # fmt: skip
    row.full_clean()
    row.save()
    summary = f"凭证 {expense.voucher} {yuan(expense.amount)} 元关联到“{training_class.title}”"
    record(
        by=by, action="class.cost_linked", subject=training_class, summary=summary, town_code=training_class.town.code
    )  # fmt: skip
    return row


@transaction.atomic
def remove_cost(*, cost: ClassCost, by: User) -> None:
    """Take a voucher off a class that is not filed yet; the voucher itself stays."""
    training_class = locked_class(cost.training_class)
    must_run(by, training_class.town)
    must_be(training_class, *BEFORE_FILED)
    expense = cost.expense
    if ClassCost.objects.filter(pk=cost.pk).delete()[0]:
        summary = f"凭证 {expense.voucher} {yuan(expense.amount)} 元不再关联到“{training_class.title}”"
        record(
            by=by, action="class.cost_removed", subject=training_class, summary=summary,
            town_code=training_class.town.code,
        )  # fmt: skip
