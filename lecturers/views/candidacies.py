"""Recommending lecturers, and what the county does with a recommendation."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from centres.views.asking import SignedRequest, tried, tried_form
from juxian.people.access import county_required, editor_required, signed_in, staff_required
from juxian.people.models import Town, User
from lecturers.actions import candidacies
from lecturers.forms.pool import CandidacyForm, PanelForm, RefuseForm, TermForm, VetForm
from lecturers.models import Candidacy, Lecturer

PAGE = 30
State = Candidacy.State


def _one(request: HttpRequest, pk: int) -> Candidacy:
    rows = Candidacy.objects.visible_to(request.user).select_related("town", "kind", "lecturer", "proposed_by")
    found: Candidacy = get_object_or_404(rows, pk=pk)
    return found


@staff_required
def candidacy_list(request: HttpRequest) -> HttpResponse:
    """Candidates of the towns this user sees: those under way first, then those decided."""
    rows = Candidacy.objects.visible_to(request.user).select_related("town", "kind", "lecturer")
    state = request.GET.get("state", "")
    if state in State.values:
        rows = rows.filter(state=state)
    under_way = list(rows.open().order_by("proposed_at", "pk"))
    decided = rows.exclude(state__in=Candidacy.OPEN).order_by("-decided_at", "-pk")
    ctx = {
        "nav": "lecturers",
        "open": under_way,
        "page": Paginator(decided, PAGE).get_page(request.GET.get("page")),
        "state": state,
        "states": State.choices,
        "query": f"state={state}&" if state in State.values else "",
    }
    return render(request, "lecturers/candidacies.html", ctx)


@staff_required
def candidacy(request: HttpRequest, pk: int) -> HttpResponse:
    """One candidate with every step that was taken, and the next one for who may take it."""
    row = _one(request, pk)
    user = signed_in(request)
    ctx = {
        "nav": "lecturers",
        "candidacy": row,
        "may_write": Candidacy.objects.editable_by(user).filter(pk=row.pk).exists(),
        "own": row.town_id is not None and row.proposed_by_id == user.pk,
        "term": getattr(row, "appointment", None),
    }
    return render(request, "lecturers/candidacy.html", ctx)


def _page(request: HttpRequest, form: forms.BaseForm, row: Candidacy | None, **said: str) -> HttpResponse:
    back = f"/town/candidacies/{row.pk}/" if row else "/town/candidacies/"
    ctx = {"nav": "lecturers", "form": form, "back": back, "crumb": row.name if row else "推荐人选", **said}
    return render(request, "centres/part_form.html", ctx)


def _town(user: User, chosen: Town | None) -> Town | None:
    """The town a clerk speaks for; what the county chose, or none."""
    return chosen if user.is_county or chosen else user.clerk_town


@editor_required
def candidacy_add(request: HttpRequest) -> HttpResponse:
    """Recommend somebody; `?lecturer=` begins with who is in the pool already, for another tier or after a term."""
    user = signed_in(request)
    asked = request.GET.get("lecturer", "")
    known = Lecturer.objects.filter(pk=asked).select_related("kind").first() if asked.isdigit() else None
    start: dict[str, Any] = {"source": Candidacy.Source.TOWN if user.is_clerk else Candidacy.Source.UNIT}
    if known:
        start |= {name: getattr(known, name) for name in ("name", "kind", "unit", "topics")}
    form = CandidacyForm(request.POST or None, user=user, initial=start)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        town = _town(user, said.pop("town", None))
        made: list[Candidacy] = []
        act = partial(candidacies.propose, by=user, town=town, lecturer=known, **said)
        if tried_form(form, lambda: made.append(act())):
            return redirect("lecturers:candidacy", made[0].pk)
    note = "推荐后由县里审核政治表现和授课内容，再评审、聘任。镇里只推荐，聘任由县里办。"
    return _page(request, form, None, title="推荐讲师", button="推荐", note=note)


@editor_required
def candidacy_edit(request: SignedRequest, pk: int) -> HttpResponse:
    """Say it otherwise before the county has begun."""
    row = _one(request, pk)
    form = CandidacyForm(request.POST or None, instance=row, user=request.user)
    if request.method == "POST" and form.is_valid():
        said = {name: form.cleaned_data[name] for name in candidacies.SAID}
        if tried_form(form, partial(candidacies.change, candidacy=row, by=request.user, **said)):
            return redirect("lecturers:candidacy", row.pk)
    return _page(request, form, row, title=f"修改推荐：{row.name}", note="县里审核以前可以改。")


@require_POST
@editor_required
def candidacy_withdraw(request: SignedRequest, pk: int) -> HttpResponse:
    """Take it back."""
    row = _one(request, pk)
    tried(request, partial(candidacies.withdraw, candidacy=row, by=request.user), f"已撤回对{row.name}的推荐。")
    return redirect("lecturers:candidacy", row.pk)


def _step(
    request: SignedRequest, row: Candidacy, form: forms.Form, act: Callable[..., object], **said: str
) -> HttpResponse:
    """A step of the county: the form, or what it did and the way back to the candidate."""
    if request.method == "POST" and form.is_valid():
        done = partial(act, candidacy=row, by=request.user, **form.cleaned_data)
        if tried_form(form, done):
            return redirect("lecturers:candidacy", row.pk)
    return _page(request, form, row, **said)


@county_required
def candidacy_vet(request: SignedRequest, pk: int) -> HttpResponse:
    """Conduct and content are in order."""
    row, form = _one(request, pk), VetForm(request.POST or None)
    return _step(request, row, form, candidacies.vet, title=f"审核：{row.name}", button="审核通过")


@county_required
def candidacy_panel(request: SignedRequest, pk: int) -> HttpResponse:
    """How the panel voted."""
    row, form = _one(request, pk), PanelForm(request.POST or None)
    note = "登记评审会的表决。人数够、同意的过了比例才算通过；没有通过的，推荐随之办结。"
    said = {"title": f"登记评审：{row.name}", "button": "登记", "note": note}
    return _step(request, row, form, candidacies.record_panel, **said)


@county_required
def candidacy_refuse(request: SignedRequest, pk: int) -> HttpResponse:
    """No, and why."""
    row, form = _one(request, pk), RefuseForm(request.POST or None)
    return _step(request, row, form, candidacies.refuse, title=f"不予通过：{row.name}", button="不予通过")


@county_required
def candidacy_appoint(request: SignedRequest, pk: int) -> HttpResponse:
    """Appoint for a term."""
    row, form = _one(request, pk), TermForm(request.POST or None, starts_on=timezone.localdate())
    said = {"title": f"聘任：{row.name}", "button": "聘任", "note": f"聘为{row.get_tier_display()}。"}
    return _step(request, row, form, candidacies.appoint, **said)
