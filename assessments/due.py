"""What a member owes and what a clerk has to do next: rows for `/me/` and for the desk."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from assessments.actions.attempts import SITTABLE
from assessments.actions.remedies import plain_hours
from assessments.models import Attempt, Exam, MakeUp, Retake, SurveyTicket
from juxian.people.models import Member, Town
from trainings.models import Enrolment, TrainingClass

State = TrainingClass.State


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
    """Exams to sit now, open retakes, make-ups and surveys, the soonest first. Five queries."""
    rows = [*_running(member, now), *_exams(member, now), *_retakes(member, now), *_make_ups(member)]
    rows.sort(key=lambda row: _moment(row.due))
    return rows + sorted(_surveys(member, now), key=lambda row: _moment(row.due))


def _moment(due: datetime | date) -> datetime:
    return due if isinstance(due, datetime) else timezone.make_aware(datetime.combine(due, datetime.max.time()))


def _running(member: Member, now: datetime) -> list[Owed]:
    rows = Attempt.objects.filter(enrolment__member=member, closes_at__gt=now).open()
    return [
        Owed(
            "exam",
            f"接着考：{attempt.exam.training_class.title}",
            f"您已经开考，{timezone.localtime(attempt.deadline_at):%H:%M} 前交卷，已答的都在。",
            attempt.deadline_at,
            reverse("assessments:me-attempt", args=[attempt.pk]),
            "接着答题",
        )
        for attempt in rows.select_related("exam__training_class")
    ]


def sittable_exams(member: Member) -> "QuerySet[Exam]":
    """Exams of the member's classes in hand which the member has not started."""
    started = Attempt.objects.filter(exam=OuterRef("pk"), enrolment__member=member)
    seat = Enrolment.objects.filter(training_class=OuterRef("training_class"), member=member).seated()
    rows = Exam.objects.filter(Exists(seat), ~Exists(started), training_class__state__in=SITTABLE)
    return rows.select_related("training_class")


def _exams(member: Member, now: datetime) -> list[Owed]:
    return [
        Owed(
            "exam",
            f"结业考试：{exam.training_class.title}",
            f"{exam.duration_minutes} 分钟，{exam.pass_mark} 分及格，用手机就能考。",
            exam.closes_at,
            reverse("assessments:me-exam", args=[exam.pk]),
            "去考试",
        )
        for exam in sittable_exams(member).filter(opens_at__lte=now, closes_at__gt=now)
    ]


def _retakes(member: Member, now: datetime) -> list[Owed]:
    running = Attempt.objects.filter(exam=OuterRef("exam"), enrolment=OuterRef("enrolment")).open()
    rows = Retake.objects.filter(~Exists(running), enrolment__member=member, due_at__gt=now).open()
    return [
        Owed(
            "retake",
            f"补考：{retake.exam.training_class.title}",
            _retake_words(retake),
            retake.due_at,
            reverse("assessments:me-exam", args=[retake.exam_id]),
            "去补考",
        )
        for retake in rows.select_related("exam__training_class", "after")
    ]


def _retake_words(retake: Retake) -> str:
    mark = retake.exam.pass_mark
    if retake.after is None or retake.after.score is None:
        return f"结业考试没有参加，{mark} 分及格，用手机就能考。"
    return f"上次 {plain_hours(retake.after.score)} 分，{mark} 分及格，用手机就能考。"


def _make_ups(member: Member) -> list[Owed]:
    rows = MakeUp.objects.filter(enrolment__member=member).open().select_related("enrolment__training_class")
    return [
        Owed(
            "make_up",
            f"补课：{make_up.enrolment.training_class.title}",
            f"缺 {plain_hours(make_up.missed_hours)} 学时。时间由镇里安排，"
            f"联系人：{make_up.enrolment.training_class.contact or '镇里干事'}。",
            make_up.due_on,
            "",
            "",
        )
        for make_up in rows
    ]


def _surveys(member: Member, now: datetime) -> list[Owed]:
    rows = SurveyTicket.objects.filter(enrolment__member=member, is_answered=False, survey__closes_at__gt=now)
    return [
        Owed(
            "survey",
            f"请您评课：{ticket.survey.training_class.title}",
            "匿名，约 2 分钟。",
            ticket.survey.closes_at,
            reverse("assessments:me-survey", args=[ticket.pk]),
            "去评课",
        )
        for ticket in rows.select_related("survey__training_class")
    ]


def desk_work(town: Town, now: datetime) -> list[DeskRow]:
    """What the clerk of a town should do about exams and make-ups, the soonest first. Three queries."""
    rows = [*_to_set_up(town), *_to_release(town, now), *_to_make_up(town)]
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
