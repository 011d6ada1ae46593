"""The wide pages of an inbox, for staff and for who has letters without being staff."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from juxian.messages.models import InboxMessage, InboxMessageQuerySet

PAGE = 30


def list_page(request: HttpRequest, messages: InboxMessageQuerySet, *, door: str) -> HttpResponse:
    """Unread ones first; `door` is the first part of the URL names of the pages, `town` or `own`."""
    page = Paginator(messages.unread_first().select_related("town"), PAGE).get_page(request.GET.get("page"))
    context = {"nav": "inbox", "door": f"inbox:{door}", "page": page, "unread": messages.unread().count()}
    return render(request, "inbox/wide_list.html", context)


def letter_page(request: HttpRequest, message: InboxMessage, *, door: str, is_own: bool) -> HttpResponse:
    """One message; looking changes nothing. `is_own`: the reader may mark it as read."""
    context = {"nav": "inbox", "door": f"inbox:{door}", "message": message, "is_own": is_own}
    return render(request, "inbox/wide_detail.html", context)
