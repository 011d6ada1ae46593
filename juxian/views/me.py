"""The member's home."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from juxian.people.access import member_required


@member_required
def home(request: HttpRequest) -> HttpResponse:
    """What the member owes, hours, what comes, the record."""
    return render(request, "juxian/me.html", {"nav": "me"})
