"""Small honest pages: help, what machines ask."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@login_not_required
def guide(request: HttpRequest) -> HttpResponse:
    """Three short guides: county, clerk, member."""
    return render(request, "juxian/help.html", {"nav": "help"})


@login_not_required
def robots(request: HttpRequest) -> HttpResponse:
    """Nothing here is for search engines."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")
