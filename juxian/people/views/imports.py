"""Importing a roster: upload, watch it being read, look at the preview, save or drop."""

from collections import Counter
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from juxian.audit import log
from juxian.files.serve import sent
from juxian.files.store import DamagedFile
from juxian.obligations import heartbeat
from juxian.obligations.models import Obligation, State
from juxian.people.access import editor_required, signed_in, staff_required
from juxian.people.forms_imports import BranchesForm, UploadForm
from juxian.people.imports.columns import COLUMNS
from juxian.people.imports.runs import COMMIT_KIND, PREVIEW_KIND, SUBJECT, drop_import, save_import, start_import
from juxian.people.imports.save import CODE, ROSTER
from juxian.people.models import ImportRun
from juxian.sheets import Crumb, Words, importers, template

PAGE = 20
SHOWN_PROBLEMS = 20
SHOWN_WARNINGS = 12
SHOWN_ROWS = 12
SILENT_SECONDS = 180
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@staff_required
def imports(request: HttpRequest) -> HttpResponse:
    """Earlier imports, and for those who write the form for the next one."""
    return _list_page(request, UploadForm(user=signed_in(request)))


def _list_page(request: HttpRequest, form: UploadForm) -> HttpResponse:
    user = signed_in(request)
    runs = ImportRun.objects.visible_to(user).filter(importer=CODE).select_related("file", "town", "by")
    ctx = {
        "nav": "imports",
        "form": form,
        "page": Paginator(runs, PAGE).get_page(request.GET.get("page")),
        "may_edit": user.is_clerk or user.is_county,
        "many_towns": not user.is_clerk,
    }
    return render(request, "people/import_list.html", ctx)


@require_POST
@editor_required
def upload(request: HttpRequest) -> HttpResponse:
    """Take a file and start its reading in the background."""
    user = signed_in(request)
    form = UploadForm(request.POST, request.FILES, user=user)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            run = start_import(
                importer=CODE,
                chunks=file.chunks(),
                name=file.name,
                town=form.chosen_town(),
                by=user,
                options={"create_branches": form.cleaned_data["create_branches"]},
            )
            return redirect("people:town-import", pk=run.pk)
        except ValidationError as refusal:
            form.add_error("file", refusal)
    return _list_page(request, form)


@require_safe
@staff_required
def import_run(request: HttpRequest, pk: int) -> HttpResponse:
    """One import: its progress, what it would do or did, and what is wrong with the file."""
    user = signed_in(request)
    runs = ImportRun.objects.visible_to(user).select_related("file", "town", "by", "saved_by", "refused_file")
    run = get_object_or_404(runs, pk=pk)
    show_all = "all" in request.GET
    faults = [problem for problem in run.problems if problem["fatal"]]
    branches = run.facts.get("unknown_branches", [])
    unplaced = sum(branch["members"] for branch in branches if not branch["wanted"])
    words, crumbs = _way(run)
    may_edit = ImportRun.objects.editable_by(user).filter(pk=run.pk).exists()
    ctx = {
        "nav": words.nav,
        "words": words,
        "crumbs": crumbs if may_edit else crumbs[:-1],  # the last one takes the next file
        "home": crumbs[-2],
        "again": crumbs[-1],
        "run": run,
        "counts": run.counts,
        "valid": run.valid_rows,
        "faults": faults if show_all else faults[:SHOWN_PROBLEMS],
        "show_all": show_all,
        "cautions": _cautions(run),
        "branches": branches,
        "unplaced": unplaced,
        "faulty": run.counts.get("rejected", 0) - unplaced,
        "waiting": _waiting(run) if run.is_working else None,
        "may_edit": may_edit,
    }
    return render(request, "people/import_run.html", ctx)


def _way(run: ImportRun) -> tuple[Words, list[Crumb]]:
    """The words of the run's importer and the way to its pages; the roster's for an importer that is gone."""
    words = importers.get(run.importer, ROSTER).words
    return words, words.crumbs(run.options) or ROSTER.words.crumbs(run.options)


