"""What the pages of this floor share: a signed request, and showing an action's refusal."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest

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
