"""Small honest pages: help, the lecturer's door."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from lecturers.models import Lecturer
from trainings.models import Session
from trainings.views.asking import SignedRequest

COMING, PAST = 30, 10
TODAY = 3  # read more than is shown: sessions of today may be on either side


@login_not_required
def guide(request: HttpRequest) -> HttpResponse:
    """Three short guides: county, clerk, member."""
    return render(request, "juxian/help.html", {"nav": "help"})


@login_not_required
def robots(request: HttpRequest) -> HttpResponse:
    """Nothing here is for search engines."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")


def teach(request: SignedRequest) -> HttpResponse:
    """The coming and the last sessions of the lecturer who is signed in; 403 for everybody else."""
    lecturer = Lecturer.objects.filter(user=request.user).select_related("kind").first()
    if lecturer is None:
        raise PermissionDenied
    now = timezone.now()
    today = timezone.localdate(now)
    # scope: the lecturer's own sessions, in whatever town
    own = Session.objects.taught_by(lecturer).standing()
    own = own.select_related("training_class__town", "room__centre", "point", "site")
    coming = [
        one for one in own.filter(day__gte=today).order_by("day", "half")[: COMING + TODAY] if not one.is_over(now)
    ]
    past = [one for one in own.filter(day__lte=today).order_by("-day", "-half")[: PAST + TODAY] if one.is_over(now)]
    ctx = {
        "nav": "teach",
        "lecturer": lecturer,
        "coming": coming[:COMING],
        "past": past[:PAST],
    }
    return render(request, "juxian/teach.html", ctx)
