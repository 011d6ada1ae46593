"""Standards, inspections and evidence for tests, as they stand when all is signed."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from centres.models import Centre, Evidence, Inspection, InspectionResult, Standard, StandardItem
from tests.factories import UserFactory


def noon(day: date) -> datetime:
    """Twelve o'clock here."""
    return timezone.make_aware(datetime.combine(day, time(12)))


def a_standard(valid_from: date, keys: Sequence[str] = ("zone-a", "zone-b", "have-a"), **given: Any) -> Standard:
    """A published version with one item a key, named after it; the group is what stands before the dash."""
    row = Standard.objects.create(
        label="四区六有", valid_from=valid_from, source="示例", state="published", published_at=noon(valid_from)
    )
    groups = {"zone": "四区", "have": "六有"}
    StandardItem.objects.bulk_create(
        StandardItem(standard=row, key=key, group=groups[key.split("-")[0]], name=f"条目{key}", order=order, **given)
        for order, key in enumerate(keys, start=1)
    )
    return row


def a_look(centre: Centre, on: date, verdicts: Mapping[str, str], standard: Standard | None = None) -> Inspection:
    """A county inspection of that day, signed by both sides, with these verdicts by item key."""
    at = noon(on)
    standard = standard or Standard.objects.in_force(on)
    assert standard is not None
    row = Inspection.objects.create(
        centre=centre, standard=standard, kind="county", inspector=UserFactory(), inspector_name="示例检查员",
        state="closed", started_at=at, inspected_on=on, submitted_at=at, confirmed_at=at, closed_at=at,
        town_by=UserFactory(), town_name="示例干事", county_by=UserFactory(), county_name="示例县管",
    )  # fmt: skip
    items = {item.key: item for item in standard.items.all()}
    InspectionResult.objects.bulk_create(
        InspectionResult(inspection=row, item=items[key], verdict=verdict) for key, verdict in verdicts.items()
    )
    return row


def a_statement(centre: Centre, key: str, since: date, until: date | None) -> Evidence:
    """Evidence put in on its first day."""
    row: Evidence = Evidence.objects.create(
        centre=centre, item_key=key, item_name=f"条目{key}", kind="statement", text="示例说明", taken_on=since,
        effective_from=since, valid_until=until, by=UserFactory(), by_name="示例干事", at=noon(since),
    )  # fmt: skip
    return row
