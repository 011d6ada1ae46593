"""Borrowing a course of another town: the two lists of a town, asking, answering, taking back."""

from functools import partial
from typing import NamedTuple

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from centres.views.asking import SignedRequest, tried, tried_form
from courses.actions import borrowing as actions
from courses.catalogue import featured_today
from courses.facts import uses_of
from courses.forms.borrowing import BorrowingForm, RefusalForm
from courses.models import Borrowing
from juxian.people.access import clerk_required, editor_required, signed_in, staff_required
from juxian.people.models import User

State = Borrowing.State
TONES = {State.REQUESTED: "st-warn", State.GRANTED: "st-ok", State.REFUSED: "st-bad", State.WITHDRAWN: ""}


class Line(NamedTuple):
    """A borrowing with the sessions it was used for, and what the reader may do with it."""

    row: Borrowing
    tone: str
    used: int
    may_answer: bool
    may_withdraw: bool


def _lines(user: User) -> list[Line]:
    rows = Borrowing.objects.visible_to(user).select_related("course", "owner", "host", "requested_by", "decided_by")
    found = list(rows)
    own = set(user.editable_towns().values_list("pk", flat=True))
    used = uses_of("sessions", [row.pk for row in found if row.state == State.GRANTED])
    return [
        Line(
            row,
            TONES[State(row.state)],
            used.get(row.pk, 0),
            row.state == State.REQUESTED and row.owner_id in own,
            row.state == State.REQUESTED and row.host_id in own,
        )
        for row in found
    ]


@staff_required
def borrowings(request: HttpRequest) -> HttpResponse:
    """What a town lends and borrows; the county sees all of it."""
    user = signed_in(request)
    lines = _lines(user)
    own = {town.pk for town in user.towns()}
    lent = [line for line in lines if line.row.owner_id in own]
    taken = [line for line in lines if line.row.host_id in own]
    lists = (
        [("各镇街之间的借用", lines)]
        if not user.is_clerk
        else [("别的镇街借我们的", lent), ("我们借别的镇街的", taken)]
    )
    ctx = {
        "nav": "courses",
        "lists": [(title, rows, sum(line.used for line in rows)) for title, rows in lists],
        "waiting": sum(line.may_answer for line in lines) if user.is_clerk else 0,
    }
    return render(request, "courses/borrowings.html", ctx)


@clerk_required
@require_http_methods(["GET", "HEAD", "POST"])
def borrow(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the owner of a course for it."""
    user = signed_in(request)
    course = get_object_or_404(featured_today().select_related("town", "theme"), pk=pk)
    form = BorrowingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.request_borrowing, course=course, host=user.clerk_town, by=user, **form.cleaned_data)
        if tried_form(form, act):
            messages.success(request, f"已向{course.town}申请，对方答复后会发消息给您。")
            return redirect("courses:borrowings")
    ctx = {"nav": "courses", "course": course, "form": form, "title": "申请借用课程", "button": "送出申请"}
    return render(request, "courses/borrowing_form.html", ctx)


def _in_scope(user: User, pk: int) -> Borrowing:
    rows = Borrowing.objects.visible_to(user).select_related("course", "owner", "host")
    row: Borrowing = get_object_or_404(rows, pk=pk)
    return row


def _to_answer(user: User, pk: int) -> Borrowing:
    """Only the owner answers; for the town that asked there is no such page."""
    row = _in_scope(user, pk)
    if not user.editable_towns().filter(pk=row.owner_id).exists():
        raise Http404
    return row


@editor_required
@require_POST
def borrowing_grant(request: SignedRequest, pk: int) -> HttpResponse:
    """The owner agrees."""
    row = _to_answer(request.user, pk)
    tried(
        request, partial(actions.grant_borrowing, borrowing=row, by=request.user), f"已同意，并通知了{row.host.name}。"
    )
    return redirect("courses:borrowings")


@editor_required
@require_http_methods(["GET", "HEAD", "POST"])
def borrowing_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner does not agree, and says why."""
    user = signed_in(request)
    row, form = _to_answer(user, pk), RefusalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.refuse_borrowing, borrowing=row, by=user, **form.cleaned_data)
        if tried_form(form, act):
            messages.success(request, f"已答复，并通知了{row.host.name}。")
            return redirect("courses:borrowings")
    ctx = {"nav": "courses", "course": row.course, "form": form, "title": f"不同意{row}", "button": "答复不同意"}
    return render(request, "courses/borrowing_form.html", ctx)


@editor_required
@require_POST
def borrowing_withdraw(request: SignedRequest, pk: int) -> HttpResponse:
    """The town that asked takes its request back."""
    row = _in_scope(request.user, pk)
    if not request.user.editable_towns().filter(pk=row.host_id).exists():
        raise Http404
    tried(request, partial(actions.withdraw_borrowing, borrowing=row, by=request.user), "已撤回申请。")
    return redirect("courses:borrowings")
