"""Somebody else teaches than was planned: before the half-day or found out after it, until the class is archived."""

from copy import copy

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from juxian.audit.log import record
from juxian.people.models import User
from lecturers.models import Lecturer
from trainings import notices
from trainings.actions.rights import State, locked_class, must_run, need_text, not_in
from trainings.actions.sessions import booked, title_of
from trainings.models import Session, Substitution, TrainingClass
from trainings.registry import registry

OPEN = (State.APPROVED, State.ENROLLING, State.RUNNING, State.CLOSING)


def substitution_barred(training_class: TrainingClass, session: Session) -> str:
    """Why nobody can be noted as a substitute in this session; empty when somebody may."""
    if training_class.state == State.DRAFT:
        return f"“{training_class.title}”还是草稿，直接在课程表里换讲师就行，不用登记代课。"
    if training_class.state == State.ARCHIVED:
        return f"“{training_class.title}”已归档，授课人不能再改。"
    refusal = not_in(training_class, *OPEN)
    if not refusal and session.cancelled_at:
        return f"{title_of(session)}已取消，不用登记代课。"
    if not refusal and session.lecturer_id is None:
        return f"{title_of(session)}还没有排讲师，请先在课程表里选讲师。"
    return refusal


@transaction.atomic
def substitute(*, session: Session, actual: Lecturer, reason: str, by: User) -> Substitution:
    """Write into the journal that `actual` teaches instead of the session's lecturer, who is free from then on.

    The same substitution again returns the first one.
    """
    training_class = locked_class(session.training_class)
    must_run(by, training_class.town)
    session = Session.objects.select_related(*notices.NEEDED).get(pk=session.pk)
    session.training_class = training_class
    last = Substitution.objects.filter(session=session).order_by("-pk").first()
    if last and last.actual_id == actual.pk == session.lecturer_id:
        return last  # type: ignore[no-any-return]
    barred = substitution_barred(training_class, session)
    if barred:
        raise ValidationError(barred, code="state")
    reason = need_text(reason, "请写明代课的原因，如“原定老师当天开会”。")
    before, planned = copy(session), session.lecturer
    _must_stand_in(session, actual)
    session.lecturer = actual
    found = [clash.text for clash in booked(session, by) if clash.field == "lecturer"]
    if found:
        raise ValidationError({"actual": found})
    session.save(update_fields=["lecturer"])
    row = Substitution(session=session, planned=planned, actual=actual, reason=reason, by=by, at=timezone.now())
    row.full_clean()
    row.save()
    notices.let_off([before], f"这次课改由{actual}讲：{reason}")
    notices.ask([session])
    for follow in registry.substituted:
        follow(session)
    record(
        by=by,
        action="session.substitute",
        subject=row,
        summary=f"登记代课：{title_of(session)}，{planned}改由{actual}讲，{reason}"[:300],
        town_code=training_class.town.code,
    )
    return row


def _must_stand_in(session: Session, actual: Lecturer) -> None:
    """Refuse whoever teaches already, and who is out of the pool or suspended on the session's day."""
    if actual.pk == session.lecturer_id:
        raise ValidationError({"actual": [f"这次课本来就由{actual}讲，不用登记代课。"]})
    if not Lecturer.objects.teaching(session.day).filter(pk=actual.pk).exists():
        when = f"{session.day.month}月{session.day.day}日"
        raise ValidationError({"actual": [f"{actual}{when}不在聘期内，或者暂停授课，请选一位当天在聘的讲师。"]})
