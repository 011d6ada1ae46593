"""The centre of a town, as its clerk and the county read it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from centres.models import Centre, Standard
from juxian.people.access import staff_required


@staff_required
def town_centre(request: HttpRequest) -> HttpResponse:
    """A clerk's own centre with rooms and teaching points; all centres for county staff, in official code order."""
    centres = Centre.objects.visible_to(request.user).select_related("town").prefetch_related("rooms", "points__theme")
    standard = Standard.objects.prefetch_related("items").first()
    ctx = {"nav": "centre", "centres": list(centres), "standard": standard}
    return render(request, "centres/town_centre.html", ctx)
