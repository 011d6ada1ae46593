"""Regulations: a town's own rules with their versions, the county's documents, and the papers themselves."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from centres.actions.regulations import add_regulation, add_version
from centres.compliance import lacking
from centres.counted import papers
from centres.forms.regulations import RegulationForm, VersionForm
from centres.models import Centre, Regulation, RegulationKind, RegulationVersion
from centres.views.places import centre_of
from juxian.files.models import StoredFile
from juxian.files.photos import accept_paper, keeping
from juxian.files.serve import sent
from juxian.files.store import DamagedFile
from juxian.people.access import editor_required, signed_in, staff_required

FRESH = "0"  # the number of the newest version of a rule that has none


def _centre(request: HttpRequest) -> Centre | None:
    """The centre the page is about; None for county staff who name no town: then it is about the county's documents."""
    named = request.GET.get("town") or signed_in(request).is_clerk
    return centre_of(request) if named else None


def _own(request: HttpRequest, centre: Centre | None) -> bool:
    """Whether this user may write here."""
    user = signed_in(request)
    return user.is_county or (centre is not None and user.editable_towns().filter(pk=centre.town_id).exists())


@staff_required
def regulations(request: HttpRequest) -> HttpResponse:
    """The rules of a town and the county's documents, each with its versions, and which needed rules are lacking."""
    centre, today = _centre(request), timezone.localdate()
    scope = Q(town=centre.town) | Q(town=None) if centre else Q(town=None)
    rows = list(Regulation.objects.visible_to(request.user).filter(scope).select_related("kind"))
    versions = RegulationVersion.objects.visible_to(request.user).filter(regulation__in=rows)
    in_force = set(versions.in_force(today).values_list("pk", flat=True))
    by_rule: dict[int, list[RegulationVersion]] = {}
    for version in versions.select_related("file").order_by("regulation", "-number"):
        newer = by_rule.setdefault(version.regulation_id, [])
        replaced = any(one.valid_from <= today for one in newer)
        version.stand = ("", "已被新版替换") if replaced else _stand(version, in_force, today)
        newer.append(version)
    for row in rows:
        row.issues = by_rule.get(row.pk, [])
    missing = lacking(today)
    held = papers([centre.town_id]) if centre else []
    ctx = {
        "nav": "centre",
        "centre": centre,
        "own": [row for row in rows if row.town_id],
        "issued": [paper for paper in held if paper.is_issued and paper.span.holds(today)],
        "shared": [row for row in rows if row.town_id is None],
        "missing": missing.get(centre.town_id, []) if centre else [],
        "towns": [] if centre else _towns(request, missing),
        "can_write": _own(request, centre),
    }
    return render(request, "centres/regulations.html", ctx)


def _stand(version: RegulationVersion, in_force: set[int], today: date) -> tuple[str, str]:
    """Class and word for how a version stands today that no newer one has replaced."""
    if version.pk in in_force:
        return "st-ok", "现行有效"
    return ("st-info", "还没施行") if version.valid_from > today else ("st-warn", "已过期")


def _towns(request: HttpRequest, missing: dict[int, list[RegulationKind]]) -> list[tuple[Centre, list[RegulationKind]]]:
    centres = Centre.objects.visible_to(request.user).running(timezone.localdate()).select_related("town")
    return [(centre, missing.get(centre.town_id, [])) for centre in centres.order_by("town__code")]


def _back(town_code: str) -> str:
    return reverse("centres:regulations") + (f"?town={town_code}" if town_code else "")


def _kept(form: VersionForm, act: Callable[[StoredFile], object]) -> bool:
    """Keep the paper together with what `act` writes, or neither; a refusal is shown on the form."""
    try:
        upload = form.cleaned_data["file"]
        with keeping(accept_paper(upload, name=upload.name), name=upload.name) as kept:
            act(kept.file)
    except ValidationError as refusal:
        known = not hasattr(refusal, "error_dict") or set(refusal.error_dict) <= set(form.fields)
        form.add_error(None, refusal if known else ValidationError(refusal.messages))
        return False
    return True


def _dates(form: VersionForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in ("document_number", "issued_on", "valid_from", "valid_until")}


@editor_required
def regulation_add(request: HttpRequest) -> HttpResponse:
    """A new rule of the town (of the county, where its staff name no town) with its first version."""
    centre, user = _centre(request), signed_in(request)
    wanted = RegulationKind.objects.filter(key=request.GET.get("kind", "")[:30]).first()
    initial = {"kind": wanted, "title": f"{centre.town.name}{wanted.name}" if centre and wanted else ""}
    form = RegulationForm(request.POST or None, request.FILES or None, initial=initial)
    back = _back(request.GET.get("town", "") if centre else "")
    if request.method == "POST" and form.is_valid():

        def act(stored: StoredFile) -> None:
            row = add_regulation(
                town=centre.town if centre else None,
                kind=form.cleaned_data["kind"],
                title=form.cleaned_data["title"],
                by=user,
            )
            add_version(regulation=row, file=stored, by=user, seen=FRESH, **_dates(form))

        if _kept(form, act):
            messages.success(request, f"“{form.cleaned_data['title']}”已存入。")
            return redirect(back)
    ctx = {"nav": "centre", "centre": centre, "form": form, "back": back}
    return render(request, "centres/regulation_form.html", ctx)


@editor_required
def version_add(request: HttpRequest, pk: int) -> HttpResponse:
    """The next version of a rule."""
    rows = Regulation.objects.editable_by(request.user).select_related("town", "kind")
    row = get_object_or_404(rows, pk=pk)
    user = signed_in(request)
    form = VersionForm(request.POST or None, request.FILES or None)
    back = _back(row.town.code if row.town and not user.is_clerk else "")
    if request.method == "POST" and form.is_valid():

        def act(stored: StoredFile) -> None:
            add_version(regulation=row, file=stored, by=user, seen=request.POST.get("seen"), **_dates(form))

        if _kept(form, act):
            messages.success(request, f"“{row.title}”的新版已存入。")
            return redirect(back)
    last = RegulationVersion.objects.visible_to(user).filter(regulation=row).aggregate(last=Max("number"))["last"]
    seen = request.POST.get("seen", str(last or FRESH))
    ctx = {"nav": "centre", "regulation": row, "form": form, "back": back, "seen": seen}
    return render(request, "centres/regulation_form.html", ctx)


@staff_required
def version_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper of one version, always as a download."""
    rows = RegulationVersion.objects.visible_to(request.user).select_related("file", "regulation__town")
    version = get_object_or_404(rows, pk=pk)
    try:
        return sent(version.file)  # type: ignore[return-value]  # streams, and is a response all the same
    except DamagedFile as damage:
        messages.error(request, str(damage))
        town = version.regulation.town
        return redirect(_back(town.code if town and not signed_in(request).is_clerk else ""))
