"""Setting an exam up and releasing its results."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from assessments.models import Attempt, Exam, LateAnswers, Question, QuestionBank
from assessments.papers import KIND_NAMES, blueprint
from juxian.audit import log
from juxian.messages.actions import tell
from juxian.people.models import User
from juxian.rules.lookup import value
from trainings.actions.rights import must_run
from trainings.models import Enrolment, TrainingClass

SETTABLE = (
    "duration_minutes",
    "single_count",
    "single_points",
    "multiple_count",
    "multiple_points",
    "true_false_count",
    "true_false_points",
    "pass_mark",
)
TOO_LATE = (TrainingClass.State.ARCHIVED, TrainingClass.State.CANCELLED)


@transaction.atomic
def set_up_exam(
    *,
    training_class: TrainingClass,
    bank: QuestionBank,
    opens_at: datetime,
    closes_at: datetime,
    by: User,
    settings: dict[str, int] | None = None,
) -> Exam:
    """Arrange the exam of a class, or change it while nobody has started; once somebody has, only the last moment of
    entry may move later. `settings` may hold any of `SETTABLE`; the rest follows the county's settings of that day.

    Refused, with everything that is wrong in one list, when the class is over or has no exam, the window or the paper
    makes no sense, or the bank has too few usable questions.
    """
    TrainingClass.objects.select_for_update(of=("self",)).get(pk=training_class.pk)
    training_class.refresh_from_db()
    must_run(by, training_class.town)
    exam = Exam.objects.filter(training_class=training_class).first() or Exam(training_class=training_class)
    if exam.pk and exam.attempts.exists():
        return _extend(exam, closes_at, by)
    _refuse(_wrong_class(training_class, exam))
    _fill(exam, bank, opens_at, closes_at, settings or {})
    _refuse([*_wrong_window(exam), *_wrong_paper(exam)])
    exam.save()
    log.record(
        by=by,
        action="assessments.exam_set_up",
        subject=exam,
        summary=f"安排结业考试：{training_class.title}",
        town_code=training_class.town.code,
        body={"bank": bank.code, "opens_at": opens_at.isoformat(), "closes_at": closes_at.isoformat()},
    )
    return exam


def _extend(exam: Exam, closes_at: datetime, by: User) -> Exam:
    if exam.released_at:
        raise ValidationError("成绩已经公布，不能再改考试。", code="released")
    if closes_at < exam.closes_at:
        raise ValidationError("已经有人开考，截止时间只能往后延。", code="started")
    if closes_at == exam.closes_at:
        return exam
    exam.closes_at = closes_at
    exam.save(update_fields=["closes_at"])
    log.record(
        by=by,
        action="assessments.exam_extended",
        subject=exam,
        summary=f"延长考试截止时间：{exam.training_class.title}",
        town_code=exam.training_class.town.code,
        body={"closes_at": closes_at.isoformat()},
    )
    return exam


def _fill(exam: Exam, bank: QuestionBank, opens_at: datetime, closes_at: datetime, settings: dict[str, int]) -> None:
    day = timezone.localdate(opens_at)
    exam.bank, exam.opens_at, exam.closes_at = bank, opens_at, closes_at
    exam.duration_minutes = value("exam.duration_minutes", day)
    exam.pass_mark = value("exam.pass_mark", day)
    exam.grace_seconds = value("exam.grace_seconds", day)
    exam.retake_max = value("retake.max_times", day)
    exam.retake_days = value("retake.days", day)
    for name in SETTABLE:
        if name in settings:
            setattr(exam, name, settings[name])


def _refuse(wrong: list[str]) -> None:
    if wrong:
        raise ValidationError(wrong)


def _wrong_class(training_class: TrainingClass, exam: Exam) -> list[str]:
    if training_class.state in TOO_LATE:
        return [f"这个班{training_class.get_state_display()}，不能再安排考试。"]
    if not training_class.has_exam:
        return ["这个班没有安排结业考试。要考的话，先在班次资料里勾选“安排结业考试”。"]
    return ["成绩已经公布，不能再改考试。"] if exam.released_at else []


def _wrong_window(exam: Exam) -> list[str]:
    wrong = []
    if exam.closes_at <= exam.opens_at:
        wrong.append("截止时间要晚于开考时间。")
    if exam.closes_at <= timezone.now():
        wrong.append("截止时间已经过去，请改到以后。")
    if not 5 <= exam.duration_minutes <= 300:
        wrong.append("时长应在 5 到 300 分钟之间。")
    if not 1 <= exam.pass_mark <= 100:
        wrong.append("及格线应在 1 到 100 之间。")
    return wrong


def _wrong_paper(exam: Exam) -> list[str]:
    if not sum(count * points for _, count, points in blueprint(exam)):
        return ["试卷一道题也没有，请至少填一种题型的题数和分值。"]
    wrong = [
        f"{KIND_NAMES[kind]}题有 {count} 道，但每题分是 0。"
        for kind, count, points in blueprint(exam)
        if count and not points
    ]
    return wrong + short_of(exam)


def short_of(exam: Exam) -> list[str]:
    """Which kinds of question the bank has too few of, and how many are missing, in a clerk's words."""
    rows = Question.objects.filter(bank=exam.bank).usable().order_by().values_list("kind").annotate(Count("pk"))
    have = dict(rows)
    return [
        f"题库“{exam.bank.name}”的{KIND_NAMES[kind]}题不够：要 {count} 道，现有 {have.get(kind, 0)} 道，还差 {count - have.get(kind, 0)} 道。"
        for kind, count, _ in blueprint(exam)
        if count > have.get(kind, 0)
    ]


