"""Who may move a plan or a class, and the locks every move begins with."""

from django.core.exceptions import ValidationError

from juxian.people.rights import must_decide, must_run, need_text
from trainings.models import TrainingClass, YearPlan

__all__ = ["locked_class", "locked_plan", "must_be", "must_decide", "must_run", "need_text", "not_in"]

State = TrainingClass.State


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
