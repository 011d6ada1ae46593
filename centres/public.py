"""What a centre's public page shows: the place and what it offers. No person's name that was not agreed to."""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from centres.models import BrandRevision, Centre, Room, TeachingPoint, Zone


class Part(NamedTuple):
    """One more part of the page: a title, and lines of term and words."""

    title: str
    lines: list[tuple[str, str]]


def brand(centre: Centre) -> Part | None:
    """The brand the county approved; without its story, which may name people."""
    row = (
        BrandRevision.objects.in_force().filter(brand__town=centre.town_id).select_related("theme", "key_point").first()
    )
    if row is None:
        return None
    lines = [("品牌", row.slogan), ("类别", row.theme), ("重点教学点", row.key_point)]
    return Part("一镇一品", [(term, str(words)) for term, words in lines if words])


PARTS: list[Callable[[Centre], Part | None]] = [
    brand
]  # other subjects of the centres add theirs; None: nothing to show


def public(centre: Centre, today: date) -> dict[str, object]:
    """The whole page; a handful of queries, however much there is."""
    parts = [part(centre) for part in PARTS]
    return {
        "centre": centre,
        "today": today,
        "zones": list(Zone.objects.filter(centre=centre)),
        "rooms": list(Room.objects.filter(centre=centre)),
        "points": list(TeachingPoint.objects.filter(centre=centre, is_ready=True).select_related("theme")),
        "parts": [part for part in parts if part],
    }
