"""Figures of this floor, counted from rows."""

from dataclasses import dataclass
from datetime import date

from centres.models import Centre, TeachingPoint
from juxian.people.models import Town


@dataclass(frozen=True)
class Coverage:
    """Centres running, of the town-level units that exist on that day."""

    running: int
    towns: int

    @property
    def is_full(self) -> bool:
        return self.running == self.towns


def coverage(on: date) -> Coverage:
    """How many of N units have a running centre on the local day `on`."""
    return Coverage(running=Centre.objects.running(on).count(), towns=Town.objects.active(on).count())


def teaching_points() -> int:
    """现场教学点 that can be used."""
    return TeachingPoint.objects.filter(is_ready=True).count()
