"""Sitting an exam: start, submit, close. Only the server's clock counts. Saving is in answers.py."""

import json
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from assessments.actions.answers import choices_of, clean_answer, keep
from assessments.actions.exams import result_words
from assessments.grading import grade
from assessments.models import Attempt, Exam, Retake
from assessments.papers import Paper, draw
from juxian.audit import log
from juxian.messages.actions import tell
from juxian.people.models import User
from trainings.actions import resettle_outcome
from trainings.models import Enrolment, TrainingClass

NO_SEAT = "您不在这个班的录取名单里，不能参加考试。有疑问请联系镇里。"
RETAKE_OVER = "补考期限已经过了，不能再进入。"
CHANGING = ["finished_at", "closed_by", "score", "closes_at"]  # of an attempt; the rest is frozen as it starts
SITTABLE = (TrainingClass.State.RUNNING, TrainingClass.State.CLOSING)


# Locks the seat, as whoever takes it away does, and starts only in a seat that is held and only what was not started.
ONCE = "ON CONFLICT (exam_id, enrolment_id, sitting) DO NOTHING"
START = """
    INSERT INTO assessments_attempt (exam_id, enrolment_id, sitting, paper, started_at, deadline_at, closes_at, closed_by)
    SELECT %(exam)s, id, %(sitting)s, %(paper)s, %(started_at)s, %(deadline_at)s, %(closes_at)s, ''
    FROM trainings_enrolment WHERE id = %(enrolment)s AND state = 'seated' {lock}
    {once}
    RETURNING id
"""


def start_attempt(*, exam: Exam, enrolment: Enrolment, by: User | None) -> Attempt:
    """Start the exam, or the open retake, or go on with what was started; one attempt however often it is called.

    Whoever enters before `closes_at` (a retake: before `due_at`) gets the full time. Refused outside the window,
    without a seat, or when there is nothing left to sit. `exam` and its class are taken as the caller has read them; the
    paper is drawn before the transaction begins, so that nobody waits for it.
    """
    now = timezone.now()
    sat: list[Attempt] = list(Attempt.objects.filter(exam=exam, enrolment=enrolment).order_by("sitting"))
    running = next((attempt for attempt in sat if attempt.finished_at is None), None)
    if running:
        return running
    retake = Retake.objects.filter(exam=exam, enrolment=enrolment).open().order_by("sequence").first()
    sitting = retake.sequence if retake else 0
    finished = next((attempt for attempt in sat if attempt.sitting == sitting), None)
    if finished:
        return finished
    refusal = _no_seat(exam, enrolment) or (_no_retake(retake, now) if retake else _no_exam(exam, now))
    if refusal:
        raise ValidationError(refusal, code="closed")
    deadline = now + timedelta(minutes=exam.duration_minutes)
    attempt = Attempt(
        exam=exam,
        enrolment=enrolment,
        sitting=sitting,
        paper=_paper(exam, sat),
        started_at=now,
        deadline_at=deadline,
        closes_at=deadline + timedelta(seconds=exam.grace_seconds),
    )
    return _create(attempt, retake, by)


def _no_seat(exam: Exam, enrolment: Enrolment) -> str:
    if enrolment.training_class_id != exam.training_class_id or enrolment.state != Enrolment.State.SEATED:
        return NO_SEAT
    return ""


def _no_exam(exam: Exam, now: datetime) -> str:
    opens = timezone.localtime(exam.opens_at)
    if exam.training_class.state not in SITTABLE:
        return f"这个班{exam.training_class.get_state_display()}，现在不能考试。"
    if now < exam.opens_at:
        return f"还没到开考时间，{opens.month}月{opens.day}日 {opens:%H:%M} 开始，到时再来。"
    if now >= exam.closes_at:
        return "考试已经截止，不能再进入。没考的会安排补考，安排好了会通知您。"
    return ""


def _no_retake(retake: Retake, now: datetime) -> str:
    if retake.exam.training_class.state == TrainingClass.State.CANCELLED:
        return "这个班已取消，不用补考了。"
    if now < retake.opens_at:
        return "补考还没开始。"
    return RETAKE_OVER if now >= retake.due_at else ""


def _paper(exam: Exam, sat: list[Attempt]) -> Paper:
    try:
        return draw(exam, [attempt.paper for attempt in sat])
    except ValueError as error:
        raise ValidationError("题库里的题不够组卷，请联系镇里，补好题再考。", code="bank") from error


@transaction.atomic
def _create(attempt: Attempt, retake: Retake | None, by: User | None) -> Attempt:
    """Write what was made ready; what somebody else wrote meanwhile when it was started already."""
    if retake and not Retake.objects.select_for_update().filter(pk=retake.pk).open().first():
        raise ValidationError(RETAKE_OVER, code="closed")
    attempt.pk = _insert(attempt)
    if attempt.pk is None:
        return _started_meanwhile(attempt)
    log.record(
        by=by,
        action="assessments.attempt_started",
        subject=attempt,
        summary=f"开始考试：{attempt.exam.training_class.title}",
        town_code=attempt.exam.training_class.town.code,
        body={"sitting": attempt.sitting},
    )
    return attempt


