"""Which featured courses the county is to look at again, and when."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce

from courses.models import Course, CourseReview
from courses.models.library import CourseQuerySet
from juxian.rules.lookup import value


@dataclass(frozen=True)
class Standing:
    """A featured course, its last review, and the day of the next."""

    course: Course
    last: CourseReview | None
    due_on: date


def due_rows(on: date, until: date) -> CourseQuerySet:
    """Featured courses to be reviewed by the day `until`: so long after the last time, or when improving ends."""
    days = timedelta(days=value("review.again_days", on))
    newest = CourseReview.objects.filter(course=OuterRef("pk")).order_by("-on", "-id")
    rows = Course.objects.featured(on).annotate(
        looked_at=Coalesce(Subquery(newest.values("on")[:1]), "featured_on"),
        improving=Subquery(newest.values("improve_by")[:1]),
    )
    found: CourseQuerySet = rows.filter(Q(improving__lte=until) | Q(improving=None, looked_at__lte=until - days))
    return found


def due(on: date, until: date) -> list[Standing]:
    """Those with their last review, the next due first; two queries."""
    days = timedelta(days=value("review.again_days", on))
    newest = CourseReview.objects.order_by("course", "-on", "-id")
    rows = due_rows(on, until).select_related("town", "theme")
    found = [
        Standing(
            course,
            course.past[0] if course.past else None,
            course.improving or course.looked_at + days,
        )
        for course in rows.prefetch_related(Prefetch("reviews", newest, to_attr="past"))
    ]
    return sorted(found, key=lambda one: (one.due_on, one.course.code))
