"""The centre of a town, as its clerk and the county read it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from centres.models import Centre, Standard
from juxian.people.access import signed_in, staff_required


def centre_of(request: HttpRequest) -> Centre:
    """The centre a page below /town/centre/ is about: the one of `?town=<code>`, else the clerk's own.

    404 where there is none, where it is another town's, and for county staff who name no town.
    """
    user, code = signed_in(request), request.GET.get("town", "")
    centres = Centre.objects.visible_to(user).select_related("town")
    if not code and not user.is_clerk:
        raise Http404("no town named")
    found: Centre = get_object_or_404(centres, **({"town__code": code} if code else {"town": user.clerk_town}))
    return found


@staff_required
def town_centre(request: HttpRequest) -> HttpResponse:
    """A clerk's own centre with rooms and teaching points; all centres for county staff, in official code order."""
    centres = Centre.objects.visible_to(request.user).select_related("town").prefetch_related("rooms", "points__theme")
    if "town" in request.GET:
        centres = centres.filter(pk=centre_of(request).pk)
    standard = Standard.objects.prefetch_related("items").in_force(timezone.localdate())
    ctx = {"nav": "centre", "centres": list(centres), "standard": standard}
    return render(request, "centres/town_centre.html", ctx)
