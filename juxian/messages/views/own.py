"""The inbox of who signs in without a grant and is no member: lecturers from outside, judges."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from juxian.messages import actions
from juxian.messages.models import InboxMessage
from juxian.messages.views.pages import letter_page, list_page
from juxian.people.access import signed_in


def inbox(request: HttpRequest) -> HttpResponse:
    """Unread ones first."""
    return list_page(request, InboxMessage.objects.mine(signed_in(request)), door="own")


def message_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One message; looking changes nothing."""
    message = get_object_or_404(InboxMessage.objects.mine(signed_in(request)), pk=pk)
    return letter_page(request, message, door="own", is_own=True)


@require_POST
def message_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark as read and show."""
    message = get_object_or_404(InboxMessage.objects.mine(signed_in(request)), pk=pk)
    actions.read(message=message, by=signed_in(request))
    return redirect("inbox:own-detail", pk=pk)


@require_POST
def inbox_read(request: HttpRequest) -> HttpResponse:
    """Mark all of the user's messages as read."""
    actions.read_all(messages=InboxMessage.objects.mine(signed_in(request)), by=signed_in(request))
    return redirect("inbox:own-list")
