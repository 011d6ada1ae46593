"""Terms of lecturers, for the county: renewing, suspending, leaving, the yearly review; and the letter to print."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from centres.days import cn_date
from centres.views.asking import SignedRequest, tried_form
from juxian.people.access import county_required, staff_required
from lecturers.actions import terms
from lecturers.forms.pool import LeaveForm, LiftForm, RenewForm, ReviewForm, SuspendForm
from lecturers.letters import appointment_pdf
from lecturers.models import Appointment, Lecturer, Suspension, YearlyReview


def _lecturer(pk: int) -> Lecturer:
    found: Lecturer = get_object_or_404(Lecturer.objects.select_related("town"), pk=pk)
    return found


def _done(
    request: SignedRequest,
    lecturer: Lecturer,
    form: forms.Form,
    act: Callable[..., object],
    *,
    title: str,
    button: str,
    done: str,
    note: str = "",
) -> HttpResponse:
    """The form, or what it did and the way back to the lecturer."""
    valid = request.method == "POST" and form.is_valid()
    if valid and tried_form(form, partial(act, by=request.user, **form.cleaned_data)):
        messages.success(request, done)
        return redirect("lecturers:detail", lecturer.pk)
    ctx = {"nav": "lecturers", "form": form, "title": title, "button": button, "note": note}
    return render(
        request, "centres/part_form.html", ctx | {"back": f"/town/lecturers/{lecturer.pk}/", "crumb": lecturer.name}
    )


@county_required
def renew(request: SignedRequest, pk: int) -> HttpResponse:
    """Another term after this one."""
    term = get_object_or_404(Appointment.objects.select_related("lecturer"), pk=pk)
    begin = max(term.ends_on or timezone.localdate(), timezone.localdate())
    form = RenewForm(request.POST or None, starts_on=begin)
    return _done(
        request, term.lecturer, form, partial(terms.renew, appointment=term),
        title=f"续聘：{term.lecturer}", button="续聘", done=f"{term.lecturer}已续聘，新聘书可以打印。",
        note=f"{term.get_tier_display()}，新聘期从{cn_date(begin)}开始。",
    )  # fmt: skip


@county_required
def suspend(request: SignedRequest, pk: int) -> HttpResponse:
    """Not to be planned in for a while."""
    lecturer = _lecturer(pk)
    return _done(
        request, lecturer, SuspendForm(request.POST or None), partial(terms.suspend, lecturer=lecturer),
        title=f"暂停授课：{lecturer}", button="暂停", done=f"{lecturer}已暂停授课。",
        note="暂停期间排课选不到这位讲师，聘期照算。已经排好的课请镇里另找讲师。",
    )  # fmt: skip


@county_required
def lift(request: SignedRequest, pk: int) -> HttpResponse:
    """May teach again."""
    row = get_object_or_404(Suspension.objects.select_related("lecturer"), pk=pk)
    return _done(
        request, row.lecturer, LiftForm(request.POST or None), partial(terms.lift, suspension=row),
        title=f"恢复授课：{row.lecturer}", button="恢复", done=f"{row.lecturer}已恢复授课。",
    )  # fmt: skip


@county_required
def leave(request: SignedRequest, pk: int) -> HttpResponse:
    """Out of the pool before the term is over."""
    lecturer = _lecturer(pk)
    return _done(
        request, lecturer, LeaveForm(request.POST or None), partial(terms.leave, lecturer=lecturer),
        title=f"退出师资库：{lecturer}", button="办理退出", done=f"{lecturer}已退出师资库。",
        note="各层次的聘期都到这一天为止。原因只有县里和推荐的镇街能看到。",
    )  # fmt: skip


@county_required
def review(request: SignedRequest, pk: int) -> HttpResponse:
    """The review of a year."""
    lecturer = _lecturer(pk)
    form = ReviewForm(request.POST or None, initial={"year": request.GET.get("year") or timezone.localdate().year})
    return _done(
        request, lecturer, form, partial(terms.review, lecturer=lecturer),
        title=f"年度考核：{lecturer}", button="登记考核", done=f"{lecturer}的年度考核已登记。",
        note="一年一次，登记后不能改。续聘要看今年或去年的考核，不合格的不能续聘。",
    )  # fmt: skip


@county_required
def reviews(request: HttpRequest) -> HttpResponse:
    """Who of a year's lecturers was reviewed, and who is still to be."""
    today = timezone.localdate()
    asked = request.GET.get("year", "")
    year = int(asked) if len(asked) == 4 and asked.isascii() and asked.isdigit() else today.year
    found = YearlyReview.objects.filter(year=year)
    rows: QuerySet[Any] = Lecturer.objects.appointed_in(year).select_related("kind", "town")
    rows = rows.prefetch_related(Prefetch("reviews", found, to_attr="found")).order_by("kind__order", "name", "pk")
    lecturers = list(rows)
    ctx = {
        "nav": "lecturers",
        "year": year,
        "years": range(today.year, today.year - 3, -1),
        "waiting": [one for one in lecturers if not one.found],
        "reviewed": [one for one in lecturers if one.found],
    }
    return render(request, "lecturers/reviews.html", ctx)


def _paper(term: Appointment) -> HttpResponse:
    """The letter, shown in the browser."""
    response = HttpResponse(appointment_pdf(term), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="appointment-{term.pk}.pdf"'
    return response


@staff_required
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter of a term; the pool is shared by all towns."""
    return _paper(get_object_or_404(Appointment.objects.select_related("lecturer"), pk=pk))


def my_letter(request: SignedRequest, pk: int) -> HttpResponse:
    """The lecturer's own letter; 403 for who is no lecturer, 404 for somebody else's."""
    lecturer = Lecturer.objects.filter(user=request.user).first()
    if lecturer is None:
        raise PermissionDenied
    return _paper(get_object_or_404(Appointment.objects.filter(lecturer=lecturer).select_related("lecturer"), pk=pk))
