"""Figures of this floor, counted from rows."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from courses.models import Course


@dataclass(frozen=True)
class ThemeCount:
    """精品课程 of one theme."""

    slot: int
    name: str
    count: int


def featured(on: date) -> int:
    """精品课程 on the local day `on`."""
    return Course.objects.featured(on).count()


def featured_by_theme(on: date) -> list[ThemeCount]:
    """精品课程 per theme, in the order of the slots."""
    counted = (
        Course.objects.featured(on)
        .order_by()
        .values("theme__slot", "theme__name")
        .annotate(n=Count("pk"))
        .order_by("theme__slot")
    )
    return [ThemeCount(row["theme__slot"], row["theme__name"], row["n"]) for row in counted]
