"""How the evidence of an item stands on a day, computed from dates: nothing has to run for it to turn amber."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from centres.models import Centre, Evidence, Standard, StandardItem
from centres.words import Word
from juxian.rules.lookup import value

FRESH, SOON, STALE, MISSING, NOT_NEEDED = "fresh", "soon", "stale", "missing", "none"
WORDS = {
    FRESH: Word("有效", "st-ok"),
    SOON: Word("快到期", "st-warn"),
    STALE: Word("过期", "st-warn"),
    MISSING: Word("还没有", "st-bad"),
    NOT_NEEDED: Word("不需要", ""),
}


@dataclass
class Standing:
    """The evidence of one item of one centre. `until` is the last day it holds; None: without end, or there is none."""

    state: str = MISSING
    until: date | None = None
    rows: list[Evidence] = field(default_factory=list)

    @property
    def word(self) -> Word:
        return WORDS[self.state]


def remind_days(on: date) -> int:
    """How many days before its end a clerk is told."""
    return int(value("evidence.remind_days", on))


def standings(centres: Iterable[Centre], on: date) -> dict[tuple[int, str], Standing]:
    """By centre and item key, how evidence stands on the local day `on`. What is not in it has none. Two queries."""
    found: dict[tuple[int, str], list[Evidence]] = defaultdict(list)
    past = None if on >= timezone.localdate() else on
    rows = Evidence.objects.filter(centre__in=list(centres)).standing(past)
    for row in rows.select_related("file").order_by("-taken_on", "-pk"):
        found[row.centre_id, row.item_key].append(row)
    soon = on + timedelta(days=remind_days(on))
    return {key: _stand(rows, on, soon) for key, rows in found.items()}


def _stand(rows: list[Evidence], on: date, soon: date) -> Standing:
    begun = [row for row in rows if row.effective_from <= on]
    if not begun:
        return Standing(MISSING, None, rows)
    endless = any(row.valid_until is None for row in begun)
    until = None if endless else max(row.valid_until for row in begun if row.valid_until)
    if until is None:
        return Standing(FRESH, None, rows)
    return Standing(STALE if until < on else SOON if until <= soon else FRESH, until, rows)


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
    return rows.filter(valid_until__lte=on + timedelta(days=remind_days(on))).exclude(Exists(newer)).order_by("pk")
