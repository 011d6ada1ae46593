"""The brand of a town: what is in force, the draft, the county's review, the history."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from centres.actions import brands as actions
from centres.forms.brands import BrandForm, CommentForm
from centres.models import Brand, BrandRevision, Centre
from centres.sameness import yardstick
from centres.views.asking import SignedRequest, page_of, tried, tried_form
from centres.views.places import centre_of
from juxian.people.access import county_required, editor_required, signed_in, staff_required
from juxian.people.models import User
from juxian.people.panels import panels_for

State = BrandRevision.State
TONES = {State.SUBMITTED: "st-warn", State.RETURNED: "st-bad", State.APPROVED: "st-ok"}


def _revisions(user: User, centre: Centre) -> list[BrandRevision]:
    rows = BrandRevision.objects.visible_to(user).filter(brand__town=centre.town_id)
    rows = rows.select_related("brand__town", "theme", "key_point", "submitted_by", "decided_by")
    return list(rows.order_by("-number"))


def _in_scope(request: HttpRequest, pk: int) -> tuple[BrandRevision, Centre]:
    user = signed_in(request)
    row = get_object_or_404(BrandRevision.objects.visible_to(user).select_related("brand__town"), pk=pk)
    return row, get_object_or_404(Centre.objects.visible_to(user).select_related("town"), town=row.brand.town_id)


@staff_required
def brand(request: HttpRequest) -> HttpResponse:
    """A town's brand; county staff who name no town see all sixteen."""
    user = signed_in(request)
    if not user.is_clerk and "town" not in request.GET:
        return redirect("trainings:county-brands")
    centre = centre_of(request)
    rows = _revisions(user, centre)
    current = next((row for row in rows if row.state == State.APPROVED), None)
    newest = rows[0] if rows else None
    pending = newest if newest and newest.state in BrandRevision.OPEN else None
    shown = pending or current
    ctx = {
        "nav": "centre",
        "centre": centre,
        "edit_url": page_of(request, "centres:brand-edit", centre),
        "current": current,
        "pending": pending,
        "returned": next((row for row in rows[:2] if row.state == State.RETURNED), None) if newest != current else None,
        "history": [(row, TONES.get(State(row.state), "")) for row in rows],
        "panels": _panels(user, centre),
        **_rights(user, centre, pending),
    }
    if shown:
        measure = yardstick(timezone.localdate(), for_county=user.is_county)
        ctx |= {"warnings": measure.warnings(shown), "lacking": actions.lacking(pending) if pending else []}
    return render(request, "centres/brand.html", ctx)


def _panels(user: User, centre: Centre) -> list[Any]:
    row = Brand.objects.visible_to(user).filter(town=centre.town_id).select_related("town").first()
    return panels_for(row, user) if row else []


def _rights(user: User, centre: Centre, pending: BrandRevision | None) -> dict[str, bool]:
    """Which buttons the page has."""
    writes = Centre.objects.editable_by(user).filter(pk=centre.pk).exists()
    sent = pending is not None and pending.state == State.SUBMITTED
    own = pending is not None and pending.submitted_by_id == user.pk
    return {
        "may_edit": writes and not sent,
        "may_submit": writes and pending is not None and not sent,
        "may_withdraw": writes and sent and (own or not user.is_county),
        "may_decide": user.is_county and sent and not own,
        "is_own": user.is_county and sent and own,
    }


@editor_required
@require_http_methods(["GET", "HEAD", "POST"])
def brand_edit(request: HttpRequest) -> HttpResponse:
    """The draft's form; saving opens a draft where there is none."""
    user, centre = signed_in(request), centre_of(request)
    get_object_or_404(Centre.objects.editable_by(user), pk=centre.pk)
    rows, back = _revisions(user, centre), page_of(request, "centres:town-brand", centre)
    if rows and rows[0].state == State.SUBMITTED:
        messages.error(request, actions.SENT)
        return redirect(back)
    said = {name: getattr(rows[0], name) for name in BrandRevision.SAID} if rows else {}
    form = BrandForm(request.POST or None, instance=BrandRevision(**said), centre=centre, user=user)
    if request.method == "POST" and form.is_valid():
        seen = request.POST.get("seen")
        act = partial(actions.save_draft, town=centre.town, by=user, seen=seen, **form.cleaned_data)
        if tried_form(form, act):
            messages.success(request, "草稿已保存。看看下面的提醒，没问题就送审。")
            return redirect(back)
    ctx = {"nav": "centre", "centre": centre, "form": form, "back": back, "title": "品牌申报", "button": "保存草稿"}
    ctx["seen"] = request.POST.get("seen", (rows[0] if rows else BrandRevision()).words)
    return render(request, "centres/brand_form.html", ctx)


def _move(request: SignedRequest, pk: int, act: Callable[..., object], done: str) -> HttpResponse:
    """Run an action on a revision in scope, say what came of it, go back to the page."""
    row, centre = _in_scope(request, pk)
    tried(request, partial(act, revision=row, by=request.user), done)
    return redirect(page_of(request, "centres:town-brand", centre))


@editor_required
@require_POST
def brand_submit(request: SignedRequest, pk: int) -> HttpResponse:
    """Send a draft to the county."""
    return _move(request, pk, actions.submit_revision, "已送县里审批，批复后会发消息给您。")


@editor_required
@require_POST
def brand_withdraw(request: SignedRequest, pk: int) -> HttpResponse:
    """Take back what was sent and not decided yet."""
    return _move(request, pk, actions.withdraw_revision, "已撤回，改好后再送审。")


@county_required
@require_POST
def brand_approve(request: SignedRequest, pk: int) -> HttpResponse:
    """The county approves what was sent."""
    act = partial(actions.approve_revision, seen=request.POST.get("seen"))
    return _move(request, pk, act, "已批准，并通知了镇里。")


@county_required
@require_http_methods(["GET", "HEAD", "POST"])
def brand_return(request: HttpRequest, pk: int) -> HttpResponse:
    """The county sends it back, saying why."""
    user = signed_in(request)
    row, centre = _in_scope(request, pk)
    back, form = page_of(request, "centres:town-brand", centre), CommentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.return_revision, revision=row, by=user, **form.cleaned_data)
        if tried_form(form, act):
            messages.success(request, "已退回，并通知了镇里。")
            return redirect(back)
    ctx = {"nav": "centre", "centre": centre, "form": form, "back": back, "title": f"退回{row}", "button": "退回"}
    return render(request, "centres/brand_form.html", ctx)
