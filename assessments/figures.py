"""Figures of this floor for desks and the board: counts from rows, nothing stored. `towns` limits; None is all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Max, Q
from django.utils import timezone

from assessments.models import Attempt, MakeUp, Retake, SurveyTicket
from assessments.ratings import ratings_of_courses, ratings_of_lecturers
from juxian.people.models import Town

__all__ = [
    "Open",
    "Share",
    "open_by_town",
    "open_make_ups",
    "open_retakes",
    "pass_rate",
    "ratings_of_courses",
    "ratings_of_lecturers",
    "survey_answers",
]


@dataclass(frozen=True)
class Share:
    """A part of a whole."""

    part: int
    whole: int

    @property
    def percent(self) -> int | None:
        """Whole per cent; None where there is nothing to share."""
        return round(100 * self.part / self.whole) if self.whole else None


def _in(path: str, towns: Iterable[Town] | None) -> Q:
    return Q() if towns is None else Q(**{f"{path}__in": towns})


def open_retakes(towns: Iterable[Town] | None = None) -> int:
    """Retakes somebody still has to sit."""
    return Retake.objects.open().filter(_in("exam__training_class__town", towns)).count()


def open_make_ups(towns: Iterable[Town] | None = None) -> int:
    """Make-ups somebody still has to do."""
    return MakeUp.objects.open().filter(_in("enrolment__training_class__town", towns)).count()


def pass_rate(towns: Iterable[Town] | None = None, year: int | None = None) -> Share:
    """People who passed, of those who sat a released exam (retakes included, each person and class once)."""
    rows = Attempt.objects.filter(_in("exam__training_class__town", towns), exam__released_at__isnull=False)
    if year is not None:
        rows = rows.filter(exam__training_class__starts_on__year=year)
    people = rows.order_by().values("exam", "enrolment").annotate(best=Max("score"), mark=Max("exam__pass_mark"))
    return Share(people.filter(best__gte=F("mark")).count(), people.count())


def survey_answers(towns: Iterable[Town] | None = None) -> Share:
    """Surveys answered, of those asked."""
    rows = SurveyTicket.objects.filter(_in("survey__training_class__town", towns))
    counts = rows.aggregate(answered=Count("pk", filter=Q(is_answered=True)), asked=Count("pk"))
    return Share(counts["answered"], counts["asked"])


@dataclass(frozen=True)
class Open:
    """Retakes and make-ups nobody has done yet, and how many of them are past their day."""

    retakes: int = 0
    make_ups: int = 0
    overdue: int = 0

    @property
    def total(self) -> int:
        return self.retakes + self.make_ups


def open_by_town(now: datetime) -> dict[int, Open]:
    """What is still open, by town id. Two queries."""
    found: dict[int, Open] = {}
    retakes = Retake.objects.open().order_by().values("exam__training_class__town")
    for row in retakes.annotate(n=Count("pk"), late=Count("pk", filter=Q(due_at__lte=now))):
        found[row["exam__training_class__town"]] = Open(retakes=row["n"], overdue=row["late"])
    make_ups = MakeUp.objects.open().order_by().values("enrolment__training_class__town")
    today = timezone.localdate(now)
    for row in make_ups.annotate(n=Count("pk"), late=Count("pk", filter=Q(due_on__lt=today))):
        town = row["enrolment__training_class__town"]
        before = found.get(town, Open())
        found[town] = Open(before.retakes, row["n"], before.overdue + row["late"])
    return found
