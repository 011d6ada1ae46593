"""Who of the pool could teach a half-day: what they teach, where they go, whether they are free, how busy they were."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from courses.models import Course
from juxian.people.facts import Rating
from juxian.people.models import Town
from juxian.rules.lookup import value
from lecturers.facts import facts_of
from lecturers.models import HalfDay, Lecturer
from trainings.models import Session

SHOWN = 60


@dataclass(frozen=True)
class Candidate:
    """One lecturer for one half-day. `is_free`: what was said (None: nothing); `is_booked`: teaches then, anywhere."""

    lecturer: Lecturer
    is_free: bool | None
    is_booked: bool
    goes: bool
    recent: int
    rating: Rating | None

    @property
    def can_come(self) -> bool:
        """Nothing is known that stands against it."""
        return not self.is_booked and self.is_free is not False and self.goes

    @property
    def place(self) -> tuple[bool, bool, int]:
        """The most certain first, then who was asked least of late."""
        return (not self.can_come, self.is_free is not True, self.recent)


def _searched(words: str) -> Q:
    """Every word must be found in the name, what they teach, or a course of theirs."""
    query = Q()
    for word in words.split():
        course = Course.objects.filter(lecturers=OuterRef("pk"), retired_on=None, title__icontains=word)
        query &= (
            Q(search_text__icontains=word)
            | Q(topics__icontains=word)
            | Q(unit__icontains=word)
            | Q(kind__name__icontains=word)
            | Exists(course)
            | Exists(Lecturer.themes.through.objects.filter(lecturer=OuterRef("pk"), brandtheme__name__icontains=word))
        )
    return query


def candidates(*, day: date, half: str, town: Town, words: str = "", besides: int = 0) -> list[Candidate]:
    """Lecturers appointed and not suspended whom `words` find, who can come first. `besides`: a session that does not count as a booking.

    A constant number of queries.
    """
    rows = list(
        Lecturer.objects.teaching(day)
        .filter(_searched(words))
        .select_related("kind", "town")
        .prefetch_related("goes_to", "themes")
        .order_by("name", "pk")
    )
    said = dict(HalfDay.objects.filter(day=day, half=half).values_list("lecturer", "is_free"))
    # scope: figures of shared lecturers over all towns; no session is named
    sessions = Session.objects.standing().exclude(pk=besides)
    booked = set(sessions.filter(day=day, half=half).values_list("lecturer", flat=True))
    since = day - timedelta(days=value("lecturer.recent_days", timezone.localdate()))
    recent = Counter(sessions.filter(day__gte=since, day__lt=day).values_list("lecturer", flat=True))
    ratings = facts_of("rating", [row.pk for row in rows])
    found = [
        Candidate(
            lecturer=row,
            is_free=said.get(row.pk),
            is_booked=row.pk in booked,
            goes=not (towns := row.goes_to.all()) or town in towns,
            recent=recent[row.pk],
            rating=ratings.get(row.pk),
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: one.place)
