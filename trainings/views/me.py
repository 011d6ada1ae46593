"""What a member sees of their own classes and hours."""

from itertools import groupby

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from juxian.people.access import member_required
from juxian.people.models import Member
from trainings.attendance import effective
from trainings.hours import progress_from
from trainings.models import Enrolment, HourEntry, Mark, Session, TrainingClass
from trainings.models.enrolments import EnrolmentQuerySet
from trainings.views.asking import SignedRequest

State = TrainingClass.State
UPCOMING = 8
TODAY = 6  # read more than is shown: sessions of today may be over


def _mine(request: SignedRequest) -> EnrolmentQuerySet:
    rows = Enrolment.objects.mine(request.user).exclude(state=Enrolment.State.CANCELLED)
    return rows.select_related("training_class__town").order_by("-training_class__starts_on", "-pk")


@member_required
def my_classes(request: SignedRequest) -> HttpResponse:
    """Own classes, and the half-days to come."""
    rows = list(_mine(request))
    seated = [row.training_class_id for row in rows if row.state == Enrolment.State.SEATED]
    live = [State.APPROVED, State.ENROLLING, State.RUNNING, State.CLOSING]
    # scope: sessions of classes the member has a seat in
    sessions = (
        Session.objects.mine(request.user).filter(training_class__in=seated, training_class__state__in=live).standing()
    )
    now = timezone.now()
    sessions = sessions.filter(day__gte=timezone.localdate(now)).select_related(
        "training_class", "room__centre", "point", "site"
    )
    of_class = {row.training_class_id: row.pk for row in rows}
    ahead = [session for session in sessions.order_by("day", "half")[: UPCOMING + TODAY] if not session.is_over(now)]
    upcoming = [(session, of_class[session.training_class_id]) for session in ahead[:UPCOMING]]
    ctx = {"nav": "classes", "rows": rows, "upcoming": upcoming}
    return render(request, "trainings/me_list.html", ctx)


@member_required
def my_class(request: SignedRequest, pk: int) -> HttpResponse:
    """One own class: timetable, whether I came, how it ended, hours."""
    enrolment = get_object_or_404(_mine(request), pk=pk)
    training_class = enrolment.training_class
    # scope: sessions of a class the member has a seat in
    sessions = (
        Session.objects.mine(request.user)
        .filter(training_class=training_class)
        .standing()
        .order_by("day", "half", "pk")
    )
    marks: dict[int, list[Mark]] = {}
    for mark in Mark.objects.mine(request.user).filter(enrolment=enrolment).select_related("status"):
        marks.setdefault(mark.session_id, []).append(mark)
    rows = sessions.select_related("lecturer", "room__centre", "point", "site", "training_class")
    lines = [(session, effective(marks.get(session.pk, []))) for session in rows]
    total = HourEntry.objects.mine(request.user).filter(enrolment=enrolment).total()
    ctx = {
        "nav": "classes",
        "enrolment": enrolment,
        "training_class": training_class,
        "lines": lines,
        "total": total,
        "planned": sum(session.hours for session, _ in lines),
    }
    return render(request, "trainings/me_detail.html", ctx)


@member_required
def my_hours(request: SignedRequest) -> HttpResponse:
    """Own hours this year against each rule, and every ledger row by year."""
    year = timezone.localdate().year
    entries = list(HourEntry.objects.mine(request.user).select_related("training_class").order_by("-earned_on", "-pk"))
    years = []
    for name, rows in groupby(entries, key=lambda entry: entry.earned_on.year):
        listed = list(rows)
        years.append((name, sum(entry.hours for entry in listed), listed))
    member = Member.objects.mine(request.user).select_related("branch__town").get()
    ctx = {"nav": "me", "year": year, "rules": progress_from(member, entries, year), "years": years, "member": member}
    return render(request, "trainings/me_hours.html", ctx)
