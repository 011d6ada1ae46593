"""Versions of a course and their parts, for clerks and the county below /town/, for its lecturers below /teach/."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST, require_safe

from courses.actions import uploads
from courses.actions import versions as actions
from courses.forms.versions import DraftForm, FileForm, TextForm
from courses.models import Course, CourseVersion, Material
from juxian.files.ranges import ranged
from juxian.files.sorts import VIDEOS
from juxian.files.store import DamagedFile
from juxian.files.views import state
from juxian.people.access import editor_required, signed_in, staff_required
from juxian.rules.lookup import value
from lecturers.doors import teach_context
from lecturers.models import Lecturer

TOWN, TEACH = "town", "teach"


def door(*, write: bool = False) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Staff come in below /town/ (who writes: clerks and the county), lecturers below /teach/; 403 for others."""

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        staff: Any = (editor_required if write else staff_required)(view)  # type: ignore[arg-type]

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, door: str, **kwargs: Any) -> HttpResponseBase:
            request.door = door  # type: ignore[attr-defined]
            if door == TOWN:
                found: HttpResponseBase = staff(request, *args, **kwargs)
                return found
            if _lecturer(request) is None:
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def _lecturer(request: HttpRequest) -> Lecturer | None:
    return Lecturer.objects.filter(user=signed_in(request)).first()


def _at(request: HttpRequest, name: str, *args: object) -> str:
    """The address of a page at the door this request came through."""
    return reverse(f"courses:{request.door}-{name}", args=args)  # type: ignore[attr-defined]


def _versions(request: HttpRequest, *, write: bool = False) -> Any:
    """The versions this request may read, or write."""
    if request.door == TEACH:  # type: ignore[attr-defined]
        rows = CourseVersion.objects.mine(request.user)
    elif write:
        rows = CourseVersion.objects.editable_by(request.user)
    else:
        rows = CourseVersion.objects.visible_to(request.user)
    return rows.select_related("course__town", "course__theme", "by")


def _materials(request: HttpRequest, *, write: bool = False) -> Any:
    if request.door == TEACH:  # type: ignore[attr-defined]
        rows = Material.objects.mine(request.user)
    elif write:
        rows = Material.objects.editable_by(request.user)
    else:
        rows = Material.objects.visible_to(request.user)
    return rows.select_related("version__course__town", "file", "by")


@require_GET
@staff_required
def course_versions(request: HttpRequest, pk: int) -> HttpResponse:
    """Every version of a course, the newest first."""
    user = signed_in(request)
    course = get_object_or_404(Course.objects.visible_to(user).select_related("town"), pk=pk)
    rows = CourseVersion.objects.visible_to(user).filter(course=course).select_related("by").order_by("-number")
    found = list(rows.annotate(count=Count("materials")))
    ctx = {
        "nav": "courses",
        "course": course,
        "versions": found,
        "draft": next((row for row in found if row.is_draft), None),
        "can_write": actions.may_publish(user, course),
    }
    return render(request, "courses/versions.html", ctx)


@require_GET
def teach_courses(request: HttpRequest) -> HttpResponse:
    """The courses of the lecturer who is signed in, and their newest versions."""
    lecturer = _lecturer(request)
    if lecturer is None:
        raise PermissionDenied
    newest = CourseVersion.objects.mine(request.user).order_by("-number").annotate(count=Count("materials"))
    rows = Course.objects.mine(request.user).select_related("town", "theme")
    rows = rows.prefetch_related(Prefetch("versions", newest, to_attr="newest")).order_by("code")
    return render(request, "courses/teach_courses.html", teach_context(lecturer, "courseware") | {"courses": rows})


