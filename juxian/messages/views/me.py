"""The member's inbox. Opening a message is a POST, for it marks the message as read."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from juxian.messages import actions
from juxian.messages.models import InboxMessage
from juxian.people.access import member_required, signed_in

PAGE = 20


@member_required
def inbox(request: HttpRequest) -> HttpResponse:
    """Unread ones first."""
    messages = InboxMessage.objects.mine(signed_in(request))
    page = Paginator(messages.unread_first(), PAGE).get_page(request.GET.get("page"))
    return render(request, "inbox/me_list.html", {"nav": "inbox", "page": page, "unread": messages.unread().count()})


@member_required
def message_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One message; looking changes nothing."""
    message = get_object_or_404(InboxMessage.objects.mine(signed_in(request)), pk=pk)
    return render(request, "inbox/me_detail.html", {"nav": "inbox", "message": message})


@require_POST
@member_required
def message_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark as read and show."""
    message = get_object_or_404(InboxMessage.objects.mine(signed_in(request)), pk=pk)
    actions.read(message=message, by=signed_in(request))
    return redirect("inbox:me-detail", pk=pk)


@require_POST
@member_required
def inbox_read(request: HttpRequest) -> HttpResponse:
    """Mark all of the member's messages as read."""
    actions.read_all(messages=InboxMessage.objects.mine(signed_in(request)), by=signed_in(request))
    return redirect("inbox:me-list")
