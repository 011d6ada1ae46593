"""The hall: which centres to look at, the page that is filled in on a phone, signing, pictures."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from uuid import uuid4

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from centres import actions
from centres.actions.inspections import is_county_side, works_for
from centres.actions.signing import default_rectify_by
from centres.figures import county_round
from centres.forms.inspections import ConfirmForm, ReturnForm, SubmitForm
from centres.models import Centre, Inspection, InspectionPhoto, InspectionResult
from centres.views.asking import SignedRequest, tried
from centres.words import CHOSEN
from juxian.files.models import StoredFile
from juxian.files.photos import accept_photo, keeping
from juxian.files.serve import sent
from juxian.files.store import DamagedFile
from juxian.people.access import staff_required


def inspect(request: SignedRequest) -> HttpResponse:
    """All centres with where each stands, for whoever looks at the whole county: inspectors, county, auditors."""
    user = request.user
    if not (user.is_inspector or user.is_county or user.is_auditor):
        raise PermissionDenied("inspectors, county and auditors only")
    centres = Centre.objects.visible_to(user).select_related("town")
    rows = county_round(centres, Inspection.objects.visible_to(user), timezone.localdate())
    return render(
        request, "centres/inspect.html", {"nav": "inspect", "rows": rows, "may_inspect": is_county_side(user)}
    )


def _inspection(request: SignedRequest, pk: int) -> Inspection:
    rows = Inspection.objects.visible_to(request.user).select_related("centre__town", "standard", "previous")
    found: Inspection = get_object_or_404(rows, pk=pk)
    return found


def _now_ms() -> int:
    return int(timezone.now().timestamp() * 1000)


@staff_required
@require_POST
def inspection_start(request: SignedRequest, pk: int) -> HttpResponse:
    """Begin a self-check, an inspection or a re-inspection; again, the one that is under way."""
    centre = get_object_or_404(Centre.objects.visible_to(request.user), pk=pk)
    kind = request.POST.get("kind", "")
    before = request.POST.get("previous", "")
    rows = Inspection.objects.visible_to(request.user).filter(centre=centre)
    previous = get_object_or_404(rows, pk=before) if before.isdecimal() else None
    back = "inspect" if is_county_side(request.user) else "centres:town-inspections"
    started: list[Inspection] = []

    def act() -> None:
        if kind not in Inspection.Kind.values:
            raise ValidationError("请选是自查、检查还是复查。", code="kind")
        started.append(actions.start_inspection(centre=centre, kind=kind, previous=previous, by=request.user))

    if request.user.is_auditor and not (is_county_side(request.user) or request.user.is_clerk):
        raise PermissionDenied("auditors only read")
    if not tried(request, act, "可以开始检查，每一项选好就存。"):
        return redirect(back)
    return redirect("centres:inspection", started[0].pk)


def _groups(results: Iterable[InspectionResult]) -> list[tuple[str, list[InspectionResult]]]:
    groups: dict[str, list[InspectionResult]] = {}
    for result in results:
        groups.setdefault(result.item.group, []).append(result)
    return list(groups.items())


def _may_write(inspection: Inspection, request: SignedRequest) -> bool:
    own = works_for(request.user, inspection.centre)
    return inspection.is_draft and (own if inspection.is_own else is_county_side(request.user) and not own)


def _may_answer(inspection: Inspection, request: SignedRequest) -> bool:
    own = works_for(request.user, inspection.centre)
    side = is_county_side(request.user) if inspection.is_own else own
    return inspection.state == Inspection.State.SUBMITTED and side


@staff_required
def inspection(request: SignedRequest, pk: int) -> HttpResponse:
    """The page of one inspection: filled in while it is under way, read afterwards."""
    found = _inspection(request, pk)
    results = list(
        InspectionResult.objects.visible_to(request.user)
        .filter(inspection=found)
        .select_related("item", "rechecks__result", "finding")
        .prefetch_related("photos", "rechecks__rectifications__photos")
    )
    writes = _may_write(found, request)
    looked = sum(bool(result.verdict) for result in results)
    ctx: dict[str, Any] = {
        "nav": "inspect" if request.user.is_inspector else "centre",
        "inspection": found,
        "centre": found.centre,
        "groups": _groups(results),
        "total": len(results),
        "looked": looked,
        "bad": sum(result.verdict not in ("", InspectionResult.Verdict.MET) for result in results),
        "back": reverse("inspect") if is_county_side(request.user) or request.user.is_auditor else _town_page(found),
        "rechecks": Inspection.objects.visible_to(request.user).filter(previous=found).order_by("started_at"),
    }
    if writes:
        today = timezone.localdate()
        ctx |= {"verdicts": CHOSEN, "now_ms": _now_ms(), "can_drop": True}
        ctx["last_seq"] = max((result.client_seq for result in results), default=0)
        ctx["form"] = SubmitForm(initial={"rectify_by": found.rectify_by or default_rectify_by(today)})
        return render(request, "centres/inspection_hall.html", ctx)
    if _may_answer(found, request):
        ctx |= {"confirm_form": ConfirmForm(), "return_form": ReturnForm()}
    return render(request, "centres/inspection.html", ctx)


def _town_page(found: Inspection) -> str:
    return reverse("centres:town-inspections")


@contextmanager
def kept_photo(upload: UploadedFile) -> Iterator[tuple[StoredFile, StoredFile]]:
    """The picture drawn anew and its thumbnail, stored together with what the body does, or not at all."""
    name = str(upload.name)
    with keeping(accept_photo(upload, name=name), name=name) as kept:
        if kept.thumbnail is None:
            raise ValidationError(f"“{name}”打不开，请重拍，或重新选一张。", code="broken")
        yield kept.file, kept.thumbnail


@staff_required
@require_POST
def result_save(request: SignedRequest, pk: int) -> HttpResponse:
    """Keep one item: JSON {verdict, note, seq} or a picture from the script, the plain form without it.

    JSON answers: 200 what is kept, 409 already handed in, 400 unreadable.
    """
    rows = InspectionResult.objects.visible_to(request.user).select_related("inspection__centre__town", "item")
    result: InspectionResult = get_object_or_404(rows, pk=pk)
    if "json" not in request.headers.get("Accept", ""):
        tried(request, partial(_save_form, request, result), f"“{result.item.name}”已保存。")
        return redirect(f"{reverse('centres:inspection', args=[result.inspection_id])}#i{result.pk}")
    try:
        if request.FILES:
            return JsonResponse(_save_photo(request, result, request.POST.get("key", "")))
        return JsonResponse(_save_json(request, result))
    except ValidationError as refusal:
        status = 409 if refusal.code == "finished" else 400
        return JsonResponse({"error": " ".join(refusal.messages)}, status=status)


def _save_json(request: SignedRequest, result: InspectionResult) -> dict[str, Any]:
    try:
        sent = json.loads(request.body)
        verdict, note, seq = sent["verdict"], sent["note"], sent["seq"]
    except (ValueError, KeyError, TypeError) as error:
        raise ValidationError("这一条读不出来，请刷新页面再选一次。", code="bad") from error
    kept = actions.save_result(result=result, verdict=verdict, note=note, seq=seq, by=request.user)
    saved_at = f"{timezone.localtime(kept.saved_at):%H:%M}" if kept.saved_at else ""
    return {"verdict": kept.verdict, "note": kept.note, "seq": kept.client_seq, "saved_at": saved_at}


def _save_photo(request: SignedRequest, result: InspectionResult, key: str) -> dict[str, Any]:
    uploads = request.FILES.getlist("photos")
    if not uploads:
        raise ValidationError("没有收到照片，请重新选一张。", code="bad")
    with kept_photo(uploads[0]) as (file, thumbnail):
        photo = actions.add_photo(result=result, file=file, thumbnail=thumbnail, key=key, by=request.user)
    address = reverse("centres:inspection-photo", args=[photo.pk])
    return {"photo": photo.pk, "url": address, "drop": reverse("centres:inspection-photo-drop", args=[photo.pk])}


def _save_form(request: SignedRequest, result: InspectionResult) -> None:
    actions.save_result(
        result=result,
        verdict=request.POST.get("verdict", ""),
        note=request.POST.get("note", ""),
        seq=max(_now_ms(), result.client_seq + 1),
        by=request.user,
    )
    for upload in request.FILES.getlist("photos"):
        with kept_photo(upload) as (file, thumbnail):
            actions.add_photo(result=result, file=file, thumbnail=thumbnail, key=uuid4().hex, by=request.user)


@staff_required
@require_POST
def inspection_submit(request: SignedRequest, pk: int) -> HttpResponse:
    """Hand in; whatever is missing is said at once."""
    found = _inspection(request, pk)
    form = SubmitForm(request.POST)
    form.is_valid()
    day = form.cleaned_data.get("rectify_by")
    done = "已提交，等对方确认。"
    tried(request, lambda: actions.submit_inspection(inspection=found, rectify_by=day, by=request.user), done)
    return redirect("centres:inspection", pk)


@staff_required
@require_POST
def inspection_drop(request: SignedRequest, pk: int) -> HttpResponse:
    """Give up what was started by mistake."""
    found = _inspection(request, pk)
    if not tried(request, lambda: actions.drop_inspection(inspection=found, by=request.user), "已放弃，没有留下结果。"):
        return redirect("centres:inspection", pk)
    return redirect("centres:town-inspections" if found.is_own else "inspect")


@staff_required
@require_POST
def inspection_confirm(request: SignedRequest, pk: int) -> HttpResponse:
    """The other side's signature."""
    found = _inspection(request, pk)
    remark = request.POST.get("remark", "")
    tried(request, lambda: actions.confirm_inspection(inspection=found, remark=remark, by=request.user), "已确认。")
    return redirect("centres:inspection", pk)


