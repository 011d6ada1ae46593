"""Evidence of both towns, for the matrix."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from centres.models import Evidence

if TYPE_CHECKING:
    from tests.matrix.towns import TownData


def add_evidence(data: "TownData") -> None:
    """A photo of the matrix's own item that stands; its content is the town's file."""
    today = timezone.localdate()
    data.add(
        "evidence", Evidence, centre=data.centre, item_key="matrix", kind="photo", file=data.file, thumbnail=data.file,
        taken_on=today, effective_from=today, valid_until=today + timedelta(days=300), by=data.clerk_user,
        withdrawn_name="", withdrawn_reason="",
    )  # fmt: skip