def _insert(attempt: Attempt) -> int | None:
    """The number of the new row; None when it is there already or the seat is not."""
    lock = "FOR UPDATE" if connection.vendor == "postgresql" else ""  # SQLite has one writer at a time
    values: dict[str, Any] = {
        "exam": attempt.exam_id,
        "enrolment": attempt.enrolment_id,
        "sitting": attempt.sitting,
        "paper": json.dumps(attempt.paper),
    }
    for name in ("started_at", "deadline_at", "closes_at"):
        values[name] = connection.ops.adapt_datetimefield_value(getattr(attempt, name))
    with connection.cursor() as cursor:
        cursor.execute(START.format(lock=lock, once=ONCE), values)
        written = cursor.fetchone()
    return written[0] if written else None


def _started_meanwhile(attempt: Attempt) -> Attempt:
    same = Attempt.objects.filter(exam=attempt.exam_id, enrolment=attempt.enrolment_id, sitting=attempt.sitting)
    found: Attempt | None = same.first()
    if found is None:
        raise ValidationError(NO_SEAT, code="closed")
    return found


def submit_attempt(*, attempt: Attempt, answers: Iterable[Any] = (), by: User | None) -> Attempt:
    """Hand in: keep the answers that came along (dicts of number, choice, seq), mark the paper once.

    The time of arrival is taken before anything waits for a lock; then only what may have changed is read again into
    `attempt`, for a paper is frozen. Again, or in a second tab: the same result.
    Refused with code `late` after deadline and grace; what was saved stays and the sweep closes the attempt.
    """
    arrived = timezone.now()
    answers = list(answers)
    with transaction.atomic():
        attempt.refresh_from_db(fields=CHANGING, from_queryset=Attempt.objects.select_for_update())
        if attempt.closed_by == Attempt.ClosedBy.MEMBER or (attempt.finished_at and not answers):
            return attempt
        if attempt.finished_at or arrived >= attempt.closes_at:
            raise ValidationError("交卷时间已过。已保存的答案都在，系统会自动收卷计分。", code="late")
        for answer in answers:
            _keep_unsaved(attempt, answer, arrived)
        return _finish(attempt, arrived, Attempt.ClosedBy.MEMBER, by)


def _keep_unsaved(attempt: Attempt, answer: Any, now: datetime) -> None:
    """An answer nobody can read must not keep a whole paper from being handed in."""
    with suppress(ValidationError):
        keep(attempt, clean_answer(attempt, answer), now)


@transaction.atomic
def close_overdue(*, attempt_id: int, now: datetime) -> Attempt | None:
    """Close an attempt whose time is over, marked from what is saved; None when there is nothing to close."""
    attempt = locked_attempt(attempt_id)
    if attempt.finished_at or now < attempt.closes_at:
        return None
    return _finish(attempt, attempt.closes_at, Attempt.ClosedBy.SWEEP, None)


def locked_attempt(pk: int) -> Attempt:
    """The attempt as it is now, locked, with what its class is called."""
    rows = Attempt.objects.select_related("exam__training_class__town")
    found: Attempt = rows.select_for_update(of=("self",)).get(pk=pk)
    return found


def _finish(attempt: Attempt, at: datetime, closed_by: str, by: User | None) -> Attempt:
    choices = choices_of(attempt)
    score = grade(attempt.paper, choices)
    flipped = Attempt.objects.filter(pk=attempt.pk).open().update(finished_at=at, closed_by=closed_by, score=score)
    if not flipped:
        attempt.refresh_from_db(fields=CHANGING)
        return attempt
    attempt.finished_at, attempt.closed_by, attempt.score = at, closed_by, score
    log.record(
        by=by,
        action="assessments.attempt_finished",
        subject=attempt,
        summary=f"{attempt.get_closed_by_display()}：{attempt.exam.training_class.title}",
        town_code=attempt.exam.training_class.town.code,
        body={"sitting": attempt.sitting, "answered": len(choices), "closed_by": closed_by},
    )
    if attempt.sitting:
        _settle_retake(attempt)
    return attempt


def _settle_retake(attempt: Attempt) -> None:
    """A retake's result is known to its sitter at once; the next one, if owed, comes by the sweep."""
    passed = attempt.score is not None and attempt.score >= attempt.exam.pass_mark
    state = Retake.State.PASSED if passed else Retake.State.FAILED
    same = Retake.objects.filter(exam=attempt.exam, enrolment=attempt.enrolment, sequence=attempt.sitting)
    same.open().update(state=state, closed_at=attempt.finished_at)
    if passed:
        _note_in_archive(attempt)
    tell(
        to=attempt.enrolment.member,
        key=f"exam-result:{attempt.pk}",
        title="补考成绩出来了",
        body=result_words(attempt.exam, attempt),
        link=reverse("assessments:me-result", args=[attempt.pk]),
    )


def _note_in_archive(attempt: Attempt) -> None:
    """A retake passed after the class was archived changes the outcome by itself and leaves an amendment on record."""
    training_class = TrainingClass.objects.select_related("town").get(pk=attempt.exam.training_class_id)
    if training_class.state != TrainingClass.State.ARCHIVED:
        return
    enrolment = resettle_outcome(enrolment=attempt.enrolment)
    log.record(
        by=None,
        action="class.amend",
        subject=enrolment,
        summary=f"归档后补记“{training_class.title}”{attempt.enrolment.member.name}：补考及格，{enrolment.get_outcome_display()}",
        town_code=training_class.town.code,
        body={"attempt": attempt.pk},
    )