@require_POST
@door(write=True)
def draft_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Start the next version, or go to the draft under way."""
    user = signed_in(request)
    if request.door == TEACH:  # type: ignore[attr-defined]
        rows = Course.objects.mine(user)
    elif user.is_county:
        rows = Course.objects.visible_to(user)
    else:
        rows = Course.objects.visible_to(user).filter(town__in=user.editable_towns())
    course = get_object_or_404(rows, pk=pk)
    try:
        draft = actions.start_draft(course=course, by=user)
    except ValidationError as refusal:
        _say(request, refusal)
        back = reverse("courses:teach-courses") if request.door == TEACH else reverse("courses:versions", args=[pk])  # type: ignore[attr-defined]
        return redirect(back)
    if draft.by and draft.by != user:
        messages.info(request, f"这门课已有一份草稿，是{draft.by.name}起草的，请接着写。")
    return redirect(_at(request, "version", draft.pk))


def _say(request: HttpRequest, refusal: ValidationError) -> None:
    for text in refusal.messages:
        messages.error(request, text)


@require_GET
@door()
def version(request: HttpRequest, pk: int) -> HttpResponse:
    """A version with its parts; a draft with the forms that fill it."""
    row = get_object_or_404(_versions(request), pk=pk)
    return _version_page(
        request, row, DraftForm(initial={"outline": row.outline, "note": row.note}), _text_form(request, row)
    )


def _text_form(request: HttpRequest, row: CourseVersion, data: Any = None) -> TextForm:
    return TextForm(data, reviews=actions.may_publish(signed_in(request), row.course))


def _version_page(request: HttpRequest, row: CourseVersion, draft: DraftForm, text: TextForm) -> HttpResponse:
    user, at_town = signed_in(request), request.door == TOWN  # type: ignore[attr-defined]
    parts = list(_materials(request).filter(version=row))
    order = Material.Sort.values
    can_write = row.is_draft and actions.may_draft(user, row.course)
    today = timezone.localdate()
    ctx = {
        "nav": "courses" if at_town else "teach",
        "way": f"courses:{request.door}-",  # type: ignore[attr-defined]
        "version": row,
        "parts": sorted(parts, key=lambda part: (order.index(part.sort), part.pk)),
        "can_write": can_write,
        "can_publish": row.is_draft and at_town and actions.may_publish(user, row.course),
        "draft_form": draft,
        "text_form": text,
        "file_form": FileForm(reviews=actions.may_publish(user, row.course)),
        "stamp": actions.stamp(row),
        "max_mb": value("material.max_mb", today),
        "back": reverse("courses:versions", args=[row.course_id]) if at_town else reverse("courses:teach-courses"),
        "back_label": "版本和资料" if at_town else "课件",
    }
    return render(request, "courses/version.html", ctx)


@require_POST
@door(write=True)
def version_save(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the outline of a draft."""
    row = get_object_or_404(_versions(request, write=True), pk=pk)
    form = DraftForm(request.POST)
    if not form.is_valid():
        return _version_page(request, row, form, _text_form(request, row))
    outline, note = form.cleaned_data["outline"], form.cleaned_data["note"]
    return _done(
        request, row.pk, lambda: actions.save_draft(version=row, outline=outline, note=note, by=signed_in(request)),
        "提纲已保存。",
    )  # fmt: skip


def _done(request: HttpRequest, pk: int, act: Callable[[], object], said: str) -> HttpResponse:
    try:
        act()
    except ValidationError as refusal:
        _say(request, refusal)
    else:
        messages.success(request, said)
    return redirect(_at(request, "version", pk))


@require_POST
@editor_required
def version_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """From today on the version classes are planned with."""
    request.door = TOWN  # type: ignore[attr-defined]
    row = get_object_or_404(_versions(request, write=True), pk=pk)
    seen = request.POST.get("seen", "")
    act = lambda: actions.publish(version=row, by=signed_in(request), seen=seen)  # noqa: E731
    return _done(request, row.pk, act, f"“{row}”已发布，今后排课用这一版；已经排好的课还用原来的版本。")


