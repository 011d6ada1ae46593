"""What a member owes and what a clerk has to do next: rows for `/me/` and for the desk."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from assessments.actions.attempts import SITTABLE
from assessments.actions.remedies import plain_hours
from assessments.models import Attempt, Exam, LateAnswers, MakeUp, Retake, SurveyTicket
from juxian.people.models import Member, Town
from trainings.models import Enrolment, TrainingClass

State = TrainingClass.State
Seats = Mapping[int, Enrolment]  # a member's enrolments by id


@dataclass(frozen=True)
class Owed:
    """One thing a member should do. `kind` is exam, retake, make_up or survey; `due` a moment or a local day."""

    kind: str
    title: str
    words: str
    due: datetime | date
    url: str
    button: str


@dataclass(frozen=True)
class DeskRow:
    """One thing a clerk should do: when, what, what happens otherwise, one button."""

    when: datetime | date
    what: str
    why: str
    button: str
    url: str


def owed_by(member: Member, now: datetime) -> list[Owed]:
    """Exams to sit now, open retakes, make-ups and surveys, the soonest first. Six queries."""
    return owed_for(Enrolment.objects.filter(member=member).with_class(), now)


def owed_for(enrolments: Iterable[Enrolment], now: datetime) -> list[Owed]:
    """The same, of a member whose enrolments are read already (`with_class`). Five queries."""
    seats = {enrolment.pk: enrolment for enrolment in enrolments}
    attempts = list(Attempt.objects.filter(enrolment__in=seats).order_by("pk").defer("paper"))
    rows = [*_running(seats, attempts, now), *_exams(seats, attempts, now)]
    rows += [*_retakes(seats, attempts, now), *_make_ups(seats)]
    rows.sort(key=lambda row: _moment(row.due))
    return rows + sorted(_surveys(seats, now), key=lambda row: _moment(row.due))


def parted(owed: list[Owed]) -> tuple[list[Owed], list[Owed]]:
    """What has to be done, which is what every page counts, and the surveys one is asked for."""
    return [row for row in owed if row.kind != "survey"], [row for row in owed if row.kind == "survey"]


def _moment(due: datetime | date) -> datetime:
    return due if isinstance(due, datetime) else timezone.make_aware(datetime.combine(due, datetime.max.time()))


def _running(seats: Seats, attempts: list[Attempt], now: datetime) -> list[Owed]:
    return [
        Owed(
            "exam",
            f"接着考：{seats[attempt.enrolment_id].training_class.title}",
            f"您已经开考，{timezone.localtime(attempt.deadline_at):%H:%M} 前交卷，已答的都在。",
            attempt.deadline_at,
            reverse("assessments:me-attempt", args=[attempt.pk]),
            "接着答题",
        )
        for attempt in attempts
        if attempt.finished_at is None and attempt.closes_at > now
    ]


def sittable_exams(member: Member) -> "QuerySet[Exam]":
    """Exams of the member's classes in hand which the member has not started."""
    started = Attempt.objects.filter(exam=OuterRef("pk"), enrolment__member=member)
    seat = Enrolment.objects.filter(training_class=OuterRef("training_class"), member=member).seated()
    rows = Exam.objects.filter(Exists(seat), ~Exists(started), training_class__state__in=SITTABLE)
    return rows.select_related("training_class")


def _exams(seats: Seats, attempts: list[Attempt], now: datetime) -> list[Owed]:
    """Twin of `sittable_exams`, open now."""
    classes = {
        seat.training_class_id: seat.training_class
        for seat in seats.values()
        if seat.state == Enrolment.State.SEATED and seat.training_class.state in SITTABLE
    }
    started = {attempt.exam_id for attempt in attempts}
    rows = Exam.objects.filter(training_class__in=classes, opens_at__lte=now, closes_at__gt=now).order_by("pk")
    return [
        Owed(
            "exam",
            f"结业考试：{classes[exam.training_class_id].title}",
            f"{exam.duration_minutes} 分钟，{exam.pass_mark} 分及格，用手机就能考。",
            exam.closes_at,
            reverse("assessments:me-exam", args=[exam.pk]),
            "去考试",
        )
        for exam in rows.only("training_class_id", "duration_minutes", "pass_mark", "closes_at")
        if exam.pk not in started
    ]


