"""How the evidence of an item stands on a day, computed from dates: nothing has to run for it to turn amber."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from centres.counted import Counted, Span, counted
from centres.models import Centre, Evidence, Standard, StandardItem
from centres.words import Word
from juxian.rules.lookup import value

FRESH, SOON, STALE, MISSING, NOT_NEEDED = "fresh", "soon", "stale", "missing", "none"
WORDS = {
    FRESH: Word("依据有效", "st-ok"),
    SOON: Word("依据快到期", "st-warn"),
    STALE: Word("依据过期", "st-warn"),
    MISSING: Word("还没有依据", "st-bad"),
    NOT_NEEDED: Word("不用传依据", ""),
}


@dataclass
class Standing:
    """The evidence of one item of one centre: handed in (`rows`), or counting without (`counted`).

    `until` is the last day it holds; None: without end, or there is none.
    """

    state: str = MISSING
    until: date | None = None
    rows: list[Evidence] = field(default_factory=list)
    counted: list[Counted] = field(default_factory=list)

    @property
    def word(self) -> Word:
        return WORDS[self.state]

    @property
    def number(self) -> int:
        """How many there are of both."""
        return len(self.rows) + len(self.counted)


def remind_days(on: date) -> int:
    """How many days before its end a clerk is told."""
    return int(value("evidence.remind_days", on))


def standings(centres: Iterable[Centre], on: date) -> dict[tuple[int, str], Standing]:
    """By centre and item key, how evidence stands on the local day `on`. What is not in it has none."""
    centres = list(centres)
    found: dict[tuple[int, str], Standing] = defaultdict(Standing)
    past = None if on >= timezone.localdate() else on
    rows = Evidence.objects.filter(centre__in=centres).standing(past)
    for row in rows.select_related("file").order_by("-taken_on", "-pk"):
        found[row.centre_id, row.item_key].rows.append(row)
    for one in counted(centres):
        if one.span.is_known(on):
            found[one.centre_id, one.key].counted.append(one)
    soon = on + timedelta(days=remind_days(on))
    for standing in found.values():
        standing.state, standing.until = _stand(standing, on, soon)
    return dict(found)


def _stand(found: Standing, on: date, soon: date) -> tuple[str, date | None]:
    """State, and the last day without a gap."""
    spans = [(row.effective_from, row.valid_until) for row in found.rows]
    spans += [(one.span.since, one.span.until) for one in found.counted]
    ends = [until for since, until in spans if since <= on]
    if not ends:
        return MISSING, None
    while None not in ends:
        last = max(end for end in ends if end)
        further = [
            until for since, until in spans if since <= last + timedelta(days=1) and (until is None or until > last)
        ]
        if not further:
            return STALE if last < on else SOON if last <= soon else FRESH, last
        ends = further
    return FRESH, None


def ending(on: date) -> QuerySet[Evidence]:
    """Evidence whose clerk is to be told: its end is near or past, and nothing of that item reaches further.

    Only of running centres and of items the version in force asks for.
    """
    standard = Standard.objects.in_force(on)
    keys = StandardItem.objects.filter(standard=standard).values("key")
    newer = Evidence.objects.standing().filter(centre=OuterRef("centre"), item_key=OuterRef("item_key"))
    newer = newer.filter(
        Q(valid_until=None)
        | Q(valid_until__gt=OuterRef("valid_until"))
        | Q(valid_until=OuterRef("valid_until"), pk__gt=OuterRef("pk"))
    )
    rows = Evidence.objects.standing().filter(item_key__in=keys, centre__in=Centre.objects.running(on))
    soon = on + timedelta(days=remind_days(on))
    rows = rows.filter(valid_until__lte=soon).exclude(Exists(newer)).order_by("pk")
    others = counted(Centre.objects.running(on))
    held = {(one.centre_id, one.key) for one in others if one.span.is_known(on) and _reaches(one.span, soon)}
    asked = [pk for pk, *key in rows.values_list("pk", "centre", "item_key") if tuple(key) not in held]
    return Evidence.objects.filter(pk__in=asked).order_by("pk")


def _reaches(span: Span, day: date) -> bool:
    """Whether it begins by `day` and holds beyond."""
    return span.since <= day and (span.until is None or span.until > day)
