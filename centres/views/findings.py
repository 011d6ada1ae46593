"""检查整改 of one town: its inspections, what is open, and what was done about it."""

from contextlib import ExitStack
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from centres import actions
from centres.actions.inspections import is_county_side, works_for
from centres.figures import with_counts
from centres.forms.inspections import OwnerForm, RectifyForm
from centres.models import Finding, Inspection, InspectionPhoto, InspectionResult, Rectification
from centres.views.asking import SignedRequest, tried
from centres.views.inspections import kept_photo
from centres.views.places import centre_of
from juxian.people.access import clerk_required, staff_required


@staff_required
def town_inspections(request: SignedRequest) -> HttpResponse:
    """The inspections of a centre and its open findings, what is overdue first; county staff who name no town go to the list of all."""
    if "town" not in request.GET and not request.user.is_clerk:
        return redirect("inspect")
    centre = centre_of(request)
    counted = with_counts(Inspection.objects.visible_to(request.user).filter(centre=centre))
    inspections = list(counted.order_by("-started_at", "-pk"))
    findings = Finding.objects.visible_to(request.user).open().filter(result__inspection__centre=centre)
    today = timezone.localdate()
    ctx = {
        "nav": "centre",
        "tab": "inspections",
        "centre": centre,
        "today": today,
        "inspections": inspections,
        "waiting": [one for one in inspections if one.state == Inspection.State.SUBMITTED],
        "drafts": [one for one in inspections if one.is_draft],
        "findings": list(findings.select_related("result__item", "result__inspection")),
        "may_write": works_for(request.user, centre),
        "is_county_side": is_county_side(request.user),
    }
    return render(request, "centres/town_inspections.html", ctx)


def _finding(request: SignedRequest, pk: int) -> Finding:
    rows = Finding.objects.visible_to(request.user)
    found: Finding = get_object_or_404(rows.select_related("result__item", "result__inspection__centre__town"), pk=pk)
    return found


def _page(request: SignedRequest, found: Finding, form: RectifyForm) -> HttpResponse:
    inspection = found.result.inspection
    rechecks = InspectionResult.objects.visible_to(request.user).filter(rechecks=found).exclude(verdict="")
    rechecks = rechecks.exclude(inspection__state=Inspection.State.DRAFT)
    done = Rectification.objects.visible_to(request.user).filter(finding=found)
    steps = [(row.at, "done", row) for row in done.prefetch_related("photos")]
    steps += [
        (row.inspection.submitted_at, "check", row)
        for row in rechecks.select_related("inspection").prefetch_related("photos")
    ]
    own = works_for(request.user, inspection.centre)
    ctx = {
        "nav": "centre" if not request.user.is_inspector else "inspect",
        "finding": found,
        "inspection": inspection,
        "centre": inspection.centre,
        "today": timezone.localdate(),
        "photos": InspectionPhoto.objects.visible_to(request.user).filter(result=found.result),
        "steps": sorted(steps, key=lambda step: (step[0], step[1])),
        "form": form if own and found.closed_on is None else None,
        "owner_form": OwnerForm(initial={"owner": found.owner}) if own and found.closed_on is None else None,
    }
    return render(request, "centres/finding.html", ctx)


@staff_required
def finding(request: SignedRequest, pk: int) -> HttpResponse:
    """One finding: what was found, what was done, how it was looked at again."""
    return _page(request, _finding(request, pk), RectifyForm(initial={"key": uuid4().hex}))


@clerk_required
@require_POST
def finding_rectify(request: SignedRequest, pk: int) -> HttpResponse:
    """Say what was done, with pictures; a refusal keeps what was typed."""
    found = _finding(request, pk)
    form = RectifyForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, found, form)
    try:
        with ExitStack() as stored:
            photos = [stored.enter_context(kept_photo(upload)) for upload in form.cleaned_data["photos"]]
            text, key = form.cleaned_data["text"], form.cleaned_data["key"]
            actions.rectify(finding=found, text=text, photos=photos, key=key, by=request.user)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return _page(request, found, form)
    messages.success(request, "整改情况已报，等县里复查。")
    return redirect("centres:finding", pk)


@clerk_required
@require_POST
def finding_assign(request: SignedRequest, pk: int) -> HttpResponse:
    """Name who sees to it."""
    found = _finding(request, pk)
    owner = request.POST.get("owner", "")
    tried(request, lambda: actions.assign_finding(finding=found, owner=owner, by=request.user), "责任人已改。")
    return redirect("centres:finding", pk)
