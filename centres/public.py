"""What a centre's public page shows: the place and what it offers. No person's name that was not agreed to."""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from centres.models import Centre, Room, TeachingPoint, Zone


class Part(NamedTuple):
    """One more part of the page: a title, and lines of term and words."""

    title: str
    lines: list[tuple[str, str]]


PARTS: list[Callable[[Centre], Part | None]] = []  # other subjects of the centres add theirs; None: nothing to show


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
