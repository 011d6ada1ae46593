"""Hours on the page of a member."""

from collections.abc import Iterable

from django.utils import timezone

from juxian.people.models import Member, User
from juxian.people.panels import Row, register
from trainings.hours import progress
from trainings.models import Enrolment
from trainings.words import plain


def member_hours(member: Member, user: User) -> Iterable[Row]:
    """This year against each rule that binds, then the latest classes of the towns the reader sees."""
    year = timezone.localdate().year
    for item in progress(member, year):
        said = f"{plain(item.hours)} 学时" if item.target is not None else f"{item.centralised_done} 次集中培训"
        target = f" {plain(item.target)} 学时" if item.target is not None else ""
        yield Row(f"{year}年 {item.rule.audience}{target}", f"{said}，{item.word}", "", item.tone)
    rows = Enrolment.objects.visible_to(user).filter(member=member).exclude(state=Enrolment.State.CANCELLED)
    for row in rows.select_related("training_class").order_by("-training_class__starts_on", "-pk")[:5]:
        text = row.get_outcome_display() if row.outcome != Enrolment.Outcome.OPEN else row.get_state_display()
        status = {"completed": "ok", "not_completed": "bad"}.get(row.outcome, "")
        yield Row(row.training_class.title, text, f"/town/trainings/{row.training_class_id}/", status)


def register_panels() -> None:
    """Called once when the apps are ready."""
    register("people.Member", "学时和培训", member_hours)
