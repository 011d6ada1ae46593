"""The lecturer's door: sessions to come, the own time, the secret link to the own timetable."""

from datetime import date, timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from juxian.people.access import staff_required
from juxian.people.panels import panels_for
from lecturers.actions import calendar as actions
from lecturers.doors import lecturer_of, teach_context
from lecturers.feeds import feed_of, token_of
from lecturers.forms.calendar import SAID, FillForm, TeachingForm
from lecturers.models import CalendarFeed, Lecturer
from trainings.models import Session
from trainings.timetable import WEEKS_SHOWN, Cell, calendar_file, half_days
from trainings.views.asking import SignedRequest, tried, tried_form

COMING, PAST = 30, 10
TODAY = 3  # read more than is shown: sessions of today may be on either side


def coming(request: SignedRequest) -> HttpResponse:
    """The coming and the last sessions of the lecturer who is signed in; 403 for everybody else."""
    lecturer = lecturer_of(request.user)
    now = timezone.now()
    today = timezone.localdate(now)
    # scope: the lecturer's own sessions, in whatever town
    own = Session.objects.taught_by(lecturer).standing()
    own = own.select_related("training_class__town", "room__centre", "point", "site")
    ahead = [
        one for one in own.filter(day__gte=today).order_by("day", "half")[: COMING + TODAY] if not one.is_over(now)
    ]
    past = [one for one in own.filter(day__lte=today).order_by("-day", "-half")[: PAST + TODAY] if one.is_over(now)]
    ctx = {"coming": ahead[:COMING], "past": past[:PAST]}
    return render(request, "trainings/teach.html", teach_context(lecturer, "coming") | ctx)


def ratings(request: SignedRequest) -> HttpResponse:
    """The lecturer's terms with their letters, and what other floors tell: ratings, hours."""
    lecturer = lecturer_of(request.user)
    terms = lecturer.appointments.order_by("-starts_on", "-pk")
    ctx = {"panels": panels_for(lecturer, request.user), "terms": terms}
    return render(request, "trainings/teach_ratings.html", teach_context(lecturer, "ratings") | ctx)


def own_calendar(request: SignedRequest) -> HttpResponse:
    """The own half-days, what is booked in them, and the link for the own phone."""
    lecturer = lecturer_of(request.user)
    feed = CalendarFeed.objects.filter(lecturer=lecturer, closed_at=None).first()
    link = request.build_absolute_uri(reverse("trainings:feed", args=[token_of(feed)])) if feed else ""
    extra = {"feed": feed, "feed_link": link, "base": "base_teach.html"} | teach_context(lecturer, "calendar")
    return _calendar(request, lecturer, reverse("trainings:teach-calendar"), extra)


@staff_required
def lecturer_calendar(request: SignedRequest, pk: int) -> HttpResponse:
    """A lecturer's half-days for those who look for somebody; written by who may keep them."""
    lecturer = _lecturer(pk)
    extra = {"nav": "lecturers", "base": "base_town.html", "lecturer": lecturer}
    return _calendar(request, lecturer, reverse("trainings:lecturer-calendar", args=[pk]), extra)


def _lecturer(pk: int) -> Lecturer:
    # the pool is shared by all towns
    found: Lecturer = get_object_or_404(Lecturer.objects.select_related("kind", "town"), pk=pk)
    return found


def _first(request: SignedRequest) -> date:
    """The Monday the page begins with; this week's where the address says none."""
    try:
        day = date.fromisoformat(request.GET.get("from", ""))
    except ValueError:
        day = timezone.localdate()
    today = timezone.localdate()
    day = min(max(day, today - actions.AHEAD), today + actions.AHEAD)
    return day - timedelta(days=day.weekday())


