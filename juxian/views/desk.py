"""The clerk's desk."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from juxian.people.access import staff_required


@staff_required
def desk(request: HttpRequest) -> HttpResponse:
    """What is due, by consequence."""
    return render(request, "juxian/desk.html", {"nav": "desk"})
