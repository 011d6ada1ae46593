"""What sessions tell about courses: when one was last taught, how often, by which towns; what borrowings were used for.

A session counts from its day on, while its class runs and after: not planned, not cancelled.
"""

from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Count, F, Max, Sum
from django.utils import timezone

from courses.facts import add_facts, add_uses
from courses.models import Borrowing, Course
from juxian.people.models import User
from juxian.people.panels import Row, register
from trainings.models import Session, TrainingClass
from trainings.words import plain

State = TrainingClass.State
TAUGHT_IN = (State.RUNNING, State.CLOSING, State.ARCHIVED)
COURSE = "course_version__course"


class Taught(NamedTuple):
    """How a course was used until today."""

    sessions: int
    hours: Decimal
    last: Any


def held_sessions() -> Any:
    """Sessions that took place."""
    return Session.objects.standing().filter(day__lte=timezone.localdate(), training_class__state__in=TAUGHT_IN)


def taught(courses: Collection[int]) -> dict[int, Taught]:
    """One statement."""
    rows = held_sessions().filter(**{f"{COURSE}__in": courses}).order_by().values_list(COURSE)
    counted = rows.annotate(n=Count("pk"), hours=Sum("hours"), last=Max("day"))
    return {pk: Taught(n, hours, last) for pk, n, hours, last in counted}


def used(borrowings: Collection[int]) -> dict[int, int]:
    """Sessions of the host's classes with that course in the borrowed year. One statement for the sessions, one for the rows."""
    rows = {(row.course_id, row.host_id, row.year): row.pk for row in Borrowing.objects.filter(pk__in=borrowings)}
    wanted = {"training_class__town__in": {town for _, town, _ in rows}, f"{COURSE}__in": {key for key, _, _ in rows}}
    sessions = held_sessions().filter(**wanted).order_by()
    counted = sessions.values_list(COURSE, "training_class__town", "day__year").annotate(n=Count("pk"))
    return {rows[course, town, year]: n for course, town, year, n in counted if (course, town, year) in rows}


def course_taught(course: Course, user: User) -> Iterable[Row]:
    """How often, and by which towns: every town's count, without its classes, for the pool is shared."""
    told = taught([course.pk]).get(course.pk)
    if told is None:
        return
    yield Row(
        "开课",
        f"{told.sessions} 次，{plain(told.hours)} 学时，最近 {told.last.year}年{told.last.month}月{told.last.day}日",
    )
    rows = held_sessions().filter(**{COURSE: course.pk}).order_by().values("training_class__town__name")
    for one in rows.annotate(n=Count("pk"), code=F("training_class__town__code")).order_by("code"):
        yield Row(one["training_class__town__name"], f"{one['n']} 次")


def register_course_facts() -> None:
    """Called once when the apps are ready."""
    add_facts("taught", taught)
    add_uses("sessions", used)
    register("courses.Course", "开课情况", course_taught)
