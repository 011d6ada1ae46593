"""The hall: which centres to look at, the page that is filled in on a phone, signing, pictures."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from centres import actions
from centres.actions.inspections import UNREADABLE, is_county_side, works_for
from centres.actions.signing import default_rectify_by, lacks, wrong_day
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
        request,
        "centres/inspect.html",
        {"nav": "inspect" if user.is_inspector else "centre", "rows": rows, "may_inspect": is_county_side(user)},
    )


@login_not_required
@require_safe
def inspection_worker(_request: HttpRequest) -> HttpResponse:
    """The script that shows the hall again without network; from here it reaches below /inspect/ and no further."""
    text = (Path(settings.BASE_DIR) / "static/js/inspection_worker.js").read_bytes()
    return HttpResponse(text, content_type="text/javascript", headers={"Cache-Control": "no-cache"})


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
    if _may_write(found, request):
        return _hall(request, found)
    ctx = _page(request, found, _results(request, found))
    if _may_answer(found, request):
        ctx |= {"confirm_form": ConfirmForm(), "return_form": ReturnForm()}
    return render(request, "centres/inspection.html", ctx)


def _results(request: SignedRequest, found: Inspection) -> list[InspectionResult]:
    rows = InspectionResult.objects.visible_to(request.user).filter(inspection=found)
    rows = rows.select_related("item", "rechecks__result", "finding")
    return list(rows.prefetch_related("photos", "rechecks__rectifications__photos"))


def _page(request: SignedRequest, found: Inspection, results: list[InspectionResult]) -> dict[str, Any]:
    return {
        "nav": "inspect" if request.user.is_inspector else "centre",
        "inspection": found,
        "centre": found.centre,
        "groups": _groups(results),
        "total": len(results),
        "bad": sum(result.verdict not in ("", InspectionResult.Verdict.MET) for result in results),
        "back": reverse("inspect") if is_county_side(request.user) or request.user.is_auditor else _town_page(found),
        "rechecks": Inspection.objects.visible_to(request.user).filter(previous=found).order_by("started_at"),
    }


@dataclass
class Item:
    """An item of the hall: what is kept or was given, what is said there; `stands`: something else was kept since."""

    result: InspectionResult
    said: list[str] = field(default_factory=list)
    stands: bool = False


def _hall(request: SignedRequest, found: Inspection, refused: Item | None = None) -> HttpResponse:
    """The page that is filled in. With `rectify_by` in the address handing in was tried: what is missing is said."""
    results, today = _results(request, found), timezone.localdate()
    ctx = _page(request, found, results)
    ctx |= {"verdicts": CHOSEN, "now_ms": _now_ms(), "looked": sum(bool(result.verdict) for result in results)}
    ctx["form"] = SubmitForm(initial={"rectify_by": found.rectify_by or default_rectify_by(today)})
    ctx["lacking"] = []
    if "rectify_by" in request.GET:
        form = ctx["form"] = SubmitForm(request.GET)
        ctx["lacking"] = [Item(result, [lacks(result)]) for result in results if lacks(result)]
        if form.is_valid():
            for text in wrong_day(results, form.cleaned_data["rectify_by"], today):
                form.add_error("rectify_by", text)
    said = {item.result.pk: item for item in [*ctx["lacking"], *([refused] if refused else [])]}
    ctx["groups"] = [(name, [said.get(result.pk) or Item(result) for result in rows]) for name, rows in ctx["groups"]]
    return render(request, "centres/inspection_hall.html", ctx)


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
    """Keep one item: JSON {verdict, note, seq, base} or a picture from the script, the plain form without it.

    JSON answers: 200 what is kept; 409 already handed in, or `changed` since, with what is kept `now`; 400 unreadable.
    """
    rows = InspectionResult.objects.visible_to(request.user).select_related("inspection__centre__town", "item")
    result: InspectionResult = get_object_or_404(rows, pk=pk)
    if "json" not in request.headers.get("Accept", ""):
        return _save_form(request, result)
    try:
        if request.FILES:
            return JsonResponse(_save_photo(request, result, request.POST.get("key", "")))
        return JsonResponse(_save_json(request, result))
    except ValidationError as refusal:
        answer: dict[str, Any] = {"error": " ".join(refusal.messages), "code": refusal.code}
        if refusal.code == "changed":
            answer["now"] = _kept(InspectionResult.objects.visible_to(request.user).get(pk=pk))
        return JsonResponse(answer, status=409 if refusal.code in ("finished", "changed") else 400)


def _save_json(request: SignedRequest, result: InspectionResult) -> dict[str, Any]:
    try:
        sent = json.loads(request.body)
        given = {name: sent[name] for name in ("verdict", "note", "seq", "base")}
    except (ValueError, KeyError, TypeError) as error:
        raise ValidationError(UNREADABLE, code="bad") from error
    return _kept(actions.save_result(result=result, by=request.user, **given))


def _kept(result: InspectionResult) -> dict[str, Any]:
    saved_at = f"{timezone.localtime(result.saved_at):%H:%M}" if result.saved_at else ""
    return {"verdict": result.verdict, "note": result.note, "seq": result.client_seq, "saved_at": saved_at}


def _save_photo(request: SignedRequest, result: InspectionResult, key: str) -> dict[str, Any]:
    uploads = request.FILES.getlist("photos")
    if not uploads:
        raise ValidationError("没有收到照片，请重新选一张。", code="bad")
    with kept_photo(uploads[0]) as (file, thumbnail):
        photo = actions.add_photo(result=result, file=file, thumbnail=thumbnail, key=key, by=request.user)
    address = reverse("centres:inspection-photo", args=[photo.pk])
    return {"photo": photo.pk, "url": address, "drop": reverse("centres:inspection-photo-drop", args=[photo.pk])}


def _save_form(request: SignedRequest, result: InspectionResult) -> HttpResponse:
    """Without the script: pictures first, so that a refused word loses none; what is refused is said at the item."""
    page = reverse("centres:inspection", args=[result.inspection_id])
    acts = [partial(_keep_photo, request, result, upload) for upload in request.FILES.getlist("photos")]
    refusals: list[ValidationError] = []
    for act in [*acts, partial(_keep_words, request, result)]:
        try:
            act()
        except ValidationError as refusal:
            refusals.append(refusal)
    codes, texts = {refusal.code for refusal in refusals}, [text for one in refusals for text in one.messages]
    if not refusals or "finished" in codes:
        for text in dict.fromkeys(texts):
            messages.error(request, text)
        if not refusals:
            messages.success(request, f"“{result.item.name}”已保存。")
        return redirect(f"{page}#i{result.pk}")
    found = _inspection(request, result.inspection_id)
    (shown,) = [row for row in _results(request, found) if row.pk == result.pk]
    shown.verdict, shown.note = request.POST.get("verdict", ""), request.POST.get("note", "")
    return _hall(request, found, Item(shown, texts, stands="changed" in codes))


def _keep_words(request: SignedRequest, result: InspectionResult) -> None:
    base = request.POST.get("base", "")
    actions.save_result(
        result=result,
        verdict=request.POST.get("verdict", ""),
        note=request.POST.get("note", ""),
        seq=max(_now_ms(), result.client_seq + 1),
        base=int(base) if base.isdecimal() else None,
        by=request.user,
    )


def _keep_photo(request: SignedRequest, result: InspectionResult, upload: UploadedFile) -> None:
    with kept_photo(upload) as (file, thumbnail):
        actions.add_photo(result=result, file=file, thumbnail=thumbnail, key=uuid4().hex, by=request.user)


@staff_required
@require_POST
def inspection_submit(request: SignedRequest, pk: int) -> HttpResponse:
    """Hand in; whatever is missing is said at once, each where it is missing."""
    found = _inspection(request, pk)
    form = SubmitForm(request.POST)
    form.is_valid()
    page = reverse("centres:inspection", args=[pk])
    try:
        actions.submit_inspection(inspection=found, rectify_by=form.cleaned_data.get("rectify_by"), by=request.user)
    except ValidationError as refusal:
        if any(one.code != "missing" for one in refusal.error_list):
            messages.error(request, " ".join(refusal.messages))
            return redirect(page)
        first = next((result.pk for result in _results(request, found) if lacks(result)), None)
        asked = urlencode({"rectify_by": request.POST.get("rectify_by", "")})
        return redirect(f"{page}?{asked}#{f'i{first}' if first else 'in-submit'}")
    messages.success(request, "已提交，等对方确认。")
    return redirect(page)


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
