"""The pool as it is seen, to take along."""

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

from django.http import FileResponse, HttpRequest
from django.utils import timezone
from django.views.decorators.http import require_safe

from juxian.audit import log
from juxian.people.access import signed_in, staff_required
from juxian.sheets import workbook
from lecturers.models import Appointment
from lecturers.views.pool import Seen, seen

HEADS = ("姓名", "层次", "类别", "单位及职务", "擅长方向", "职称档次", "推荐镇街", "聘期", "精品课程（堂）")
WIDTHS = (14, 24, 16, 32, 32, 18, 16, 30, 14)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _span(term: Appointment) -> str:
    last = f"{term.ends_on - timedelta(days=1)}" if term.ends_on else "没有写到期"
    return f"{term.get_tier_display()} {term.starts_on} 至 {last}"


def _rows(found: Seen) -> Iterator[list[Any]]:
    for one in found.lecturers.select_related("kind", "town", "title"):
        terms: list[Appointment] = one.standing  # type: ignore[attr-defined]  # the list's own prefetch
        yield [
            one.name,
            "、".join(term.get_tier_display() for term in terms),
            one.kind.name,
            one.unit,
            one.topics,
            one.title.name if one.title else "",
            one.town.name if one.town else "县级",
            "；".join(_span(term) for term in terms),
            one.course_count,  # type: ignore[attr-defined]  # annotated by the list
        ]


@require_safe
@staff_required
def export(request: HttpRequest) -> Any:
    """The lecturers of the list with its filters, all pages; the look is on record."""
    user, found = signed_in(request), seen(request)
    rows = list(_rows(found))
    asked = f"，按“{found.words}”查找" if found.words else ""
    summary = f"下载师资名单 {len(rows)} 名{asked}"
    log.record(by=user, action="lecturers.exported", subject=user, summary=summary)
    content = BytesIO(workbook("师资", HEADS, rows, WIDTHS))
    name = f"师资名单{timezone.localdate():%Y%m%d}.xlsx"
    return FileResponse(content, as_attachment=True, filename=name, content_type=XLSX)
