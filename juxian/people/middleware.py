"""Pages of a signed-in person are private; a one-time password opens nothing but the page that changes it."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


class PrivatePages:
    """Adds `Cache-Control: private, no-store` to every answer for somebody who is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        return response


class PasswordFirst:
    """Sends whoever signed in with a one-time password to the account page until it is changed."""

    still_open: ClassVar[set[str]] = {"people:account", "logout", "healthz", "readyz"}

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if not getattr(request.user, "must_change_password", False):
            return None
        match = request.resolver_match
        return None if match and match.view_name in self.still_open else redirect("people:account")
