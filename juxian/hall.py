"""What the screen in a centre's hall shows: classes, places, counts. Nobody's name, for nobody has signed in."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from centres.figures import slogan_of
from centres.models import Centre, TeachingPoint
from trainings.figures import came, classes_held
from trainings.models import Enrolment, Session, TrainingClass

State = TrainingClass.State
SHOWN_STATES = (State.APPROVED, State.ENROLLING, State.RUNNING, State.CLOSING)
TODAY, POINTS, ROWS = 4, 4, 6  # what a television of 1080 lines has room for
LOOKED_AT = 60  # half-days ahead among which the next classes are looked for


@dataclass(frozen=True)
class Slot:
    """One half-day as the hall reads it."""

    session: Session
    people: int
    now: datetime

    @property
    def starts(self) -> str:
        start = timezone.localtime(self.session.start)
        return f"{start.hour}:{start:%M}"

    @property
    def place(self) -> str:
        """The room, teaching point or reception site; the centre's own name stands above it all."""
        place = self.session.room or self.session.point or self.session.site
        return place.name if place else ""

    @property
    def is_over(self) -> bool:
        return self.session.is_over(self.now)

    @property
    def is_on(self) -> bool:
        return self.session.start <= self.now and not self.is_over


def hall(centre: Centre, now: datetime) -> dict[str, object]:
    """Today's half-days, the next classes, the figures of the year."""
    today = timezone.localdate(now)
    slots = [Slot(session, session.people, now) for session in _sessions(centre, today)]
    todays = [slot for slot in slots if slot.session.day == today]
    ahead = {slot.session.training_class_id: slot for slot in reversed(slots) if slot.session.day > today}
    here_today = {slot.session.training_class_id for slot in todays}
    coming = [slot for key, slot in reversed(ahead.items()) if key not in here_today]
    return {
        "centre": centre,
        "now": now,
        "slogan": slogan_of(centre),
        "todays": _window(todays),
        "more_today": max(0, len(todays) - TODAY),
        "coming": coming[: ROWS - max(2, min(len(todays), TODAY))],
        "points": list(TeachingPoint.objects.filter(centre=centre, is_ready=True).select_related("theme")[:POINTS]),
        **_figures(centre, today),
    }


def _sessions(centre: Centre, today: date) -> list[Any]:
    """Standing half-days from today on, of classes the county has approved, with their counts of people."""
    rows = Session.objects.standing().filter(
        training_class__town=centre.town_id, training_class__state__in=SHOWN_STATES, day__gte=today
    )
    seated = Q(training_class__enrolments__state=Enrolment.State.SEATED)
    rows = rows.select_related("training_class", "room", "point", "site").order_by("day", "half", "pk")
    return list(rows.annotate(people=Count("training_class__enrolments", filter=seated))[:LOOKED_AT])


def _window(slots: list[Slot]) -> list[Slot]:
    """What there is room for: those that are over make way first."""
    spare = max(0, len(slots) - TODAY)
    over = sum(slot.is_over for slot in slots)
    return slots[min(spare, over) :][:TODAY]


def _figures(centre: Centre, today: date) -> dict[str, int]:
    classes, since = TrainingClass.objects.filter(town=centre.town_id), date(today.year, 1, 1)
    counted = came(classes, since)
    return {"held": classes_held(classes, since), "attendances": counted.attendances, "trained": counted.members}