@staff_required
@require_POST
def inspection_return(request: SignedRequest, pk: int) -> HttpResponse:
    """Send it back, saying why."""
    found = _inspection(request, pk)
    reason = request.POST.get("reason", "")
    tried(request, lambda: actions.return_inspection(inspection=found, reason=reason, by=request.user), "已退回。")
    return redirect("centres:inspection", pk)


@staff_required
def inspection_photo(request: SignedRequest, pk: int) -> HttpResponse:
    """A picture, small with ?size=small; shown, never run."""
    rows = InspectionPhoto.objects.visible_to(request.user).select_related("file", "thumbnail")
    photo = get_object_or_404(rows, pk=pk)
    stored = photo.thumbnail if request.GET.get("size") == "small" else photo.file
    try:
        return sent(stored)  # type: ignore[return-value]  # streams, and is a response all the same
    except DamagedFile as damage:
        raise Http404(str(damage)) from damage


@staff_required
@require_POST
def inspection_photo_drop(request: SignedRequest, pk: int) -> HttpResponse:
    """Take a picture away while the inspection is under way."""
    rows = InspectionPhoto.objects.visible_to(request.user).select_related("result", "centre__town")
    photo: InspectionPhoto = get_object_or_404(rows, pk=pk, result__isnull=False)
    tried(request, lambda: actions.drop_photo(photo=photo, by=request.user), "照片已删除。")
    seen_on = photo.result.inspection_id if photo.result else 0
    return redirect(f"{reverse('centres:inspection', args=[seen_on])}#i{photo.result_id}")
