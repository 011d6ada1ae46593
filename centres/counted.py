"""What shows that an item is met although nobody handed it in: nothing is asked for twice.

A regulation in force counts for the item its kind names, a paper a floor above made counts as a regulation of its kind,
and the photos of what was put right count once a re-inspection has accepted them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from centres.actions.evidence import months_after
from centres.models import Centre, Finding, Rectification, RegulationKind, RegulationVersion


@dataclass(frozen=True)
class Span:
    """Days by which a paper is judged: its own first and last day, and the days the portal knew it."""

    since: date
    until: date | None
    known_on: date
    gone_on: date | None = None  # the first day something else has taken its place

    def is_known(self, on: date) -> bool:
        """Whether it was there at the end of the local day `on`, begun or not."""
        return self.known_on <= on and (self.gone_on is None or on < self.gone_on)

    def stands(self, on: date) -> bool:
        """Whether it was there and had begun, run out or not."""
        return self.is_known(on) and self.since <= on

    def holds(self, on: date) -> bool:
        """Whether it was in force."""
        return self.stands(on) and (self.until is None or self.until >= on)


@dataclass(frozen=True)
class Paper:
    """A regulation of a town, or what counts as one."""

    town_id: int
    kind: RegulationKind
    title: str
    url: str
    span: Span
    is_issued: bool = False  # made elsewhere in the portal


@dataclass(frozen=True)
class Issued:
    """A paper of a floor above that counts as the town's regulation of the kind with this key."""

    town_id: int
    kind_key: str
    title: str
    url: str
    since: date
    until: date | None
    at: datetime


@dataclass(frozen=True)
class Counted:
    """What counts for one item of one centre without being handed in."""

    centre_id: int
    key: str
    what: str
    url: str
    span: Span


Source = Callable[[Sequence[int]], Iterable[Issued]]
SOURCES: list[Source] = []


def add_source(source: Source) -> None:
    """Register papers that count as regulations of these towns; floors above do so when they are ready."""
    if source not in SOURCES:
        SOURCES.append(source)


def papers(towns: Sequence[int]) -> list[Paper]:
    """All there ever were of these towns, in order. Two queries, and one for each source."""
    kinds = {kind.pk: kind for kind in RegulationKind.objects.all()}
    by_key = {kind.key: kind for kind in kinds.values()}
    found = _versions(towns, kinds)
    for one in (one for source in SOURCES for one in source(towns)):
        if one.kind_key in by_key:
            span = Span(one.since, one.until, timezone.localdate(one.at))
            found.append(Paper(one.town_id, by_key[one.kind_key], one.title, one.url, span, is_issued=True))
    return found


def _versions(towns: Sequence[int], kinds: dict[int, RegulationKind]) -> list[Paper]:
    """Versions, each until the day a later one has taken its place."""
    rows = RegulationVersion.objects.filter(regulation__town__in=towns).order_by("regulation", "-number")
    found: list[Paper] = []
    rule, gone = 0, None
    for pk, owner, kind, town, title, since, until, at in rows.values_list(
        "pk",
        "regulation",
        "regulation__kind",
        "regulation__town",
        "regulation__title",
        "valid_from",
        "valid_until",
        "at",
    ):
        rule, gone = owner, gone if owner == rule else None
        known = timezone.localdate(at)
        url = reverse("centres:regulation-file", args=[pk])
        found.append(Paper(town, kinds[kind], title, url, Span(since, until, known, gone)))
        begins = max(since, known)
        gone = min(gone, begins) if gone else begins
    return found[::-1]


def counted(centres: Iterable[Centre], held: Iterable[Paper] | None = None) -> list[Counted]:
    """All that ever counted for these centres. One query; give `held` where `papers()` were read already."""
    by_town = {centre.town_id: centre.pk for centre in centres}
    found = papers(list(by_town)) if held is None else held
    return [
        Counted(by_town[paper.town_id], paper.kind.item_key, f"{paper.kind.name}：{paper.title}", paper.url, paper.span)
        for paper in found
        if paper.kind.item_key and paper.town_id in by_town
    ] + _put_right(list(by_town.values()))


def _put_right(centres: Sequence[int]) -> list[Counted]:
    """Photos of what was put right and then found to be met: the last that were handed in of each finding."""
    rows = Rectification.objects.filter(
        finding__state=Finding.State.ACCEPTED, finding__result__inspection__centre__in=centres
    )
    rows = rows.select_related("finding__result__item", "finding__result__inspection")
    last = {
        row.finding_id: row
        for row in rows.annotate(pictures=Count("photos")).filter(pictures__gt=0).order_by("at", "pk")
    }
    found = []
    for row in last.values():
        result, since = row.finding.result, timezone.localdate(row.at)
        months = result.item.valid_months
        until = months_after(since, months) if months else None
        day = row.finding.closed_on
        what = f"整改照片 {row.pictures} 张，{day.year}年{day.month}月{day.day}日检查达标"
        url = reverse("centres:finding", args=[row.finding_id])
        found.append(Counted(result.inspection.centre_id, result.item.key, what, url, Span(since, until, day)))
    return found
