"""The clerk's desk."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from juxian.desk_work import classes_of, grouped, hours_of, next_of, today_of, work_of
from juxian.messages.models import InboxMessage
from juxian.obligations.models import Obligation
from juxian.people.access import staff_required
from trainings.views.asking import SignedRequest


@staff_required
def desk(request: SignedRequest) -> HttpResponse:
    """What is due in the clerk's town, by consequence. County staff read a town's desk by its code; else the board."""
    user, now = request.user, timezone.now()
    towns = user.towns()
    asked = request.GET.get("town", "")
    town = towns.filter(code=asked).first() if asked else None
    if town is None:
        if not user.is_clerk:
            return redirect("home")
        town = user.clerk_town
    today = timezone.localdate(now)
    classes, archived = classes_of(user, town)
    hours = hours_of(user, town, today.year)
    ctx = {
        "nav": "desk",
        "town": town,
        "now": now,
        "today": today,
        "next": next_of(user, town, now),
        "groups": grouped(work_of(user, town, now), now),
        "slots": today_of(user, town, now),
        "classes": classes,
        "archived": archived,
        "hours": hours,
        "near": sum(row.found.near for row in hours),
        "parked": Obligation.objects.parked().count(),
        "letters": InboxMessage.objects.visible_to(user).filter(town=town).unread()[:4],
    }
    return render(request, "juxian/desk.html", ctx)