@require_POST
@editor_required
def version_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a draft."""
    request.door = TOWN  # type: ignore[attr-defined]
    row = get_object_or_404(_versions(request, write=True), pk=pk)
    try:
        actions.drop_draft(version=row, by=signed_in(request))
    except ValidationError as refusal:
        _say(request, refusal)
        return redirect(_at(request, "version", pk))
    messages.success(request, "草稿已放弃。")
    return redirect("courses:versions", pk=row.course_id)


@require_POST
@door(write=True)
def text_add(request: HttpRequest, pk: int) -> HttpResponse:
    """A part that is written into a draft."""
    row = get_object_or_404(_versions(request, write=True), pk=pk)
    form = _text_form(request, row, request.POST)
    if not form.is_valid():
        return _version_page(request, row, DraftForm(initial={"outline": row.outline, "note": row.note}), form)
    act = lambda: actions.add_material(version=row, by=signed_in(request), **form.cleaned_data)  # noqa: E731
    return _done(request, row.pk, act, f"“{form.cleaned_data['title']}”已存入。")


@require_POST
@door(write=True)
def upload_begin(request: HttpRequest, pk: int) -> JsonResponse:
    """Where the pieces of a file go; the same file goes on where it was broken off."""
    row = get_object_or_404(_versions(request, write=True), pk=pk)
    size = request.POST.get("size", "")
    name, mark = request.POST.get("name", ""), request.POST.get("mark", "")
    try:
        whole = int(size) if size.isascii() and size.isdigit() and len(size) <= 15 else 0
        upload = uploads.begin_upload(version=row, name=name, size=whole, mark=mark, by=signed_in(request))
    except ValidationError as refusal:
        return JsonResponse({"error": " ".join(refusal.messages)}, status=400)
    return JsonResponse(state(upload))


@require_POST
@door(write=True)
def file_add(request: HttpRequest, pk: int) -> JsonResponse:
    """Keep a file that has arrived whole."""
    row = get_object_or_404(_versions(request, write=True), pk=pk)
    form = FileForm(request.POST)
    if not form.is_valid():
        texts = [text for found in form.errors.values() for text in found]
        return JsonResponse({"error": " ".join(map(str, texts))}, status=400)
    data = form.cleaned_data
    title = data["title"] or request.POST.get("name", "").rpartition(".")[0][:80] or "未命名"
    try:
        part = uploads.finish_upload(
            version=row, key=data["key"], sort=data["sort"], title=title, by=signed_in(request)
        )
    except ValidationError as refusal:
        return JsonResponse({"error": " ".join(refusal.messages)}, status=400)
    messages.success(request, f"“{part.title}”已存入。")
    return JsonResponse({"page": _at(request, "version", pk)})


@require_POST
@door(write=True)
def material_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a part out of a draft."""
    row = get_object_or_404(_materials(request, write=True), pk=pk)
    act = lambda: actions.remove_material(material=row, by=signed_in(request))  # noqa: E731
    return _done(request, row.version_id, act, f"“{row.title}”已去掉。")


@require_GET
@door()
def material(request: HttpRequest, pk: int) -> HttpResponse:
    """A part to look at: a paper or a picture in the page, a video that seeks, a text; others to download."""
    row = get_object_or_404(_materials(request), pk=pk)
    kind = row.file.kind if row.file else ""
    ctx = {
        "nav": "courses" if request.door == TOWN else "teach",  # type: ignore[attr-defined]
        "way": f"courses:{request.door}-",  # type: ignore[attr-defined]
        "part": row,
        "look": "video" if kind in VIDEOS else kind if kind in ("pdf", "jpeg") else "",
        "back": _at(request, "version", row.version_id),
        "file": _at(request, "material-file", row.pk) if row.file else "",
    }
    return render(request, "courses/material.html", ctx)


@require_safe
@door()
def material_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file, whole or in parts."""
    row = get_object_or_404(_materials(request).exclude(file=None), pk=pk)
    looked_at = row.file.kind in {*VIDEOS, "pdf", "jpeg"} and "download" not in request.GET
    try:
        return ranged(request, row.file, inline=looked_at)
    except DamagedFile as damage:
        messages.error(request, str(damage))
        return redirect(_at(request, "version", row.version_id))
