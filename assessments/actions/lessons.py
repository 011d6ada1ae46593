"""What is said of single lessons: four counters a lesson and shuffled remarks (see `assessments.models.lessons`).

Called by `assessments.actions.surveys` only, under its lock on the survey. At each submission all counters and all
remarks of the survey are written again, whatever was rated, so that no transaction number tells which lessons the last
answer was about.
"""

import random
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from assessments.models import LessonRemark, Survey, SurveyLesson, SurveyTicket
from trainings.models import Mark, Session

REMARK_LENGTH = 200
COUNTERS = {4: "very_good", 3: "good", 2: "fair", 1: "poor"}
Said = Mapping[int, tuple[int, str]]  # lesson id → (rating 1–4, remark)


def freeze(survey: Survey, threshold: int) -> None:
    """Take the standing sessions somebody taught or that belong to a course into the survey; again, only new ones."""
    have = set(SurveyLesson.objects.filter(survey=survey).values_list("session_id", flat=True))
    sessions = Session.objects.filter(training_class=survey.training_class_id).standing().order_by("day", "half", "pk")
    SurveyLesson.objects.bulk_create(
        [
            SurveyLesson(survey=survey, session=session, topic=session.topic, threshold=threshold)
            for session in sessions
            if session.pk not in have and (session.lecturer_id or session.course_version_id)
        ]
    )


def attended_lessons(ticket: SurveyTicket) -> list[SurveyLesson]:
    """The lessons the holder of a ticket may rate: those the roster says they attended."""
    marks = Mark.objects.effective().filter(enrolment=ticket.enrolment_id, status__counts_present=True)
    rows = SurveyLesson.objects.filter(
        survey=ticket.survey_id, session__in=marks.values("session"), session__cancelled_at=None
    )
    return list(rows.select_related("session__lecturer").order_by("session__day", "session__half", "pk"))


def clean(ticket: SurveyTicket, said: Mapping[Any, tuple[Any, str]]) -> dict[int, tuple[int, str]]:
    """What was said of lessons, checked: only lessons attended, a rating of the scale, a short remark, none alone."""
    open_to = {lesson.pk: lesson for lesson in attended_lessons(ticket)} if said else {}
    kept = {}
    for key, (rating, remark) in said.items():
        lesson = open_to.get(int(key))
        if lesson is None:
            raise ValidationError("有一堂课不在您上过的课里，请刷新页面再填。", code="lesson")
        if isinstance(rating, bool) or rating not in COUNTERS:
            raise ValidationError(f"“{lesson.topic}”写了意见，请也选一下满意不满意。", code="missing")
        if len(remark.strip()) > REMARK_LENGTH:
            raise ValidationError(f"“{lesson.topic}”的意见请控制在 {REMARK_LENGTH} 字以内。", code="long")
        kept[lesson.pk] = (int(rating), remark.strip())
    return kept


def store(survey: Survey, said: Said, *, chance: random.Random) -> None:
    """Count, and write all counters and remarks of the survey again in random order, remarks under fresh keys."""
    rows = list(SurveyLesson.objects.filter(survey=survey).order_by())
    remarks = [(one.lesson_id, one.text) for one in LessonRemark.objects.filter(lesson__survey=survey)]
    for lesson in rows:
        rating, remark = said.get(lesson.pk, (0, ""))
        if rating:
            setattr(lesson, COUNTERS[rating], getattr(lesson, COUNTERS[rating]) + 1)
        remarks += [(lesson.pk, remark)] if remark else []
    chance.shuffle(rows)
    chance.shuffle(remarks)
    SurveyLesson.objects.bulk_update(rows, list(COUNTERS.values()))
    LessonRemark.objects.filter(lesson__survey=survey).delete()
    LessonRemark.objects.bulk_create(
        [
            LessonRemark(id=uuid.UUID(int=chance.getrandbits(128), version=4), lesson_id=pk, text=text)
            for pk, text in remarks
        ]
    )


def results(survey: Survey, now: datetime) -> list[dict[str, Any]]:
    """The lessons of a survey that may be shown."""
    rows = SurveyLesson.objects.filter(survey=survey).published(now).select_related("session__lecturer")
    return told(rows.order_by("session__day", "session__half", "pk"))


def told(rows: Iterable[SurveyLesson]) -> list[dict[str, Any]]:
    """Published lessons with mean, shares and remarks, sorted by their words. Two queries."""
    lessons = list(rows)
    remarks: dict[int, list[str]] = {lesson.pk: [] for lesson in lessons}
    for pk, text in LessonRemark.objects.filter(lesson__in=remarks).values_list("lesson", "text"):
        remarks[pk].append(text)
    return [{**figures(lesson), "remarks": sorted(remarks[lesson.pk])} for lesson in lessons]


def figures(lesson: Any) -> dict[str, Any]:
    """Mean and shares of one published lesson."""
    mean = lesson.points / lesson.rated
    return {
        "lesson": lesson,
        "n": lesson.rated,
        "mean": mean,
        "percent": round(100 * mean / max(COUNTERS)),
        "counts": [getattr(lesson, name) for name in COUNTERS.values()],
    }