def _changed(request: HttpRequest, cells: list[Cell]) -> dict[actions.Slot, bool | None]:
    """What was chosen on this page and stood otherwise when it was opened: another tab's choices stay."""
    given, today = request.POST, timezone.localdate()
    return {
        (cell.day, cell.half): SAID[given[cell.name]]
        for cell in cells
        if given.get(cell.name) in SAID and given[cell.name] != given.get(f"was-{cell.name}") and cell.day >= today
    }


def _calendar(request: SignedRequest, lecturer: Lecturer, url: str, extra: dict[str, Any]) -> HttpResponse:
    may_keep = actions.may_keep(request.user, lecturer)
    if request.method == "POST" and not may_keep:
        raise PermissionDenied("not theirs to keep")
    first = _first(request)
    here = f"{url}?from={first}"
    days = half_days(lecturer, first, request.user)
    fill = FillForm(request.POST if "fill" in request.POST else None)
    if request.method == "POST" and "fill" not in request.POST:
        said = _changed(request, [cell for _, cells in days for cell in cells])
        tried(request, partial(actions.say_when, lecturer=lecturer, said=said, by=request.user), "有空时间已保存。")
        return redirect(here)
    if request.method == "POST" and fill.is_valid():
        act = partial(actions.say_when, lecturer=lecturer, said=fill.said(), by=request.user)
        if tried_form(fill, act):
            messages.success(request, "已按您选的日子填好。")
            return redirect(here)
    step = timedelta(weeks=WEEKS_SHOWN)
    ctx = {
        "days": days,
        "today": timezone.localdate(),
        "here": here,
        "earlier": f"{url}?from={first - step}",
        "later": f"{url}?from={first + step}",
        "last": days[-1][0],
        "fill": fill,
        "may_keep": may_keep,
    }
    return render(request, "trainings/calendar.html", ctx | extra)


def teaching(request: SignedRequest) -> HttpResponse:
    """What the lecturer can teach and where, by themselves."""
    lecturer = lecturer_of(request.user)
    extra = {"base": "base_teach.html"} | teach_context(lecturer, "teaching")
    return _teaching(request, lecturer, reverse("trainings:teach-teaching"), extra)


@staff_required
def lecturer_teaching(request: SignedRequest, pk: int) -> HttpResponse:
    """The same, by a clerk or the county for the lecturer."""
    lecturer = _lecturer(pk)
    if not actions.may_keep(request.user, lecturer):
        raise PermissionDenied("not theirs to keep")
    extra = {"nav": "lecturers", "base": "base_town.html", "lecturer": lecturer}
    return _teaching(request, lecturer, reverse("lecturers:detail", args=[pk]), extra)


def _teaching(request: SignedRequest, lecturer: Lecturer, back: str, extra: dict[str, Any]) -> HttpResponse:
    form = TeachingForm(request.POST or None, lecturer=lecturer)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.say_what, lecturer=lecturer, by=request.user, **form.cleaned_data)
        if tried_form(form, act):
            messages.success(request, "已保存。镇里找讲师时按这些来找。")
            return redirect(back)
    return render(request, "trainings/teaching.html", {"form": form, "back": back} | extra)


@require_POST
def feed_open(request: SignedRequest) -> HttpResponse:
    """A new secret link; the one before ends."""
    lecturer = lecturer_of(request.user)
    tried(request, partial(actions.open_feed, lecturer=lecturer, by=request.user), "新的日历链接已生成。")
    return redirect("trainings:teach-calendar")


@require_POST
def feed_close(request: SignedRequest) -> HttpResponse:
    """The link ends."""
    lecturer = lecturer_of(request.user)
    tried(request, partial(actions.close_feed, lecturer=lecturer, by=request.user), "日历链接已停用。")
    return redirect("trainings:teach-calendar")


@login_not_required
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The timetable behind a secret link, for a calendar program; a wrong or ended link is not found."""
    found = feed_of(token)
    if found is None:
        raise Http404
    response = HttpResponse(calendar_file(found.lecturer), content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, no-store"
    response["Content-Disposition"] = 'inline; filename="teaching.ics"'
    return response
