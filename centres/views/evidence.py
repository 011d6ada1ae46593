"""A centre held against the standard: what shows that each item is met, what is missing, and handing it in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from centres.actions.evidence import add_file, add_statement, withdraw_evidence
from centres.evidence import MISSING, NOT_NEEDED, SOON, STALE, Standing, standings
from centres.figures import Verdict, latest_verdicts
from centres.forms.evidence import EvidenceForm, WithdrawForm
from centres.models import Centre, Evidence, InspectionResult, Standard, StandardItem
from centres.views.places import centre_of
from juxian.files.models import StoredFile
from juxian.files.serve import sent
from juxian.files.store import DamagedFile
from juxian.people.access import editor_required, signed_in, staff_required
from juxian.people.models import User


@dataclass
class Line:
    """An item of the version in force, how its evidence stands, and what the last inspection that counts said of it."""

    item: StandardItem
    standing: Standing
    look: Verdict | None


def lines_of(user: User, centre: Centre, standard: Standard) -> list[Line]:
    """Every item in order, with the centre's evidence and verdicts of today."""
    today = timezone.localdate()
    found, looks = standings([centre], today), _looks(user, centre, today)
    items: Iterable[StandardItem] = standard.items.order_by("order")
    return [
        Line(item, standing_of(item, found.get((centre.pk, item.key))), looks.get((centre.pk, item.key)))
        for item in items
    ]


def _looks(user: User, centre: Centre, today: date) -> dict[tuple[int, str], Verdict]:
    return latest_verdicts(today, InspectionResult.objects.visible_to(user).filter(inspection__centre=centre))


def standing_of(item: StandardItem, found: Standing | None) -> Standing:
    """How the evidence of an item stands; that none is needed, where there is none and the item asks for none."""
    if found is None or not (found.rows or found.counted):
        return Standing(NOT_NEEDED if item.evidence == StandardItem.Evidence.NONE else MISSING)
    return found


@staff_required
def town_standard(request: HttpRequest) -> HttpResponse:
    """The items of the version in force, with pictures; what is missing or stale is counted first."""
    centre = centre_of(request)
    standard = Standard.objects.in_force(timezone.localdate())
    lines = lines_of(signed_in(request), centre, standard) if standard else []
    states = [line.standing.state for line in lines]
    ctx = {
        "nav": "centre",
        "centre": centre,
        "standard": standard,
        "lines": lines,
        "missing": states.count(MISSING),
        "stale": states.count(STALE),
        "soon": states.count(SOON),
        "query": _query(request, centre),
        "can_write": _may_write(request, centre),
    }
    return render(request, "centres/standard.html", ctx)


@staff_required
def standard_item(request: HttpRequest, key: str) -> HttpResponse:
    """One item: what it asks for, the form, what stands and what was withdrawn."""
    centre, item = _in_scope(request, key)
    return _item_page(request, centre, item, EvidenceForm(item=item))


@editor_required
@require_POST
def evidence_add(request: HttpRequest, key: str) -> HttpResponse:
    """Hand in one or several files, or a statement. Good files are kept, bad ones are named; JSON for the script."""
    centre, item = _in_scope(request, key)
    if not _may_write(request, centre):
        raise Http404("another town's centre")
    form = EvidenceForm(request.POST, request.FILES, item=item)
    saved = _save(form, centre, item, request) if form.is_valid() else 0
    if request.accepts("text/html"):
        if not form.errors:
            messages.success(request, f"“{item.name}”收到 {saved} 份。")
            return redirect(_item_url(item.key, _query(request, centre)))
        if saved:
            messages.success(request, f"其中 {saved} 份已经收到，不用再传。")
        return _item_page(request, centre, item, form)
    texts = [str(text) for texts in form.errors.values() for text in texts]
    answer: dict[str, Any] = {"saved": saved, "errors": texts}
    if texts:
        answer["fields"] = {name: [str(text) for text in found] for name, found in form.errors.items()}
    return JsonResponse(answer, status=422 if texts else 200)


