"""Retakes for the weak and for those who did not sit; make-ups for those who missed too much."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from assessments.models import Attempt, Exam, MakeUp, Retake
from juxian.audit import log
from juxian.messages.actions import tell
from juxian.people.models import User
from juxian.rules.lookup import value
from trainings.actions import amend_mark_after_archive, resettle_outcome, save_roster
from trainings.actions.rights import must_run
from trainings.models import Enrolment, Mark, MarkStatus, Session, TrainingClass


def end_of_day(now: datetime, days: int) -> datetime:
    """The last minute of the local day `days` after the one of `now`."""
    day = timezone.localdate(now) + timedelta(days=days)
    return timezone.make_aware(datetime.combine(day, time(23, 59)))


@transaction.atomic
def give_retake(*, enrolment_id: int, sequence: int, now: datetime) -> Retake | str:
    """The `sequence`-th retake of somebody who owes it by the facts of now, and a message; a reason why not otherwise."""
    rows = Enrolment.objects.select_related("training_class__town", "member")
    enrolment = rows.select_for_update(of=("self",)).get(pk=enrolment_id)
    existing: Retake | None = Retake.objects.filter(enrolment=enrolment, sequence=sequence).first()
    if existing:
        return existing
    exam = Exam.objects.filter(training_class=enrolment.training_class).first()
    reason = _no_retake(enrolment, exam, sequence)
    if reason or exam is None:
        return reason
    last = Attempt.objects.filter(exam=exam, enrolment=enrolment, finished_at__isnull=False).order_by("sitting").last()
    retake = Retake.objects.create(
        exam=exam,
        enrolment=enrolment,
        sequence=sequence,
        reason=Retake.Reason.WEAK if last else Retake.Reason.ABSENT,
        after=last,
        opens_at=min(now, timezone.now()),
        due_at=end_of_day(now, exam.retake_days),
    )
    _tell_retake(retake)
    _record_system("assessments.retake_given", retake, enrolment, f"第 {sequence} 次补考：{exam.training_class.title}")
    return retake


def _no_retake(enrolment: Enrolment, exam: Exam | None, sequence: int) -> str:
    if exam is None or exam.released_at is None:
        return "成绩还没公布"
    if enrolment.state != Enrolment.State.SEATED:
        return "已不在录取名单"
    if enrolment.training_class.state == TrainingClass.State.CANCELLED:
        return "班次已取消"
    if Attempt.objects.filter(exam=exam, enrolment=enrolment, score__gte=exam.pass_mark).exists():
        return "已经及格"
    earlier = Retake.objects.filter(exam=exam, enrolment=enrolment)
    if earlier.open().exists() or earlier.count() != sequence - 1:
        return "上一次补考还没有了结"
    return "补考次数已用完" if sequence > exam.retake_max else ""


def _tell_retake(retake: Retake) -> None:
    exam, due = retake.exam, timezone.localtime(retake.due_at)
    why = "没有参加结业考试" if retake.reason == Retake.Reason.ABSENT else "上次没有及格"
    tell(
        to=retake.enrolment.member,
        key=f"retake:{retake.pk}",
        title=f"请您补考：{exam.training_class.title}"[:100],
        body=f"您{why}，请在 {due.month}月{due.day}日 {due:%H:%M} 前补考，用手机就能考，"
        f"{exam.duration_minutes} 分钟，{exam.pass_mark} 分及格。这是第 {retake.sequence} 次，最多 {exam.retake_max} 次。",
        link=reverse("assessments:me-exam", args=[exam.pk]),
    )


def _record_system(action: str, subject: Retake | MakeUp, enrolment: Enrolment, summary: str) -> None:
    log.record(
        by=None,
        action=action,
        subject=subject,
        summary=summary,
        town_code=enrolment.training_class.town.code,
        body=None,
    )


@transaction.atomic
def expire_retake(*, retake_id: int, now: datetime) -> str:
    """Close an open retake nobody sat in time; returns why not, or an empty text. A running attempt decides itself."""
    rows = Retake.objects.select_related("exam__training_class__town", "enrolment__member")
    retake = rows.select_for_update(of=("self",)).get(pk=retake_id)
    Enrolment.objects.select_for_update(of=("self",)).get(pk=retake.enrolment_id)
    if retake.state != Retake.State.OPEN:
        return "补考已经了结"
    if now < retake.due_at:
        return "还没到期"
    if Attempt.objects.filter(exam=retake.exam, enrolment=retake.enrolment, sitting=retake.sequence).exists():
        return "已经在考"
    retake.state, retake.closed_at = Retake.State.EXPIRED, now
    retake.save(update_fields=["state", "closed_at"])
    title = retake.exam.training_class.title
    tell(
        to=retake.enrolment.member,
        key=f"retake-expired:{retake.pk}",
        title=f"补考过期了：{title}"[:100],
        body=f"第 {retake.sequence} 次补考没有在期限内参加。还有次数的，会再给您安排一次。",
        link=reverse("assessments:me-exams"),
    )
    return ""


def absence_limit(training_class: TrainingClass) -> Fraction:
    """The part of the class hours somebody may miss, by the rule of the last day (as for completion)."""
    return Fraction(str(value("attendance.max_absence_ratio", training_class.ends_on)))


def over_limit(classes: Iterable[TrainingClass]) -> dict[int, Decimal]:
    """Missed hours by enrolment of the seated people who missed more than the limit. Three queries and the rule."""
    limits = {training_class.pk: absence_limit(training_class) for training_class in classes}
    sessions = Session.objects.filter(training_class__in=limits).standing()
    totals: dict[int, Decimal] = defaultdict(Decimal)
    for class_id, hours in sessions.values_list("training_class_id", "hours"):
        totals[class_id] += hours
    present = Mark.objects.effective().filter(session__in=sessions, status__counts_present=True)
    attended: dict[int, Decimal] = defaultdict(Decimal)
    pairs = present.order_by().values_list("enrolment_id", "session_id", "session__hours").distinct()
    for enrolment_id, _, hours in pairs:
        attended[enrolment_id] += hours
    seated = Enrolment.objects.filter(training_class__in=limits).seated().values_list("pk", "training_class_id")
    missed = {
        pk: (totals[class_id] - attended[pk], limits[class_id] * Fraction(totals[class_id])) for pk, class_id in seated
    }
    return {pk: hours for pk, (hours, allowed) in missed.items() if Fraction(hours) > allowed}


@transaction.atomic
def owe_make_up(*, enrolment_id: int, now: datetime) -> MakeUp | str:
    """A make-up for somebody over the limit by the marks of now, and a message; a reason why not otherwise."""
    rows = Enrolment.objects.select_related("training_class__town", "member")
    enrolment = rows.select_for_update(of=("self",)).get(pk=enrolment_id)
    existing: MakeUp | None = MakeUp.objects.filter(enrolment=enrolment).first()
    if existing:
        return existing
    training_class = enrolment.training_class
    if training_class.state not in (TrainingClass.State.CLOSING, TrainingClass.State.ARCHIVED):
        return "班次还没结班"
    missed = over_limit([training_class]).get(enrolment.pk)
    if missed is None:
        return "缺课没有超过上限"
    days = value("makeup.days", timezone.localdate(now))
    make_up = MakeUp.objects.create(
        enrolment=enrolment, missed_hours=missed, due_on=timezone.localdate(now) + timedelta(days=days)
    )
    tell(
        to=enrolment.member,
        key=f"make-up:{make_up.pk}",
        title=f"请您补课：{training_class.title}"[:100],
        body=f"您缺课 {plain_hours(missed)} 学时，超过了允许的范围，"
        f"请在 {make_up.due_on.month}月{make_up.due_on.day}日 前补上。时间和地点由镇里安排，联系人：{training_class.contact or '镇里干事'}。",
        link=reverse("assessments:me-exams"),
    )
    _record_system("assessments.make_up_owed", make_up, enrolment, f"应补课：{training_class.title}")
    return make_up


def plain_hours(amount: Decimal) -> str:
    """4.00 → 4, 2.50 → 2.5."""
    return f"{amount:f}".rstrip("0").rstrip(".") if "." in f"{amount:f}" else f"{amount:f}"


@transaction.atomic
def complete_make_up(*, make_up: MakeUp, note: str, by: User) -> MakeUp:
    """Register a made-up lesson: the missed sessions get a mark of origin make-up, an archived class its ledger rows.

    Again: nothing happens. Refused without a note, and when it was cancelled.
    """
    make_up = locked_make_up(make_up, by)
    if make_up.state == MakeUp.State.DONE:
        return make_up
    if make_up.state == MakeUp.State.CANCELLED:
        raise ValidationError("这次补课已经取消，不能再登记完成。", code="cancelled")
    if not note.strip():
        raise ValidationError("请写明什么时候、在哪里、补了什么课。", code="reason")
    for session in missed_sessions(make_up.enrolment):
        _mark_made_up(make_up, session, note.strip(), by)
    resettle_outcome(enrolment=make_up.enrolment)
    make_up = close_make_up(make_up, MakeUp.State.DONE, note, by)
    training_class = make_up.enrolment.training_class
    tell(
        to=make_up.enrolment.member,
        key=f"make-up-done:{make_up.pk}",
        title=f"补课已登记：{training_class.title}"[:100],
        body=f"补上了 {plain_hours(make_up.missed_hours)} 学时。"
        + ("已记入您的学时。" if training_class.state == TrainingClass.State.ARCHIVED else "归档后记入您的学时。"),
        link=reverse("trainings:me-hours"),
    )
    return make_up


def missed_sessions(enrolment: Enrolment) -> QuerySet[Session]:
    """Standing sessions of the class without a standing mark that counts as present."""
    present = Mark.objects.effective().filter(enrolment=enrolment, status__counts_present=True)
    rows = Session.objects.filter(training_class=enrolment.training_class_id).standing()
    return rows.exclude(pk__in=present.values("session_id")).select_related("training_class").order_by("day", "half")


def _mark_made_up(make_up: MakeUp, session: Session, note: str, by: User) -> None:
    status = MarkStatus.objects.filter(counts_present=True).order_by("order")[0]
    if make_up.enrolment.training_class.state == TrainingClass.State.ARCHIVED:
        amend_mark_after_archive(
            session=session,
            enrolment=make_up.enrolment,
            status=status.code,
            reason=f"补课：{note}",
            by=by,
            origin=Mark.Origin.MAKE_UP,
            judge=False,
        )
        return
    save_roster(
        session=session,
        statuses={make_up.enrolment_id: status.code},
        key=f"make-up:{make_up.pk}:s{session.pk}",
        by=by,
        origin=Mark.Origin.MAKE_UP,
    )


@transaction.atomic
def cancel_make_up(*, make_up: MakeUp, note: str, by: User) -> MakeUp:
    """Drop a make-up with a reason (a wrong mark was put right, say). Refused once it is done."""
    make_up = locked_make_up(make_up, by)
    if make_up.state == MakeUp.State.CANCELLED:
        return make_up
    if make_up.state == MakeUp.State.DONE:
        raise ValidationError("补课已经登记完成，不能再取消。", code="done")
    if not note.strip():
        raise ValidationError("请写明为什么取消，比如“点名更正后没有超过上限”。", code="reason")
    return close_make_up(make_up, MakeUp.State.CANCELLED, note, by)


def locked_make_up(make_up: MakeUp, by: User) -> MakeUp:
    """The make-up as it is now, locked; refused to whoever does not run the class."""
    rows = MakeUp.objects.select_related("enrolment__training_class__town", "enrolment__member")
    found: MakeUp = rows.select_for_update(of=("self",)).get(pk=make_up.pk)
    must_run(by, found.enrolment.training_class.town)
    return found


def close_make_up(make_up: MakeUp, state: MakeUp.State, note: str, by: User) -> MakeUp:
    """Write the end of a make-up and its audit row."""
    make_up.state, make_up.closed_at, make_up.note = state, timezone.now(), note.strip()[:300]
    make_up.save(update_fields=["state", "closed_at", "note"])
    training_class = make_up.enrolment.training_class
    log.record(
        by=by,
        action=f"assessments.make_up_{state}",
        subject=make_up,
        summary=f"{make_up.get_state_display()}：{training_class.title}，{make_up.enrolment.member}",
        town_code=training_class.town.code,
        body={"note": make_up.note},
    )
    return make_up
