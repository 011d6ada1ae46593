"""The screen in the hall of a centre."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from centres.models import Centre
from juxian.hall import hall


@login_not_required
def screen(request: HttpRequest, code: str) -> HttpResponse:
    """For everybody who stands in front of it; 404 for a code that no unit of today carries."""
    now = timezone.now()
    today = timezone.localdate(now)
    centres = Centre.objects.running(today).select_related("town")  # scope: one public page a centre, no names on it
    return render(request, "juxian/screen.html", hall(get_object_or_404(centres, town__code=code), now))
