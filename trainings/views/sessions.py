"""Sessions: the timetable's forms, roll call, the sheet to sign, corrections after the archive."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from juxian.people.access import editor_required, staff_required
from trainings import actions
from trainings.attendance import session_marks
from trainings.clashes import Clash, clashes
from trainings.forms import AmendForm, SessionForm
from trainings.models import Enrolment, Session, TrainingClass
from trainings.views.asking import (
    SignedRequest,
    accepted,
    class_in_scope,
    session_in_scope,
    shut,
    tried,
    tried_form,
    warned,
)
from trainings.views.finding import chosen, find_link
from trainings.views.roll import Person, people_of, roll

ROWS_A_SHEET = 20


@editor_required
def session_add(request: SignedRequest, pk: int) -> HttpResponse:
    """Put a half-day into the timetable; the next free one is suggested, what it collides with is said first."""
    training_class = class_in_scope(request, pk)
    barred = actions.session_barred(training_class)
    if barred:
        return shut(request, "排课", barred, f"/town/trainings/{pk}/?tab=timetable")
    form = SessionForm(
        request.POST or None,
        user=request.user,
        town=training_class.town,
        instance=Session(training_class=training_class, **_next_half(request, training_class)),
        initial=chosen(request),
    )
    found = _found(request, form)
    if request.method == "POST" and form.is_valid() and _may_save(request, found):
        act = partial(actions.add_session, training_class=training_class, by=request.user, **form.cleaned_data)
        if tried_form(form, act):
            messages.success(request, "已排进课程表。")
            again = "add" in request.POST
            return redirect("trainings:session-add" if again else "trainings:town-detail", pk=pk)
    ctx = {"nav": "classes", "training_class": training_class, "form": form, "title": "排课", "is_new": True}
    ctx["find"] = find_link(training_class, form.instance)
    return render(request, "trainings/session_form.html", ctx | warned(found, "知道撞期了，照样排课"))


def _found(request: SignedRequest, form: SessionForm) -> list[Clash]:
    """What the half-day in the form collides with; the fields may still be half filled in."""
    if request.method == "POST":
        form.is_valid()  # writes what is readable into the instance
    planned = form.instance
    return clashes(planned, request.user) if planned.day and planned.half else []


def _may_save(request: SignedRequest, found: list[Clash]) -> bool:
    """Not while the clerk only looks, and not before they have seen what is in the way."""
    return "look" not in request.POST and accepted(request, found)


def _next_half(request: SignedRequest, training_class: TrainingClass) -> dict[str, Any]:
    last = Session.objects.visible_to(request.user).filter(training_class=training_class).standing()
    taken = set(last.values_list("day", "half"))
    day = training_class.starts_on
    while day <= training_class.ends_on:
        for half in (Session.Half.MORNING, Session.Half.AFTERNOON):
            if (day, half) not in taken:
                return {"day": day, "half": half}
        day += timedelta(days=1)
    return {"day": training_class.ends_on, "half": Session.Half.EVENING}


@editor_required
def session_edit(request: SignedRequest, pk: int) -> HttpResponse:
    """Change a session nobody was marked in yet; what the change collides with is said first."""
    session = session_in_scope(request, pk)
    training_class = session.training_class
    barred = actions.session_barred(training_class, session)
    if barred:
        return shut(request, "调课", barred, f"/town/trainings/{training_class.pk}/?tab=timetable")
    form = SessionForm(
        request.POST or None, user=request.user, town=training_class.town, instance=session, initial=chosen(request)
    )
    found = _found(request, form)
    if request.method == "POST" and form.is_valid() and _may_save(request, found):
        act = partial(actions.change_session, session=session, by=request.user, **form.cleaned_data)
        if tried_form(form, act):
            messages.success(request, "课程表已修改。")
            return redirect("trainings:town-detail", pk=training_class.pk)
    ctx = {"nav": "classes", "training_class": training_class, "session": session, "form": form, "title": "调课"}
    ctx["find"] = find_link(training_class, session)
    return render(request, "trainings/session_form.html", ctx | warned(found, "知道撞期了，照样保存"))


@editor_required
@require_POST
def session_cancel(request: SignedRequest, pk: int) -> HttpResponse:
    """Take a session out of the timetable."""
    session = session_in_scope(request, pk)
    tried(request, partial(actions.cancel_session, session=session, by=request.user), "已取消这次课。")
    return redirect(f"/town/trainings/{session.training_class_id}/?tab=timetable")


def _sent(request: SignedRequest, people: list[Person]) -> dict[str, Any]:
    """What the roll-call form says. Nonsense in the hidden fields counts as not given."""
    headcount, seen = request.POST.get("headcount", "").strip(), request.POST.get("seen", "")
    statuses = {row.pk: request.POST.get(f"m{row.pk}", "") for row in people}
    return {
        "statuses": {pk: code for pk, code in statuses.items() if code},
        "key": request.POST.get("key", "")[:40] or uuid4().hex,
        "headcount": int(headcount) if headcount.isdecimal() and len(headcount) < 6 else None,
        "seen": int(seen) if seen.isdecimal() and len(seen) < 19 else None,
    }


@editor_required
def session_roll(request: SignedRequest, pk: int) -> HttpResponse:
    """Roll call. Everybody starts as present; only exceptions are touched."""
    session = session_in_scope(request, pk)
    people = people_of(request, session)
    if request.method == "POST" and _too_early(request, session):
        return redirect("trainings:session-roll", pk=pk)
    if request.method == "POST":
        saved: list[actions.RosterSaved] = []
        sent = _sent(request, people)
        act = partial(actions.save_roster, session=session, by=request.user, **sent)
        if tried(request, lambda: saved.append(act()), "点名已保存。"):
            _compare(request, session, people, sent["headcount"])
            if saved[0].kept:
                names = "、".join(row.member.name for row in saved[0].kept)
                messages.error(request, f"别人刚改过 {names}，按他们记的保留。请核对。")
                return redirect("trainings:session-roll", pk=pk)
            return redirect(f"/town/trainings/{session.training_class_id}/?tab=sign")
        return redirect("trainings:session-roll", pk=pk)
    return render(request, "trainings/session_roll.html", roll(session, people))


def _too_early(request: SignedRequest, session: Session) -> bool:
    """Whether the clerk has still to say that a roll may be taken before the session begins."""
    today = session.is_open(timezone.localdate())
    if not today or session.has_begun(timezone.now()) or "early" in request.POST:
        return False
    start = f"{timezone.localtime(session.start):%H:%M}"
    messages.error(request, f"这次课 {start} 才开始，点名没有保存。人已经到齐的，勾选“提前点名”再提交。")
    return True


def _compare(request: SignedRequest, session: Session, people: list[Person], headcount: int | None) -> None:
    """Warn when the people counted in the room are not as many as the roll says came."""
    marks, seated = session_marks(session), {row.pk for row in people}
    came = sum(mark.present for pk, mark in marks.items() if pk in seated)
    typed = request.POST.get("headcount", "").strip()
    if typed and headcount is None:
        messages.error(request, f"现场清点“{typed[:10]}”没有记下，请填人数，如 {came}。点名已经保存。")
    if headcount is not None and headcount != came:
        messages.error(request, f"点名到课 {came} 人，现场清点 {headcount} 人，不一致，请核对。")


@editor_required
def session_amend(request: SignedRequest, pk: int, enrolment: int) -> HttpResponse:
    """Correct one mark after the archive, with a reason; the ledger follows."""
    session = session_in_scope(request, pk)
    rows = Enrolment.objects.visible_to(request.user).select_related("member", "branch")
    person = get_object_or_404(rows, pk=enrolment, training_class=session.training_class_id)
    mark = session_marks(session).get(person.pk)
    form = AmendForm(request.POST or None, initial={"status": mark.status.code if mark else None})
    if request.method == "POST" and form.is_valid():
        act = partial(
            actions.amend_mark_after_archive,
            session=session,
            enrolment=person,
            status=form.cleaned_data["status"],
            reason=form.cleaned_data["reason"],
            by=request.user,
        )
        if tried_form(form, act):
            messages.success(request, f"已更正{person.member.name}，学时账已跟着调整。")
            return redirect("trainings:session-roll", pk=pk)
    ctx = {
        "nav": "classes",
        "form": form,
        "title": f"更正{person.member.name}的点名",
        "text": f"{session.day.month}月{session.day.day}日{session.get_half_display()}“{session.topic}”，现在记的是“{mark.status if mark else '没有点名'}”。",
        "button": "更正",
        "back": f"/town/sessions/{pk}/roll/",
    }
    return render(request, "trainings/reason.html", ctx)


@staff_required
def session_sheet(request: SignedRequest, pk: int) -> HttpResponse:
    """The sheet to sign, A4, twenty people a page."""
    session = session_in_scope(request, pk)
    people = list(enumerate(people_of(request, session), 1))
    sheets = [people[start : start + ROWS_A_SHEET] for start in range(0, len(people), ROWS_A_SHEET)] or [[]]
    ctx = {"session": session, "training_class": session.training_class, "sheets": sheets, "total": len(people)}
    return render(request, "trainings/session_sheet.html", ctx)
