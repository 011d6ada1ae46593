"""Courses from a table: the county uploads, looks at the preview on the run's page, and saves there."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from courses.imports import COURSES
from juxian.people.access import county_required, staff_required
from lecturers.views.imports import Page, empty_table, upload_page

LIBRARY = Page(
    COURSES,
    "导入课程",
    "先核对，后保存。库里已有的按编号认课，重复导入不会变多。",
    "courses:import-template",
    [
        ("空着的格子", "不改动库里已有的内容。编号、课程名称、品牌类别每行都要填。"),
        ("主讲、适用对象、内容任务", "一格写几个，用顿号隔开；写了就以表里的为准。主讲要先在师资库里。"),
        ("入选精品日期", "写了就是精品课程，只导县里已经评定的。已有日期的不能在表里改。"),
        ("提纲", "写了提纲的，导入时发布第一版，马上能排课；没写的，先到课程页起草并发布一版。已有版本的不会改。"),
    ],
)


@county_required
def upload(request: HttpRequest) -> HttpResponse:
    """Courses from a table."""
    return upload_page(request, LIBRARY)


@require_safe
@staff_required
def import_template(request: HttpRequest) -> Any:
    """An empty table of courses; towns fill it in for the county too."""
    return empty_table(COURSES)