def _save(form: EvidenceForm, centre: Centre, item: StandardItem, request: HttpRequest) -> int:
    """Hand in what the form holds; refusals go onto the form. Returns how many were kept."""
    by, days, saved = signed_in(request), form.days, 0
    acts: list[Any] = [
        lambda file=file: add_file(centre=centre, item=item, upload=file, days=days, by=by)
        for file in form.cleaned_data.get("uploads", [])
    ]
    if "text" in form.cleaned_data:
        acts = [lambda: add_statement(centre=centre, item=item, text=form.cleaned_data["text"], days=days, by=by)]
    for act in acts:
        try:
            act()
        except ValidationError as refusal:
            _refuse(form, refusal)
        else:
            saved += 1
    return saved


def _refuse(form: EvidenceForm, refusal: ValidationError) -> None:
    """Put a refusal on its field, each sentence once."""
    if not hasattr(refusal, "error_dict"):
        form.add_error("uploads" if "uploads" in form.fields else "text", refusal)
        return
    for field, texts in refusal.message_dict.items():
        for text in texts:
            if text not in form.errors.get(field, []):
                form.errors.setdefault(field, form.error_class()).append(text)


@staff_required
def evidence_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The picture in full, or the paper."""
    evidence = _evidence(request, pk)
    return _send(request, evidence.file, evidence)


@staff_required
def evidence_thumbnail(request: HttpRequest, pk: int) -> HttpResponse:
    """The small picture."""
    evidence = _evidence(request, pk)
    return _send(request, evidence.thumbnail, evidence)


@editor_required
def evidence_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take evidence back with a reason."""
    rows = Evidence.objects.editable_by(request.user).select_related("centre__town", "file")
    evidence = get_object_or_404(rows, pk=pk)
    form = WithdrawForm(request.POST or None)
    back = _item_url(evidence.item_key, _query(request, evidence.centre))
    if request.method == "POST" and form.is_valid():
        withdraw_evidence(evidence=evidence, reason=form.cleaned_data["reason"], by=signed_in(request))
        messages.success(request, "已撤回，记录里还查得到。")
        return redirect(back)
    ctx = {"nav": "centre", "evidence": evidence, "form": form, "back": back}
    return render(request, "centres/evidence_withdraw.html", ctx)


def _item_page(request: HttpRequest, centre: Centre, item: StandardItem, form: EvidenceForm) -> HttpResponse:
    today = timezone.localdate()
    rows = list(
        Evidence.objects.visible_to(request.user).filter(centre=centre, item_key=item.key).select_related("file")
    )
    ctx = {
        "nav": "centre",
        "centre": centre,
        "item": item,
        "form": form,
        "standing": standing_of(item, standings([centre], today).get((centre.pk, item.key))),
        "look": _looks(signed_in(request), centre, today).get((centre.pk, item.key)),
        "today": today,
        "gone": [row for row in rows if row.is_withdrawn],
        "query": _query(request, centre),
        "can_write": _may_write(request, centre),
        "takes": item.evidence != StandardItem.Evidence.NONE,
    }
    return render(request, "centres/standard_item.html", ctx)


def _in_scope(request: HttpRequest, key: str) -> tuple[Centre, StandardItem]:
    """The centre, and the item of the version in force; 404 without one."""
    centre = centre_of(request)
    standard = Standard.objects.in_force(timezone.localdate())
    return centre, get_object_or_404(StandardItem, standard=standard, key=key)


def _evidence(request: HttpRequest, pk: int) -> Evidence:
    rows = Evidence.objects.visible_to(request.user).select_related("centre__town", "file", "thumbnail")
    found: Evidence = get_object_or_404(rows, pk=pk)
    return found


def _send(request: HttpRequest, stored: StoredFile | None, evidence: Evidence) -> HttpResponse:
    if stored is None:
        raise Http404("nothing stored")
    try:
        answer: FileResponse = sent(stored)
    except DamagedFile as damage:
        messages.error(request, str(damage))
        return redirect(_item_url(evidence.item_key, _query(request, evidence.centre)))
    return answer  # type: ignore[return-value]  # streams, and is a response all the same


def _may_write(request: HttpRequest, centre: Centre) -> bool:
    return signed_in(request).editable_towns().filter(pk=centre.town_id).exists()


def _query(request: HttpRequest, centre: Centre) -> str:
    """What a link needs to reach the same centre again."""
    user = signed_in(request)
    return "" if user.is_clerk and user.clerk_town == centre.town else f"?town={centre.town.code}"


def _item_url(key: str, query: str) -> str:
    return reverse("centres:standard-item", args=[key]) + query
