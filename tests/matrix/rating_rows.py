"""Rated lessons and findings of a town of the matrix."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from assessments.models import Improvement, LessonRemark, SurveyLesson, TeachingFinding


def add_ratings(data: Any) -> None:
    """A survey that is over with a lesson enough people rated; a finding without a reply, one that is decided."""
    now, user = timezone.now(), data.clerk_user
    lesson = {"survey": data.survey, "session": data.session, "threshold": 5, "very_good": 5}
    data.add("survey_lesson", SurveyLesson, **lesson)
    data.add("lesson_remark", LessonRemark, lesson=data.survey_lesson)
    given = {"town": data.town, "lecturer": data.session.lecturer, "origin": "county", "year": now.year}
    dates = {"opened_at": now - timedelta(days=9), "reply_due_at": now + timedelta(days=9)}
    empty = {"reply": "", "heard": "", "reason": ""}
    data.add("teaching_finding", TeachingFinding, **given, **dates, **empty, opened_by=user)
    heard = {"replied_at": now, "replied_by": user}
    data.add("heard_finding", TeachingFinding, **given, **dates, **heard, opened_by=user, reason="")
    decided = {"decided_at": now, "decided_by": user, "verdict": "improve"}
    data.add("decided_finding", TeachingFinding, **given, **dates, **heard, **decided, opened_by=user)
    due_on = timezone.localdate() + timedelta(days=9)
    data.add("improvement", Improvement, finding=data.decided_finding, due_on=due_on, outcome="")