@transaction.atomic
def release_results(*, exam: Exam, by: User) -> Exam:
    """Publish the scores of the exam and tell everybody who sat. Retakes follow by the sweep.

    Refused while somebody is still sitting, or may still come. Again: nothing happens.
    """
    exam = Exam.objects.select_for_update(of=("self",)).select_related("training_class__town").get(pk=exam.pk)
    must_run(by, exam.training_class.town)
    if exam.released_at:
        return exam
    now = timezone.now()
    _refuse(wrong_to_release(exam, now))
    exam.released_at, exam.released_by = now, by
    exam.save(update_fields=["released_at", "released_by"])
    sat = exam.attempts.filter(sitting=0).select_related("enrolment__member")
    for attempt in sat:
        _tell_result(exam, attempt)
    log.record(
        by=by,
        action="assessments.results_released",
        subject=exam,
        summary=f"公布考试成绩：{exam.training_class.title}，{len(sat)} 人",
        town_code=exam.training_class.town.code,
        body={"sat": len(sat)},
    )
    return exam


def wrong_to_release(exam: Exam, now: datetime) -> list[str]:
    """Why the results cannot be released yet; empty when they can: the window is over or everybody handed in."""
    if exam.training_class.state == TrainingClass.State.CANCELLED:
        return ["这个班已取消，不再公布成绩。"]
    sitting = exam.attempts.filter(sitting=0).open().count()
    if sitting:
        return [f"还有 {sitting} 人正在答题，交卷或到时自动收卷后再公布。"]
    late = LateAnswers.objects.undecided().filter(attempt__exam=exam, attempt__sitting=0).count()
    if late:
        return [f"还有 {late} 份迟到的答案没有定，先定采纳不采纳，再公布。"]
    if now >= exam.closes_at:
        return []
    seated = Enrolment.objects.filter(training_class=exam.training_class_id).seated()
    waiting = seated.exclude(attempts__exam=exam, attempts__sitting=0).count()
    until = timezone.localtime(exam.closes_at)
    when = f"{until.month}月{until.day}日 {until:%H:%M}"
    return [f"还有 {waiting} 人没考，考试到 {when} 截止，之后才能公布成绩。"] if waiting else []


def _tell_result(exam: Exam, attempt: Attempt) -> None:
    tell(
        to=attempt.enrolment.member,
        key=f"exam-result:{attempt.pk}",
        title="考试成绩公布了",
        body=result_words(exam, attempt),
        link=reverse("assessments:me-result", args=[attempt.pk]),
    )


def result_words(exam: Exam, attempt: Attempt) -> str:
    """The result of a finished attempt in a sentence for its sitter."""
    score = f"{attempt.score:f}".rstrip("0").rstrip(".") if attempt.score else "0"
    verdict = "及格" if attempt.score is not None and attempt.score >= exam.pass_mark else "未及格"
    which = "结业考试" if attempt.sitting == 0 else f"第 {attempt.sitting} 次补考"
    return f"{exam.training_class.title}{which}：{score} 分，{exam.pass_mark} 分及格，{verdict}。"


def exam_facts(exam: Exam) -> dict[str, Any]:
    """Number of questions and points of the paper."""
    rows = [(KIND_NAMES[kind], count, points) for kind, count, points in blueprint(exam) if count]
    return {
        "rows": rows,
        "questions": sum(count for _, count, _ in rows),
        "points": sum(count * points for _, count, points in rows),
    }
