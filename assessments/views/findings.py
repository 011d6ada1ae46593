"""Findings about lecturers and courses: for those concerned (reply), for towns (read, write a reply down), the county."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from assessments import actions
from assessments.actions.findings import may_decide
from assessments.forms_findings import DecideForm, FindingForm, OutcomeForm, OwnReplyForm, ReplyForm
from assessments.models import TeachingFinding
from centres.views.asking import tried_form
from courses.models import Course
from juxian.people.access import county_required, editor_required, staff_required
from lecturers.doors import lecturer_of, teach_context
from lecturers.models import Lecturer
from trainings.views.asking import SignedRequest

PAGE = 30
WITH = ("lecturer", "course", "town", "opened_by", "replied_by", "decided_by", "improvement__done_by")


# Those concerned ---------------------------------------------------------------------------------------
def teach_findings(request: SignedRequest) -> HttpResponse:
    """Findings about the lecturer who is signed in, and about their courses."""
    lecturer = lecturer_of(request.user)
    rows = TeachingFinding.objects.mine(request.user).select_related(*WITH)
    return render(request, "assessments/teach_findings.html", teach_context(lecturer, "findings") | {"rows": rows})


def teach_finding(request: SignedRequest, pk: int) -> HttpResponse:
    """One of them, with the form for the reply while there is none and nothing is decided."""
    lecturer = lecturer_of(request.user)
    finding = get_object_or_404(TeachingFinding.objects.mine(request.user).select_related(*WITH), pk=pk)
    is_open = not finding.replied_at and not finding.decided_at
    form = OwnReplyForm(request.POST or None) if is_open or request.method == "POST" else None
    if request.method == "POST" and form and form.is_valid():
        text = form.cleaned_data["text"]
        if tried_form(form, lambda: actions.reply_to_finding(finding=finding, text=text, by=request.user)):
            messages.success(request, "收到了。县里看过以后再作决定，结果会告诉您。")
            return redirect("assessments:teach-finding", pk)
    ctx = teach_context(lecturer, "findings") | {"finding": finding, "form": form, "now": timezone.now()}
    return render(request, "assessments/teach_finding.html", ctx | {"is_open": is_open})


# Towns and the county ----------------------------------------------------------------------------------
@staff_required
def findings(request: SignedRequest) -> HttpResponse:
    """All the user may see; those that wait come first."""
    rows = TeachingFinding.objects.visible_to(request.user).select_related(*WITH)
    only_open = request.GET.get("state") == "open"
    page = Paginator(rows.open() if only_open else rows, PAGE).get_page(request.GET.get("page"))
    ctx = {"nav": "lecturers", "page": page, "only_open": only_open, "now": timezone.now()}
    return render(request, "assessments/town_findings.html", ctx)


def _found(request: SignedRequest, pk: int) -> TeachingFinding:
    rows = TeachingFinding.objects.visible_to(request.user).select_related(*WITH)
    found: TeachingFinding = get_object_or_404(rows, pk=pk)
    return found


def _page(request: SignedRequest, found: TeachingFinding, forms_: dict[str, forms.Form] | None = None) -> HttpResponse:
    """One finding with the forms of what this user may do next."""
    improvement = getattr(found, "improvement", None)
    may_write = TeachingFinding.objects.editable_by(request.user).filter(pk=found.pk).exists()
    open_forms: dict[str, forms.Form] = {}
    if may_write and not found.replied_at and not found.decided_at:
        open_forms["reply"] = ReplyForm()
    if request.user.is_county and may_decide(found, timezone.now()):
        open_forms["decide"] = DecideForm()
    if may_write and improvement and not improvement.done_at:
        open_forms["outcome"] = OutcomeForm()
    ctx: dict[str, Any] = {
        "nav": "courses" if found.course_id else "lecturers",
        "finding": found,
        "improvement": improvement,
        "forms": open_forms | (forms_ or {}),
        "today": timezone.localdate(),
        "now": timezone.now(),
        "waits": request.user.is_county and not found.decided_at and "decide" not in open_forms,
    }
    return render(request, "assessments/town_finding.html", ctx)


@staff_required
def finding(request: SignedRequest, pk: int) -> HttpResponse:
    """One finding."""
    return _page(request, _found(request, pk))


def _tried(request: SignedRequest, pk: int, name: str, form: forms.Form, done: str, act: Any) -> HttpResponse:
    """Run `act(finding, **cleaned)`; the page again with what is wrong, or the way back to it."""
    found = _found(request, pk)
    if form.is_valid() and tried_form(form, lambda: act(finding=found, by=request.user, **form.cleaned_data)):
        messages.success(request, done)
        return redirect("assessments:town-finding", pk)
    return _page(request, _found(request, pk), {name: form})


@editor_required
@require_POST
def reply(request: SignedRequest, pk: int) -> HttpResponse:
    """Write down what somebody said who has no account."""
    return _tried(request, pk, "reply", ReplyForm(request.POST), "申辩已记下。", actions.reply_to_finding)


@county_required
@require_POST
def decide(request: SignedRequest, pk: int) -> HttpResponse:
    """The county decides."""

    def act(*, what: str, owner: str, due_on: Any, **given: Any) -> object:
        return actions.decide_finding(**given, plan={"what": what, "owner": owner, "due_on": due_on})

    return _tried(request, pk, "decide", DecideForm(request.POST), "决定已作出，本人和镇里都会收到。", act)


@editor_required
@require_POST
def improved(request: SignedRequest, pk: int) -> HttpResponse:
    """Register that it became better."""
    form = OutcomeForm(request.POST)
    return _tried(request, pk, "outcome", form, "改进情况已登记。", actions.finish_improvement)


def _add(request: SignedRequest, about: Lecturer | Course, back: str, nav: str) -> HttpResponse:
    form = FindingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made: list[TeachingFinding] = []
        text, now = form.cleaned_data["text"], timezone.now()
        if tried_form(
            form, lambda: made.append(actions.open_finding(about=about, text=text, by=request.user, now=now))
        ):
            messages.success(request, "意见已提出，本人可以申辩。")
            return redirect("assessments:town-finding", made[0].pk)
    ctx = {
        "nav": nav,
        "form": form,
        "title": f"对{about}提出意见",
        "crumb": str(about),
        "back": back,
        "button": "提出",
        "note": "先听本人说明，申辩期过了或收到申辩以后再决定。",
    }
    return render(request, "centres/part_form.html", ctx)


@county_required
def add_about_lecturer(request: SignedRequest, pk: int) -> HttpResponse:
    """The county raises a finding about a lecturer."""
    lecturer = get_object_or_404(Lecturer, pk=pk)
    return _add(request, lecturer, reverse("assessments:town-lecturer-ratings", args=[pk]), "lecturers")


@county_required
def add_about_course(request: SignedRequest, pk: int) -> HttpResponse:
    """The county raises a finding about a course."""
    course = get_object_or_404(Course.objects.visible_to(request.user), pk=pk)
    return _add(request, course, reverse("assessments:town-course-ratings", args=[pk]), "courses")
