"""Who may move a plan or a class, and the locks every move begins with."""

from django.core.exceptions import PermissionDenied, ValidationError

from juxian.people.models import Grant, Town, User
from trainings.models import TrainingClass, YearPlan

State = TrainingClass.State


def must_run(by: User, town: Town) -> None:
    """Only the county and the clerks of `town` write its classes. Raises PermissionDenied."""
    own = any(grant.kind == Grant.Kind.CLERK and grant.town_id == town.pk for grant in by.active_grants)
    if not (own or by.is_county):
        raise PermissionDenied


def must_decide(by: User, submitted_by_id: int | None) -> None:
    """Only the county decides, and nobody decides what they submitted."""
    if not by.is_county:
        raise PermissionDenied
    if submitted_by_id == by.pk:
        raise ValidationError("这是您自己送审的，要由另一位县级管理员审批。", code="own")


def locked_class(training_class: TrainingClass) -> TrainingClass:
    """The class as it is now, locked until the transaction ends."""
    row: TrainingClass = (
        TrainingClass.objects.select_for_update(of=("self",)).select_related("town").get(pk=training_class.pk)
    )
    return row


def locked_plan(plan: YearPlan) -> YearPlan:
    """The plan as it is now, locked until the transaction ends."""
    row: YearPlan = YearPlan.objects.select_for_update(of=("self",)).select_related("town").get(pk=plan.pk)
    return row


def not_in(training_class: TrainingClass, *states: str) -> str:
    """Why something cannot be done while the class is in another state than these; empty when it is in one."""
    if training_class.state in states:
        return ""
    allowed = "、".join(State(state).label for state in states)
    return f"“{training_class.title}”现在是“{training_class.get_state_display()}”，只有“{allowed}”时才能这样做。"


def must_be(training_class: TrainingClass, *states: str) -> None:
    """Refuse when the class is in another state."""
    refusal = not_in(training_class, *states)
    if refusal:
        raise ValidationError(refusal, code="state")


def need_text(text: str, message: str) -> str:
    """`text` without blanks around it; refused when nothing is left."""
    if not text.strip():
        raise ValidationError(message, code="reason")
    return text.strip()
