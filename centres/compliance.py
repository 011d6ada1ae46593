"""How each centre stands against the standard on a day: pure functions of rows.

A day is judged by the version in force on it, the verdicts that count on it, the evidence that stood at its end (what was
handed in, and what counts without) and the regulations of that day, so a later version, inspection or paper changes no
earlier day.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Max
from django.utils import timezone

from centres.counted import Counted, Paper, counted, papers
from centres.figures import Verdict, latest_verdicts
from centres.models import (
    Centre,
    Evidence,
    InspectionResult,
    RegulationKind,
    Standard,
    StandardItem,
)
from centres.words import MET, NONE, PARTLY, STALE, Word, verdict_word

Key = tuple[int, str]  # centre, item


@dataclass(frozen=True)
class Cell:
    """One item of one centre. `verdict` is a code of `centres.words`; the inspection is None where nobody looked."""

    key: str
    verdict: str
    found: Verdict | None = None

    @property
    def word(self) -> Word:
        return verdict_word(self.verdict)


@dataclass
class Row:
    """One centre: a cell for each item of the version, and the kinds of regulation it lacks."""

    centre: Centre
    cells: list[Cell]
    lacking: list[RegulationKind]

    def count(self, verdict: str) -> int:
        return sum(cell.verdict == verdict for cell in self.cells)


@dataclass
class Board:
    """All running centres of a day, in code order. Without a version in force there are no items."""

    on: date
    standard: Standard | None
    items: list[StandardItem]
    rows: list[Row] = field(default_factory=list)

    def meets(self, row: Row) -> bool:
        """Whether the centre meets every item that is a must, and lacks no regulation."""
        must = {item.key for item in self.items if item.need == StandardItem.Need.MUST}
        return bool(must) and not row.lacking and all(cell.verdict == MET for cell in row.cells if cell.key in must)

    @property
    def whole(self) -> int:
        """How many centres meet everything."""
        return sum(map(self.meets, self.rows))

    @property
    def counts(self) -> Counter[str]:
        """Cells by verdict."""
        return Counter(cell.verdict for row in self.rows for cell in row.cells)


def end_of(day: date) -> datetime:
    """The first moment after the local day."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))


def versions() -> list[Standard]:
    """Published versions with their items, the newest first. Two queries."""
    return list(Standard.objects.published().prefetch_related("items"))


def in_force(published: Sequence[Standard], on: date) -> Standard | None:
    """The one of `versions()` that counts on the local day `on`."""
    return next((one for one in published if one.valid_from and one.valid_from <= on), None)


def last_day(published: Sequence[Standard], version: Standard, today: date) -> date:
    """The last local day a version counted; today for the one in force."""
    starts = [one.valid_from for one in published if one.valid_from]
    later = [day for day in starts if version.valid_from and version.valid_from < day <= today]
    return min(later) - timedelta(days=1) if later else today


def compliance(on: date, centres: Iterable[Centre] | None = None, published: Sequence[Standard] | None = None) -> Board:
    """The board of the local day `on`: of these centres, or of all that ran then.

    Give `published` where `versions()` were read already. At most nine queries, however many centres and years,
    and one for each source of papers of the floors above.
    """
    standard = in_force(versions() if published is None else published, on)
    items = list(standard.items.all()) if standard else []
    rows = Centre.objects.running(on).select_related("town").order_by("town__code") if centres is None else centres
    listed = list(rows)
    results = InspectionResult.objects.filter(inspection__centre__in=listed)
    held = papers([centre.town_id for centre in listed])
    verdicts, ended = latest_verdicts(on, results), stale(listed, on, counted(listed, held))
    missing = lacking(on, [centre.town_id for centre in listed], held)
    return Board(
        on=on,
        standard=standard,
        items=items,
        rows=[
            Row(centre, judged(centre.pk, items, verdicts, ended), missing.get(centre.town_id, [])) for centre in listed
        ],
    )


def judged(centre: int, items: Iterable[StandardItem], verdicts: Mapping[Key, Verdict], ended: set[Key]) -> list[Cell]:
    """A cell for each item. What was met, or nearly, is stale once its evidence has run out."""
    cells = []
    for item in items:
        found = verdicts.get((centre, item.key))
        verdict = found.verdict if found else NONE
        if verdict in (MET, PARTLY) and (centre, item.key) in ended:
            verdict = STALE
        cells.append(Cell(item.key, verdict, found))
    return cells


