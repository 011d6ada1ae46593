"""Inspections of both towns of the matrix: a self-check under way, a county inspection that waits for the town's
signature, and one with an open finding."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from centres.models import Finding, Inspection, InspectionPhoto, InspectionResult, Rectification, Standard, StandardItem
from juxian.files.store import store

if TYPE_CHECKING:
    from tests.matrix.towns import TownData


def _standard() -> Standard:
    found, is_new = Standard.objects.get_or_create(
        source="示例文件",
        defaults={
            "label": "四区六有",
            "valid_from": timezone.localdate() - timedelta(days=800),
            "state": "published",
            "published_at": timezone.now(),
        },
    )
    if is_new:
        StandardItem.objects.create(standard=found, key="matrix", group="六有", name="示例条目", order=1)
    return found


def add_inspections(data: "TownData", shared: dict[str, Any]) -> None:
    """Rows of one town, named in `data.rows`."""
    now, today = timezone.now(), timezone.localdate()
    standard, inspector, clerk = _standard(), shared["inspector"], data.clerk_user
    handed_in = {
        "inspector": inspector, "county_by": inspector, "submitted_at": now, "inspected_on": today,
        "rectify_by": today + timedelta(days=30), "started_at": now - timedelta(hours=2), "kind": "county",
    }  # fmt: skip
    same = {"centre": data.centre, "standard": standard}
    item = standard.items.get()
    data.add("self_check", Inspection, **same, kind="self", inspector=clerk, started_at=now)
    data.add("self_result", InspectionResult, inspection=data.self_check, item=item)
    data.add("signed_inspection", Inspection, **same, **handed_in, state="confirmed", town_by=clerk, confirmed_at=now)
    data.add(
        "unmet_result", InspectionResult, inspection=data.signed_inspection, item=item, verdict="unmet", by=inspector
    )
    data.add("finding", Finding, result=data.unmet_result, opened_on=today, due_on=today + timedelta(days=30))
    data.add("rectification", Rectification, finding=data.finding, by=clerk, at=now)
    data.add("county_check", Inspection, **same, **handed_in, state="submitted")
    data.add("county_result", InspectionResult, inspection=data.county_check, item=item, verdict="met", by=inspector)
    picture = store([b"\xff\xd8\xff"], name=f"{data.canary}.jpg", kind="jpeg")
    small = store([b"\xff\xd8\xff"], name=f"{data.canary}.jpg", kind="jpeg")
    data.add(
        "inspection_photo", InspectionPhoto, centre=data.centre, result=data.self_result, file=picture, thumbnail=small
    )
