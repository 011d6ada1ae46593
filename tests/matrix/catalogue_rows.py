"""Borrowings of both towns, each with a third one, for the matrix."""

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from courses.models import Borrowing
from tests.factories import TownFactory

if TYPE_CHECKING:
    from tests.matrix.towns import TownData


def add_borrowings(data: "TownData", shared: dict[str, Any]) -> None:
    """One that the town was asked for, one that it asked for."""
    third = TownFactory(code=f"99{data.town.code[-7:]}")
    today = timezone.localdate()
    asked = {
        "course": shared["course"],
        "year": today.year,
        "state": "requested",
        "requested_at": timezone.now(),
        "reason": "",
    }
    data.add("lent", Borrowing, owner=data.town, host=third, requested_by=shared["county"], **asked)
    data.add("borrowed", Borrowing, owner=third, host=data.town, requested_by=data.clerk_user, **asked)