def _cautions(run: ImportRun) -> list[dict[str, Any]]:
    """Warnings with the same words together, the most frequent first."""
    found = [problem for problem in run.problems if not problem["fatal"]]
    numbers = Counter((problem["column"], problem["text"]) for problem in found)
    return [
        {"text": f"{column}：{text}", "number": number, "rows": _row_list(found, column, text)}
        for (column, text), number in numbers.most_common(SHOWN_WARNINGS)
    ]


def _row_list(found: list[dict[str, Any]], column: str, text: str) -> str:
    rows = [str(problem["row"]) for problem in found if (problem["column"], problem["text"]) == (column, text)]
    return "、".join(rows[:SHOWN_ROWS]) + (" 等" if len(rows) > SHOWN_ROWS else "")


def _waiting(run: ImportRun) -> dict[str, Any]:
    """How far the worker is: waiting, working, or given up."""
    kind = PREVIEW_KIND if run.state == ImportRun.State.READING else COMMIT_KIND
    row = Obligation.objects.filter(kind=kind, subject_kind=SUBJECT, subject_id=run.pk).order_by("-stage").first()
    state = row.state if row else State.DUE
    age = heartbeat.age(timezone.now())
    return {
        "parked": state == State.PARKED,
        "working": state == State.LEASED,
        "no_worker": state == State.DUE and (age is None or age.total_seconds() > SILENT_SECONDS),
        "percent": round(100 * run.done_rows / run.total_rows) if run.total_rows else 0,
    }


@require_POST
@editor_required
def import_commit(request: HttpRequest, pk: int) -> HttpResponse:
    """Save the good rows, and those in the new branches that were ticked."""
    user = signed_in(request)
    run = get_object_or_404(ImportRun.objects.editable_by(user).select_related("town"), pk=pk)
    form = BranchesForm(request.POST, run=run)
    if form.is_valid():
        try:
            save_import(run=run, by=user, create_branches=form.cleaned_data["branch"])
        except ValidationError as refusal:
            messages.error(request, refusal.messages[0])
    else:
        messages.error(request, "勾选的支部与核对时不一致，请重新核对后再保存。")
    return redirect("people:town-import", pk=run.pk)


@require_POST
@editor_required
def import_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the import up."""
    user = signed_in(request)
    run = get_object_or_404(ImportRun.objects.editable_by(user).select_related("town"), pk=pk)
    try:
        drop_import(run=run, by=user)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
        return redirect("people:town-import", pk=run.pk)
    messages.success(request, "已放弃这次导入，没有写入任何数据。")
    return redirect(_way(run)[1][-1].url)


@require_safe
@editor_required
@never_cache
def import_refused(request: HttpRequest, pk: int) -> Any:
    """The refused rows as they were, with the reason in a last column; full numbers, so the look is on record."""
    user = signed_in(request)
    run = get_object_or_404(ImportRun.objects.editable_by(user).select_related("town", "refused_file"), pk=pk)
    if run.refused_file is None:
        raise Http404
    if run.refused_file.removed_at:
        messages.error(request, "未通过的行已期满删除，请重新上传原来的表格。")
        return redirect("people:town-import", pk=run.pk)
    try:
        response = sent(run.refused_file)
    except DamagedFile as damage:
        messages.error(request, str(damage))
        return redirect("people:town-import", pk=run.pk)
    log.record(
        by=user,
        action="people.import_refused_rows_read",
        subject=run,
        summary=f"下载导入中未通过的 {run.counts.get('rejected', 0)} 行",
        town_code=run.town.code if run.town else "",
    )
    return response


@require_safe
@staff_required
def import_template(request: HttpRequest) -> Any:
    """An empty roster to fill in."""
    return FileResponse(BytesIO(template(COLUMNS)), as_attachment=True, filename="党员名册空表.xlsx", content_type=XLSX)
