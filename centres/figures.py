"""Figures of this floor, counted from rows."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Q

from centres.models import (
    BrandRevision,
    Centre,
    Finding,
    Inspection,
    InspectionResult,
    Post,
    ReceptionSite,
    TeachingPoint,
)
from centres.models.inspections import InspectionQuerySet, ResultQuerySet
from centres.models.places import CentreQuerySet
from centres.staffing import seats
from centres.words import Word, verdict_word
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
    state: str

    @property
    def word(self) -> Word:
        return verdict_word(self.verdict)

    @property
    def look(self) -> str:
        """What kind of look it was, as people call it."""
        return str(Inspection.Kind(self.kind).label)

    @property
    def is_signed(self) -> bool:
        """Whether both sides have signed; the county's counts before that."""
        return self.state != Inspection.State.SUBMITTED


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
        "inspection__state",
    )
    return {(centre, key): Verdict(*rest) for centre, key, *rest in found}  # the last one stays


def with_counts(inspections: InspectionQuerySet) -> InspectionQuerySet:
    """Inspections that know `total` items, `looked` at, `bad` ones and findings still `open`."""
    counted: InspectionQuerySet = inspections.annotate(
        total=Count("results"),
        looked=Count("results", filter=~Q(results__verdict="")),
        bad=Count("results", filter=Q(results__verdict__in=["partly", "unmet"])),
        open=Count("results__finding", filter=Q(results__finding__closed_on=None)),
    )
    return counted


@dataclass
class Round:
    """Where one centre stands: its last inspection, what is under way, what is open."""

    centre: Centre
    last: Any = None  # the last one that was handed in, with counts
    running: list[Any] = field(default_factory=list)
    to_recheck: Any = None  # the newest one with open findings
    open: int = 0
    rectified: int = 0
    overdue: int = 0

    @property
    def is_busy(self) -> bool:
        """Whether an inspection by the county is under way or waits for a signature."""
        return any(not one.is_own for one in self.running)


def county_round(centres: CentreQuerySet, inspections: InspectionQuerySet, on: date) -> list[Round]:
    """Every centre with where it stands on the local day `on`. Three queries."""
    rounds = {centre.pk: Round(centre) for centre in centres}
    for one in with_counts(inspections.filter(centre__in=rounds)).order_by("started_at", "pk"):
        row = rounds[one.centre_id]
        if one.state in Inspection.UNFINISHED:
            row.running.append(one)
        if not one.is_draft and not one.is_own:
            row.last = one
        if one.open and one.confirmed_at:
            row.to_recheck = one
    findings = Finding.objects.open().filter(result__inspection__centre__in=rounds)
    for centre, state, due_on in findings.values_list("result__inspection__centre_id", "state", "due_on"):
        row = rounds[centre]
        row.open += 1
        row.rectified += state == Finding.State.RECTIFIED
        row.overdue += state in Finding.TOWNS_TURN and due_on < on
    return list(rounds.values())


def slogan_of(centre: Centre) -> str:
    """The slogan the county approved, for everybody to read; empty where there is none."""
    rows = BrandRevision.objects.in_force().filter(brand__town=centre.town_id)
    return rows.values_list("slogan", flat=True).first() or ""


@dataclass(frozen=True)
class Staffing:
    """Posts by the documents in force, and how they are filled. Posts, not people."""

    authorised: int
    filled: int
    dedicated: int
    long_vacant: int

    @property
    def vacant(self) -> int:
        return self.authorised - self.filled


def staffing(on: date) -> Staffing:
    """The county's posts on the local day `on`."""
    rows = seats(Post.objects.standing(), on)
    held = [seat.holding for seat in rows if seat.holding]
    return Staffing(
        authorised=len(rows),
        filled=len(held),
        dedicated=sum(holding.is_dedicated for holding in held),
        long_vacant=sum(seat.is_long for seat in rows),
    )


def reception_sites() -> tuple[int, int]:
    """接收站点: how many there are, and how many of them work."""
    return ReceptionSite.objects.count(), ReceptionSite.objects.filter(is_working=True).count()
