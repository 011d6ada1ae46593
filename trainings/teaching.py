"""Hours taught: from delivered sessions only, which were held and whose roll was taken, by the lecturer who taught."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Sum
from django.urls import reverse
from django.utils import timezone

from juxian.people.models import User
from juxian.people.panels import Row
from lecturers.models import Lecturer
from trainings.models import Mark, Session
from trainings.models.classes import SessionQuerySet
from trainings.words import plain

BY = {
    "lecturer": ("讲师", "lecturer_id", "lecturer__name"),
    "town": ("镇街", "training_class__town_id", "training_class__town__name"),
    "course": ("课程", "course_version__course_id", "course_version__course__title"),
}
NO_COURSE = "没有选课程，只写了课题"


@dataclass(frozen=True)
class Taught:
    """Hours, half-days, classes, towns and lecturers of one lecturer, town or course."""

    key: int | None
    name: str
    hours: Decimal
    sessions: int
    classes: int
    towns: int
    lecturers: int


def delivered(sessions: SessionQuerySet) -> SessionQuerySet:
    """Those of `sessions` that were taught: not cancelled, up to today, with a roll."""
    rolled = Exists(Mark.objects.filter(session=OuterRef("pk")))
    return sessions.standing().filter(rolled, day__lte=timezone.localdate(), lecturer__isnull=False)


def hours_by(sessions: SessionQuerySet, by: str) -> list[Taught]:
    """Hours of delivered sessions among `sessions` by lecturer, town or course, most first. One query."""
    _, key, name = BY[by]
    rows: Iterable[dict[str, Any]] = (
        delivered(sessions)
        .order_by()
        .values(key, name)
        .annotate(
            total=Sum("hours"),
            n=Count("pk"),
            classes=Count("training_class", distinct=True),
            towns=Count("training_class__town", distinct=True),
            lecturers=Count("lecturer", distinct=True),
        )
    )
    found = [
        Taught(row[key], row[name] or NO_COURSE, row["total"], row["n"], row["classes"], row["towns"], row["lecturers"])
        for row in rows
    ]
    return sorted(found, key=lambda row: (-row.hours, row.name, row.key or 0))


def lecturer_hours(lecturer: Lecturer, user: User) -> Iterable[Row]:
    """This year and last in the whole county; then this year by town, as far as the reader sees the town."""
    year = timezone.localdate().year
    # scope: hours of a shared lecturer over all towns; no session is named
    own = Session.objects.taught_by(lecturer)
    for one in (year, year - 1):
        found = hours_by(own.filter(day__year=one), "lecturer")
        said = (
            f"{plain(found[0].hours)} 学时，{found[0].sessions} 个半天，{found[0].towns} 个镇街"
            if found
            else "没有讲过"
        )
        link = f"{reverse('trainings:teaching-hours')}?year={one}" if user.towns().exists() else ""
        yield Row(f"{one}年授课", said, link)
    seen = own if lecturer.user_id == user.pk else Session.objects.visible_to(user).filter(lecturer=lecturer)
    for row in hours_by(seen.filter(day__year=year), "town"):
        yield Row(f"{year}年在{row.name}", f"{plain(row.hours)} 学时")