def _retakes(seats: Seats, attempts: list[Attempt], now: datetime) -> list[Owed]:
    scores = {attempt.pk: attempt.score for attempt in attempts}
    running = {(attempt.exam_id, attempt.enrolment_id) for attempt in attempts if attempt.finished_at is None}
    rows = Retake.objects.filter(enrolment__in=seats, due_at__gt=now).open().select_related("exam").order_by("pk")
    return [
        Owed(
            "retake",
            f"补考：{seats[retake.enrolment_id].training_class.title}",
            _retake_words(retake.exam.pass_mark, scores.get(retake.after_id)),
            retake.due_at,
            reverse("assessments:me-exam", args=[retake.exam_id]),
            "去补考",
        )
        for retake in rows.only("exam_id", "enrolment_id", "after_id", "due_at", "exam__pass_mark")
        if (retake.exam_id, retake.enrolment_id) not in running
    ]


def _retake_words(mark: int, last: Decimal | None) -> str:
    if last is None:
        return f"结业考试没有参加，{mark} 分及格，用手机就能考。"
    return f"上次 {plain_hours(last)} 分，{mark} 分及格，用手机就能考。"


def _make_ups(seats: Seats) -> list[Owed]:
    rows = MakeUp.objects.filter(enrolment__in=seats).open().order_by("pk")
    return [
        Owed(
            "make_up",
            f"补课：{seats[make_up.enrolment_id].training_class.title}",
            f"缺 {plain_hours(make_up.missed_hours)} 学时。时间由镇里安排，"
            f"联系人：{seats[make_up.enrolment_id].training_class.contact or '镇里干事'}。",
            make_up.due_on,
            "",
            "",
        )
        for make_up in rows.only("enrolment_id", "missed_hours", "due_on")
    ]


def _surveys(seats: Seats, now: datetime) -> list[Owed]:
    rows = SurveyTicket.objects.filter(enrolment__in=seats, is_answered=False, survey__closes_at__gt=now)
    return [
        Owed(
            "survey",
            f"请您评课：{seats[ticket.enrolment_id].training_class.title}",
            "匿名，约 2 分钟。",
            ticket.survey.closes_at,
            reverse("assessments:me-survey", args=[ticket.pk]),
            "去评课",
        )
        for ticket in rows.order_by("pk").select_related("survey").only("enrolment_id", "survey__closes_at")
    ]


def desk_work(town: Town, now: datetime) -> list[DeskRow]:
    """What the clerk of a town should do about exams and make-ups, the soonest first. Four queries."""
    rows = [*_to_set_up(town), *_to_decide(town), *_to_release(town, now), *_to_make_up(town)]
    return sorted(rows, key=lambda row: _moment(row.when))


def _to_set_up(town: Town) -> list[DeskRow]:
    states = [State.APPROVED, State.ENROLLING, State.RUNNING]
    rows = TrainingClass.objects.filter(town=town, has_exam=True, exam=None, state__in=states)
    return [
        DeskRow(
            row.ends_on,
            f"安排结业考试：{row.title}",
            "没安排考试，这个班就结不了班",
            "去安排",
            reverse("assessments:town-exam-set-up", args=[row.pk]),
        )
        for row in rows
    ]


def _to_decide(town: Town) -> list[DeskRow]:
    """Answers that came after the end, one row for each exam."""
    rows = LateAnswers.objects.undecided().filter(attempt__exam__training_class__town=town).order_by()
    exams = rows.values_list("attempt__exam", "attempt__exam__training_class__title")
    return [
        DeskRow(
            first,
            f"定迟到的答案：{title}，{number} 份",
            "断网的学员在收卷后才传上来，算不算由您定，定了才能公布成绩",
            "去定",
            reverse("assessments:town-exam", args=[pk]),
        )
        for pk, title, number, first in exams.annotate(number=Count("pk"), first=Min("arrived_at"))
    ]


def _to_release(town: Town, now: datetime) -> list[DeskRow]:
    waiting = Count("attempts", filter=Q(attempts__sitting=0))
    rows = Exam.objects.filter(training_class__town=town, released_at=None, closes_at__lte=now)
    rows = rows.filter(training_class__state__in=SITTABLE).annotate(sat=waiting)
    return [
        DeskRow(
            exam.closes_at,
            f"公布考试成绩：{exam.training_class.title}",
            f"{exam.sat} 人考完，公布后未及格和没考的自动安排补考",
            "去公布",
            reverse("assessments:town-exam", args=[exam.pk]),
        )
        for exam in rows.select_related("training_class")
    ]


def _to_make_up(town: Town) -> list[DeskRow]:
    rows = MakeUp.objects.filter(enrolment__training_class__town=town).open()
    by_class: dict[str, list[date]] = defaultdict(list)
    for title, due_on in rows.values_list("enrolment__training_class__title", "due_on"):
        by_class[title].append(due_on)
    return [
        DeskRow(
            min(days),
            f"安排补课：{title}，{len(days)} 人",
            "补完登记后，学时自动补记",
            "去登记",
            reverse("assessments:town-remedies"),
        )
        for title, days in by_class.items()
    ]
