"""What sessions tell about courses: when one was last taught, how often, by which towns; what borrowings were used for.

Only delivered sessions count (`teaching.delivered`): held, and their roll taken.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Count, F, Max, Sum
from django.utils import timezone

from courses.facts import add_facts, add_uses
from courses.models import Borrowing, Course
from juxian.people.models import User
from juxian.people.panels import Row, register
from trainings.models import Session
from trainings.teaching import delivered
from trainings.words import plain

COURSE = "course_version__course"


class Taught(NamedTuple):
    """How a course was used until today."""

    sessions: int
    hours: Decimal
    last: Any


def held_sessions() -> Any:
    """Sessions that took place, in whatever town."""
    return delivered(Session.objects.all())  # scope: counts of shared courses; no session is named


def taught(courses: Collection[int]) -> dict[int, Taught]:
    """One statement."""
    rows = held_sessions().filter(**{f"{COURSE}__in": courses}).order_by().values_list(COURSE)
    counted = rows.annotate(n=Count("pk"), hours=Sum("hours"), last=Max("day"))
    return {pk: Taught(n, hours, last) for pk, n, hours, last in counted}


def used(borrowings: Collection[int]) -> dict[int, int]:
    """Sessions of the host's classes with that course, from the day of the consent to the end of the borrowed year.

    One statement for the sessions, one for the rows.
    """
    granted = Borrowing.objects.filter(pk__in=borrowings).exclude(decided_at=None)
    rows = {(row.course_id, row.host_id, row.year): row for row in granted}
    wanted = {"training_class__town__in": {town for _, town, _ in rows}, f"{COURSE}__in": {key for key, _, _ in rows}}
    lessons = held_sessions().filter(**wanted).order_by().values_list(COURSE, "training_class__town", "day")
    found: Counter[int] = Counter()
    for course, town, day in lessons:
        row = rows.get((course, town, day.year))
        if row and row.decided_at and day >= timezone.localdate(row.decided_at):
            found[row.pk] += 1
    return dict(found)


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
