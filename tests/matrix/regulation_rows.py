"""Regulations of both towns, for the matrix."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from centres.models import Regulation, RegulationKind, RegulationVersion

if TYPE_CHECKING:
    from tests.matrix.towns import TownData


def add_regulations(data: "TownData") -> None:
    """A rule of the town with one version, whose paper is the town's file."""
    today = timezone.localdate()
    kind, _ = RegulationKind.objects.get_or_create(
        key="teaching", defaults={"name": "教学管理制度", "is_needed": True, "valid_from": today}
    )
    data.add("regulation", Regulation, town=data.town, kind=kind)
    data.add(
        "regulation_version", RegulationVersion, regulation=data.regulation, number=1,
        issued_on=today - timedelta(days=9), valid_from=today - timedelta(days=9), file=data.file, by=data.clerk_user,
    )  # fmt: skip
