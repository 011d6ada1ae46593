"""Taking lists in: the county uploads, looks at the preview on the run's page, and saves there."""

from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from juxian.people.access import county_required, signed_in, staff_required
from juxian.people.imports.runs import start_import
from juxian.people.models import ImportRun
from juxian.sheets import Importer, template
from lecturers.forms.imports import SheetForm
from lecturers.imports import LECTURERS

RUNS = 5
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Page:
    """What one upload page says."""

    importer: Importer
    title: str
    lead: str
    template_url: str
    notes: list[tuple[str, str]] = field(default_factory=list)


POOL = Page(
    LECTURERS,
    "导入师资",
    "先核对，后保存。库里已有的按“姓名＋单位及职务”认人，重复导入不会变多。",
    "lecturers:import-template",
    [
        ("认人", "姓名和单位及职务都一样的是同一位。有一样不同，就当另一位新增，核对时会提醒。"),
        ("空着的格子", "不改动库里已有的内容。类别每行都要填。"),
        ("聘任", "写了层次就要写聘任自和聘期至，保存后就是在聘讲师。改期、解聘到讲师的页面上办，不在表里办。"),
    ],
)


def upload_page(request: HttpRequest, page: Page) -> HttpResponse:
    """The form for the next file and the last imports; a file leads to the page of its run."""
    posted = request.method == "POST"
    form = SheetForm(request.POST, request.FILES) if posted else SheetForm()
    code = page.importer.code
    if posted and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            run = start_import(
                importer=code, chunks=file.chunks(), name=file.name, town=None, by=signed_in(request), options={}
            )
        except ValidationError as refusal:
            form.add_error("file", refusal)
        else:
            return redirect("people:town-import", run.pk)
    runs = ImportRun.objects.visible_to(request.user).filter(importer=code).select_related("file", "by")
    ctx = {
        "nav": page.importer.words.nav,
        "page": page,
        "form": form,
        "crumbs": page.importer.words.crumbs({})[:-1],
        "runs": runs[:RUNS],
    }
    return render(request, "lecturers/import.html", ctx)


def empty_table(importer: Importer) -> Any:
    """An empty table to fill in."""
    name = f"{importer.label}模板.xlsx"
    return FileResponse(BytesIO(template(importer.columns)), as_attachment=True, filename=name, content_type=XLSX)


@county_required
def upload(request: HttpRequest) -> HttpResponse:
    """Lecturers from a table."""
    return upload_page(request, POOL)


@require_safe
@staff_required
def import_template(request: HttpRequest) -> Any:
    """An empty table of lecturers; towns fill it in for the county too."""
    return empty_table(LECTURERS)