def stale(centres: Sequence[Centre], on: date, others: Iterable[Counted] | None = None) -> set[Key]:
    """Centre and item whose evidence has all run out by the local day `on`. One query.

    Give `others` where all that counts without being handed in was read already.
    """
    rows = Evidence.objects.filter(centre__in=centres, effective_from__lte=on).standing(on).order_by()
    ends = rows.values_list("centre", "item_key").annotate(
        last=Max("valid_until"), held=Count("pk"), dated=Count("valid_until")
    )
    found = {(centre, key): held == dated and last < on for centre, key, last, held, dated in ends}
    return _run_out(found, counted(centres) if others is None else others, on)


def _run_out(found: Mapping[Key, bool], others: Iterable[Counted], on: date) -> set[Key]:
    """Of what was handed in (`found`: whether it has run out) and what counts without it, the keys nothing holds."""
    standing = [(one.centre_id, one.key, one.span.holds(on)) for one in others if one.span.stands(on)]
    holding = {key for key, ended in found.items() if not ended} | {(at, key) for at, key, holds in standing if holds}
    return (set(found) | {(at, key) for at, key, _ in standing}) - holding


def lacking(
    on: date, towns: Sequence[int] | None = None, held: Iterable[Paper] | None = None
) -> dict[int, list[RegulationKind]]:
    """By town: the kinds of regulation its running centre needs on the local day `on` and has none in force of.

    Give `held` where `papers()` of the towns were read already.
    """
    kinds = list(RegulationKind.objects.needed(on))
    asked = list(Centre.objects.running(on).values_list("town", flat=True)) if towns is None else towns
    rows = papers(asked) if held is None else held
    there = {(paper.town_id, paper.kind.pk) for paper in rows if paper.span.holds(on)}
    found = {town: [kind for kind in kinds if (town, kind.pk) not in there] for town in asked}
    return {town: kinds for town, kinds in found.items() if kinds}


@dataclass(frozen=True)
class Year:
    """How a centre stood at the end of a year, or today in the running one."""

    year: int
    on: date
    standard: Standard
    counts: Counter[str]
    items: int

    @property
    def percent(self) -> int:
        return round(100 * self.counts[MET] / self.items)


def history(centre: Centre, today: date, published: Sequence[Standard]) -> list[Year]:
    """The years since the first verdict, the oldest first. A query for each table, however many years."""
    results = list(
        InspectionResult.objects.filter(inspection__centre=centre)
        .counting(today)
        .values_list(
            "item__key", "verdict", "inspection__inspected_on", "inspection_id", "inspection__kind", "inspection__state"
        )
    )
    handed_in = list(
        Evidence.objects.filter(centre=centre).values_list(
            "item_key", "effective_from", "valid_until", "at", "withdrawn_at"
        )
    )
    others, found = counted([centre]), []
    for year in range(results[0][2].year, today.year + 1) if results else ():
        day = min(date(year, 12, 31), today)
        standard = in_force(published, day)
        if standard is None or not standard.items.all():
            continue
        verdicts = {(centre.pk, key): Verdict(*rest) for key, *rest in results if rest[1] <= day}
        cells = judged(centre.pk, standard.items.all(), verdicts, _ended(centre, handed_in, others, day))
        found.append(Year(year, day, standard, Counter(cell.verdict for cell in cells), len(cells)))
    return found


def _ended(
    centre: Centre,
    handed_in: Iterable[tuple[str, date, date | None, datetime, datetime | None]],
    others: Iterable[Counted],
    on: date,
) -> set[Key]:
    """`stale` over rows that were read already."""
    end = end_of(on)
    standing = [row for row in handed_in if row[1] <= on and row[3] < end and (row[4] is None or row[4] >= end)]
    holding = {key for key, _, until, _, _ in standing if until is None or until >= on}
    found = {(centre.pk, row[0]): row[0] not in holding for row in standing}
    return _run_out(found, others, on)
