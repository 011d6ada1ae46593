"""Figures of this floor, counted from rows."""

from dataclasses import dataclass
from datetime import date

from centres.models import Centre, InspectionResult, TeachingPoint
from centres.models.inspections import ResultQuerySet
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


@dataclass(frozen=True)
class Verdict:
    """What the last inspection said of one item of one centre."""

    verdict: str  # met, partly, unmet
    on: date
    inspection_id: int
    kind: str


def latest_verdicts(on: date, results: ResultQuerySet | None = None) -> dict[tuple[int, str], Verdict]:
    """(centre id, item key) → the latest verdict that counts on the local day `on`. One query.

    Give `results` to read a part only, e.g. `InspectionResult.objects.visible_to(user)`.
    """
    rows = InspectionResult.objects.all() if results is None else results
    found = rows.counting(on).values_list(
        "inspection__centre_id",
        "item__key",
        "verdict",
        "inspection__inspected_on",
        "inspection_id",
        "inspection__kind",
    )
    return {(centre, key): Verdict(*rest) for centre, key, *rest in found}  # the last one stays
