"""What the pages of this floor share: a signed request, an action's refusal shown where it belongs, the way back."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse

from centres.models import Centre
from juxian.people.access import signed_in
from juxian.people.models import User


class SignedRequest(HttpRequest):
    """A request behind sign-in: the role decorators let nobody else through."""

    user: User


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
        if hasattr(refusal, "error_dict") and not set(refusal.error_dict) <= set(form.fields):
            refusal = ValidationError(refusal.messages)
        form.add_error(None, refusal)
        return False
    return True


def page_of(request: HttpRequest, name: str, centre: Centre) -> str:
    """The address of a page below /town/centre/ about this centre, as this user reaches it."""
    return reverse(name) + ("" if signed_in(request).is_clerk else f"?town={centre.town.code}")
