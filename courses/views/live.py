"""What is on elsewhere: the programme of the series, and links to channels of others."""

from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from courses.models import Broadcast, Channel, Series
from courses.models.live import SHOWN_FOR
from juxian.people.access import member_required, signed_in, staff_required
from juxian.people.panels import panels_for

COMING, PAGE = 50, 20


def _programme(request: HttpRequest) -> dict[str, Any]:
    """Coming broadcasts, the soonest first; past ones, the latest first; `?series=` narrows both."""
    series = list(Series.objects.filter(is_active=True))
    chosen = next((one for one in series if str(one.pk) == request.GET.get("series", "")), None)
    rows = Broadcast.objects.listed()
    if chosen:
        rows = rows.filter(series=chosen)
    since = timezone.now() - timedelta(hours=SHOWN_FOR)
    past = rows.filter(starts_at__lt=since).order_by("-starts_at", "-pk")
    return {
        "series": series,
        "chosen": chosen,
        "coming": rows.from_moment(since)[:COMING],
        "page": Paginator(past, PAGE).get_page(request.GET.get("page")),
        "query": f"series={chosen.pk}&" if chosen else "",
        "channels": Channel.objects.filter(is_active=True),
    }


@require_safe
@staff_required
def town_live(request: HttpRequest) -> HttpResponse:
    """For clerks who plan a group viewing, and for the county that keeps the programme."""
    return render(request, "courses/town_live.html", {"nav": "courses", **_programme(request)})


@require_safe
@member_required
def me_live(request: HttpRequest) -> HttpResponse:
    """For members on their phones."""
    return render(request, "courses/me_live.html", {"nav": "me", **_programme(request)})


@require_safe
@staff_required
def broadcast(request: HttpRequest, pk: int) -> HttpResponse:
    """One broadcast, and which classes of the reader's towns watch it together."""
    found = get_object_or_404(Broadcast.objects.select_related("series"), pk=pk)
    user = signed_in(request)
    ctx = {
        "nav": "courses",
        "broadcast": found,
        "panels": panels_for(found, user),
        "may_plan": (user.is_clerk or user.is_county) and not found.cancelled,
    }
    return render(request, "courses/broadcast.html", ctx)
