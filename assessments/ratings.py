"""Ratings of lecturers and courses: sums of whole lessons, each of which may be shown by itself.

A lesson below the smallest group counts nowhere, so no sum minus other sums ever tells less than such a group said.
Who is rated is whoever the session names now, which is who really taught it (a substitution changes the session).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Sum
from django.db.models.functions import ExtractYear
from django.utils import timezone

from assessments.models import SurveyLesson
from assessments.models.lessons import POINTS, RATED, SurveyLessonQuerySet
from courses.models import Course
from juxian.people.facts import Rating
from juxian.rules.lookup import value
from lecturers.models import Lecturer

FULL = 4
LECTURER, COURSE = "session__lecturer", "session__course_version__course"


@dataclass(frozen=True)
class YearRating:
    """One year; `change` is the step from the year before that has any."""

    year: int
    mean: float
    n: int
    lessons: int
    change: float | None = None

    @property
    def percent(self) -> int:
        return round(100 * self.mean / FULL)


def recent(today: date) -> date:
    """The first day of the years whose ratings count as the present ones."""
    return date(today.year - int(value("rating.years", today)) + 1, 1, 1)


def published() -> SurveyLessonQuerySet:
    """Every lesson that may be shown now."""
    return SurveyLesson.objects.published(timezone.now())


def _ratings(path: str, pks: Collection[int]) -> dict[int, Rating]:
    rows = published().filter(**{f"{path}__in": pks}, session__day__gte=recent(timezone.localdate()))
    sums = rows.order_by().values(path).annotate(n=Sum(RATED), total=Sum(POINTS))
    return {row[path]: Rating(row["total"] / row["n"], row["n"]) for row in sums}


def ratings_of_lecturers(pks: Collection[int]) -> dict[int, Rating]:
    """{lecturer pk: (mean, n)} of the last years; who has none is left out. Two queries."""
    return _ratings(LECTURER, pks)


def ratings_of_courses(pks: Collection[int]) -> dict[int, Rating]:
    """{course pk: (mean, n)} of the last years; a course without any is left out. Two queries."""
    return _ratings(COURSE, pks)


def lessons_of(about: Lecturer | Course) -> SurveyLessonQuerySet:
    """The lessons of a lecturer or of a course that may be shown."""
    return published().filter(**{LECTURER if isinstance(about, Lecturer) else COURSE: about.pk})


def years_of(about: Lecturer | Course) -> list[YearRating]:
    """Year by year, the newest first. One query."""
    rows = lessons_of(about).order_by().annotate(year=ExtractYear("session__day")).values("year")
    found: list[YearRating] = []
    for row in rows.annotate(n=Sum(RATED), total=Sum(POINTS), lessons=Count("pk")).order_by("year"):
        mean = row["total"] / row["n"]
        change = mean - found[-1].mean if found else None
        found.append(YearRating(row["year"], mean, row["n"], row["lessons"], change))
    return found[::-1]


def together(years: Collection[YearRating]) -> Rating | None:
    """Several years as one rating."""
    number = sum(year.n for year in years)
    return Rating(sum(year.mean * year.n for year in years) / number, number) if number else None


def low_ones(path: str, year: int) -> Iterable[tuple[int, Rating]]:
    """Lecturers or courses whose rating of a year lies below the county's mark, with enough answers to say so."""
    day = date(year, 12, 31)
    least, mark = int(value("rating.low_answers", day)), FULL * int(value("rating.low_percent", day)) / 100
    rows = published().filter(**{f"{path}__isnull": False}, session__day__year=year).order_by().values(path)
    sums = rows.annotate(n=Sum(RATED), total=Sum(POINTS)).filter(n__gte=least, total__lt=F("n") * mark)
    for row in sums.order_by(path):
        yield row[path], Rating(row["total"] / row["n"], row["n"])


def in_words(rating: Any) -> str:
    """3.62 分（48 份）."""
    return f"{rating.mean:.2f} 分（{rating.n} 份）"
