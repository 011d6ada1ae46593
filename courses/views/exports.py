"""The catalogue as it is seen, to take along."""

from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest
from django.utils import timezone
from django.views.decorators.http import require_safe

from courses.catalogue import Asked, featured_today, narrowed, searched
from courses.models import Course
from juxian.audit import log
from juxian.people.access import signed_in, staff_required
from juxian.sheets import workbook
from lecturers.models import Lecturer

HEADS = (
    "编号", "课程名称", "品牌类别", "申报镇街", "学时", "形式", "主讲", "适用对象", "内容任务", "简介", "入选精品日期",
)  # fmt: skip
WIDTHS = (12, 40, 14, 16, 8, 12, 24, 24, 28, 40, 16)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
AT_ONCE = 1000


def _rows(found: QuerySet[Course]) -> Iterator[list[Any]]:
    for course in found.iterator(chunk_size=AT_ONCE):
        yield [
            course.code,
            course.title,
            course.theme.name,
            course.town.name if course.town else "县级",
            plain_hours(course.hours),
            course.get_form_display(),
            *("、".join(str(row) for row in rows.all()) for rows in (course.lecturers, course.audiences, course.tasks)),
            course.summary,
            course.featured_on,
        ]


def plain_hours(hours: Decimal) -> str:
    """4.00 → 4, 2.50 → 2.5."""
    return f"{hours.normalize():f}"


@require_safe
@staff_required
def export(request: HttpRequest) -> Any:
    """The courses of the list with its filters, all pages; the look is on record. It can be imported again."""
    user, asked = signed_in(request), Asked.of(request.GET.dict())
    found = narrowed(searched(featured_today(), asked.words, Lecturer.objects.all()), asked)
    found = found.select_related("theme", "town").order_by("theme__slot", "code")
    rows = list(_rows(found.prefetch_related("lecturers", "audiences", "tasks")))
    words = f"，按“{asked.words}”查找" if asked.words else ""
    log.record(by=user, action="courses.exported", subject=user, summary=f"下载课程名单 {len(rows)} 堂{words}")
    content = BytesIO(workbook("课程", HEADS, rows, WIDTHS))
    name = f"课程名单{timezone.localdate():%Y%m%d}.xlsx"
    return FileResponse(content, as_attachment=True, filename=name, content_type=XLSX)
