"""Topics, panels and reviews of both towns, for the matrix."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from courses.models import (
    Ballot,
    Course,
    CourseReview,
    Criterion,
    Judge,
    Panel,
    PanelCriterion,
    Score,
    Topic,
    TopicStep,
)
from tests.factories import ThemeFactory, UserFactory

if TYPE_CHECKING:
    from tests.matrix.towns import TownData


def add_reviews(data: "TownData", shared: dict[str, Any]) -> None:
    """A topic with the judges, one of whom is our lecturer; another one who handed in; a course that is to improve."""
    today = timezone.localdate()
    Criterion.objects.get_or_create(name="政治导向", defaults={"weight": 100, "valid_from": today})
    data.add(
        "topic", Topic, town=data.town, theme=ThemeFactory(), state="judging", proposed_by=data.clerk_user,
        declared_by=data.clerk_user, script=data.file,
    )  # fmt: skip
    data.add("topic_step", TopicStep, topic=data.topic, by=data.clerk_user)
    data.add(
        "panel", Panel, topic=data.topic, number=1, min_judges=5, drop_from=5, drop_each=1, pass_mark=80,
        ends_on=today + timedelta(days=9),
    )  # fmt: skip
    data.add("panel_criterion", PanelCriterion, panel=data.panel, weight=100)
    ours = shared["teachers"][data.canary].user
    data.add("judge", Judge, panel=data.panel, user=ours or UserFactory(name="外评委"))
    data.add("voter", Judge, panel=data.panel, user=UserFactory(name="交了的评委"))
    data.add("ballot", Ballot, judge=data.voter)
    data.add("score", Score, ballot=data.ballot, criterion=data.panel_criterion, points=88)
    code = f"OWN{data.town.code}"
    data.add("own_course", Course, code=code, town=data.town, theme=ThemeFactory())
    data.add(
        "course_review", CourseReview, course=data.own_course, verdict="improve", on=today, improved="",
        improve_by=today + timedelta(days=30), by=shared["county"],
    )  # fmt: skip
