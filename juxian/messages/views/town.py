"""The desk's inbox: of a clerk the messages to the town and own ones, of the county own ones.

A message to another desk opens for the county from where it is mentioned, and is that desk's to tick off.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from juxian.messages import actions
from juxian.messages.models import InboxMessage
from juxian.messages.views.pages import letter_page, list_page
from juxian.people.access import signed_in, staff_required


@staff_required
def inbox(request: HttpRequest) -> HttpResponse:
    """Unread ones first."""
    user = signed_in(request)
    return list_page(request, InboxMessage.objects.visible_to(user).addressed_to(user), door="town")


@staff_required
def message_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One message; looking changes nothing."""
    messages = InboxMessage.objects.visible_to(signed_in(request))
    message = get_object_or_404(messages.select_related("town"), pk=pk)
    is_own = messages.addressed_to(signed_in(request)).filter(pk=pk).exists()
    return letter_page(request, message, door="town", is_own=is_own)


@require_POST
@staff_required
def message_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark as read, if it is for this user, and show."""
    message = get_object_or_404(InboxMessage.objects.visible_to(signed_in(request)), pk=pk)
    actions.read(message=message, by=signed_in(request))
    return redirect("inbox:town-detail", pk=pk)


@require_POST
@staff_required
def inbox_read(request: HttpRequest) -> HttpResponse:
    """Mark all messages that are for this user or desk as read."""
    actions.read_all(messages=InboxMessage.objects.visible_to(signed_in(request)), by=signed_in(request))
    return redirect("inbox:town-list")
