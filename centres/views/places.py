"""The centre of a town, as its clerk and the county read it, and as everybody may."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from centres.models import Centre, Post, ReceptionSite, Room, TeachingPoint, Zone
from centres.public import public
from centres.staffing import seats
from juxian.people.access import signed_in, staff_required


def centre_of(request: HttpRequest) -> Centre:
    """The centre a page below /town/centre/ is about: the one of `?town=<code>`, else the clerk's own.

    404 where there is none, where it is another town's, and for county staff who name no town.
    """
    user, code = signed_in(request), request.GET.get("town", "")
    centres = Centre.objects.visible_to(user).select_related("town", "venue")
    if not code and not user.is_clerk:
        raise Http404("no town named")
    found: Centre = get_object_or_404(centres, **({"town__code": code} if code else {"town": user.clerk_town}))
    return found


@staff_required
def town_centre(request: HttpRequest) -> HttpResponse:
    """A clerk's own centre; for county staff all centres in official code order, or the one of `?town=`."""
    centres = Centre.objects.visible_to(request.user).select_related("town", "venue")
    if "town" in request.GET or (signed_in(request).is_clerk and centres.exists()):
        return _one_centre(request)
    centres = centres.prefetch_related("rooms", "points", "sites")
    return render(request, "centres/town_centres.html", {"nav": "centre", "centres": list(centres)})


def _may_edit(request: HttpRequest, centre: Centre) -> bool:
    return signed_in(request).editable_towns().filter(pk=centre.town_id).exists()


def _one_centre(request: HttpRequest) -> HttpResponse:
    centre = centre_of(request)
    rows = Post.objects.visible_to(request.user).standing().filter(town=centre.town_id).select_related("town")
    user = request.user
    ctx = {
        "nav": "centre",
        "centre": centre,
        "zones": Zone.objects.visible_to(user).filter(centre=centre).prefetch_related("photos"),
        "rooms": Room.objects.visible_to(user).filter(centre=centre),
        "points": TeachingPoint.objects.visible_to(user).filter(centre=centre).select_related("theme"),
        "seats": seats(rows.order_by("slot"), timezone.localdate()),
        "may_edit": _may_edit(request, centre),
    }
    return render(request, "centres/town_centre.html", ctx)


@staff_required
def town_sites(request: HttpRequest) -> HttpResponse:
    """灯塔e站, televisions and outdoor screens of one town."""
    centre = centre_of(request)
    rows = list(ReceptionSite.objects.visible_to(request.user).filter(centre=centre))
    broken = sum(not site.is_working for site in rows)
    ctx = {"nav": "centre", "centre": centre, "sites": rows, "broken": broken, "may_edit": _may_edit(request, centre)}
    return render(request, "centres/town_sites.html", ctx)


@login_not_required
def public_centre(request: HttpRequest, code: str) -> HttpResponse:
    """One light page a centre for everybody; no name of a person who did not agree. 404 for a code of no centre today."""
    today = timezone.localdate()
    # scope: one public page a centre, no names on it
    centres = Centre.objects.running(today).select_related("town", "venue")
    return render(request, "centres/public_centre.html", public(get_object_or_404(centres, town__code=code), today))
