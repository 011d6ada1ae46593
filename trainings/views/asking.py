"""What the class pages share: fetching in scope, running an action, showing its refusal."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from juxian.people.models import User
from trainings.clashes import Clash, seen_key
from trainings.forms import ReasonForm
from trainings.models import Session, TrainingClass


class SignedRequest(HttpRequest):
    """A request behind sign-in: the role decorators let nobody else through."""

    user: User


def class_in_scope(request: SignedRequest, pk: int) -> TrainingClass:
    """The class, if this user may see it; 404 otherwise."""
    rows = TrainingClass.objects.visible_to(request.user).select_related("town", "line__plan", "submitted_by")
    found: TrainingClass = get_object_or_404(rows, pk=pk)
    return found


def session_in_scope(request: SignedRequest, pk: int) -> Session:
    """The session, if this user may see it; 404 otherwise."""
    rows = Session.objects.visible_to(request.user)
    rows = rows.select_related("training_class__town", "lecturer", "room__centre", "point__centre", "site__centre")
    found: Session = get_object_or_404(rows, pk=pk)
    return found


def tried(request: SignedRequest, act: Callable[[], object], done: str) -> bool:
    """Run `act`; say `done`, or show every sentence of the refusal."""
    try:
        act()
    except ValidationError as refusal:
        for text in refusal.messages:
            messages.error(request, text)
        return False
    messages.success(request, done)
    return True


def tried_form(form: forms.Form | forms.ModelForm, act: Callable[[], object]) -> bool:
    """Run `act`; a refusal is shown on the form."""
    try:
        act()
    except ValidationError as refusal:
        if hasattr(refusal, "error_dict") and not set(refusal.error_dict) <= {*form.fields, NON_FIELD_ERRORS}:
            refusal = ValidationError(refusal.messages)
        form.add_error(None, refusal)
        return False
    return True


def accepted(request: SignedRequest, found: list[Clash]) -> bool:
    """Whether nothing stands in the way, or the clerk ticked exactly the warnings that stand now."""
    if any(clash.stops for clash in found):
        return False
    return not found or request.POST.get("accept") == seen_key(found)


def warned(found: list[Clash], tick: str) -> dict[str, Any]:
    """What the page says of clashes; `tick` stands beside the box that accepts them."""
    stops = any(clash.stops for clash in found)
    return {"clashes": found, "clashes_stop": stops, "accept": "" if stops else seen_key(found), "accept_label": tick}


def shut(
    request: SignedRequest, title: str, text: str, back: str, nav: str = "classes", status: int = 200
) -> HttpResponse:
    """A page that says why something cannot be done now, with the way back."""
    ctx = {"nav": nav, "title": title, "text": text, "back": back}
    return render(request, "trainings/shut.html", ctx, status=status)


def ask_reason(request: SignedRequest, act: Callable[[str], object], asked: dict[str, Any], back: str) -> HttpResponse:
    """A page that asks why, then acts. `asked` holds its words: title, text, button, done; `back` is a path."""
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if tried_form(form, lambda: act(reason)):
            messages.success(request, asked["done"])
            return redirect(back)
    return render(request, "trainings/reason.html", {"nav": "classes", "form": form, "back": back, **asked})
