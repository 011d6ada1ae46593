"""Rows for the tests of inspections."""

from datetime import date, timedelta
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from centres import actions
from centres.models import Centre, Inspection, InspectionResult, Standard, StandardItem
from juxian.people.models import User

ITEMS = (
    ("zone-office", "四区", "办公区"),
    ("zone-teaching", "四区", "教学区"),
    ("have-signs", "六有", "标识"),
    ("have-books", "六有", "党建书籍"),
)


def make_standard(valid_from: date = date(2020, 1, 1), items: tuple[tuple[str, str, str], ...] = ITEMS) -> Standard:
    """A published version of the standard."""
    standard = Standard.objects.create(
        label="四区六有", valid_from=valid_from, source="县级文件", state="published", published_at=timezone.now()
    )
    StandardItem.objects.bulk_create(
        StandardItem(standard=standard, key=key, group=group, name=name, order=order)
        for order, (key, group, name) in enumerate(items, 1)
    )
    return standard


def picture(name: str = "示例.jpg", size: tuple[int, int] = (64, 48)) -> SimpleUploadedFile:
    """A small photo."""
    out = BytesIO()
    Image.new("RGB", size, (120, 20, 20)).save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/jpeg")


def result_of(inspection: Inspection, key: str) -> InspectionResult:
    return InspectionResult.objects.get(inspection=inspection, item__key=key)


def judge(inspection: Inspection, by: User, **faults: str) -> None:
    """Everything meets the standard but the items named, as `have_signs="牌子掉了"`."""
    for seq, result in enumerate(inspection.results.select_related("item"), 1):
        note = faults.get(result.item.key.replace("-", "_"), "")
        verdict = "unmet" if note else "met"
        base = result.client_seq
        actions.save_result(result=result, verdict=verdict, note=note, seq=base + seq, base=base, by=by)


def inspected(centre: Centre, by: User, kind: str = "county", **faults: str) -> Inspection:
    """An inspection that was handed in."""
    inspection = actions.start_inspection(centre=centre, kind=kind, by=by)
    judge(inspection, by, **faults)
    return actions.submit_inspection(inspection=inspection, rectify_by=in_days(30), by=by)


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)
