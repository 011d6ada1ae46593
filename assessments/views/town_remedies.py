"""Retakes and make-ups of a town, and the end of a make-up."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from assessments.actions import cancel_make_up, complete_make_up
from assessments.actions.remedies import missed_sessions
from assessments.forms import MakeUpForm
from assessments.models import MakeUp, Retake
from assessments.views.town_exams import may_write
from juxian.people.access import editor_required, signed_in, staff_required

PAGE = 50


@staff_required
def remedies(request: HttpRequest) -> HttpResponse:
    """Open ones, or with ?all=1 all of them."""
    everything = request.GET.get("all") == "1"
    retakes = Retake.objects.visible_to(request.user)
    make_ups = MakeUp.objects.visible_to(request.user)
    if not everything:
        retakes, make_ups = retakes.open(), make_ups.open()
    retakes = retakes.select_related("exam__training_class__town", "enrolment__member", "enrolment__branch", "after")
    make_ups = make_ups.select_related("enrolment__training_class__town", "enrolment__member", "enrolment__branch")
    ctx = {
        "nav": "remedies",
        "everything": everything,
        "retakes": Paginator(retakes.order_by("due_at", "pk"), PAGE).get_page(request.GET.get("retakes")),
        "make_ups": Paginator(make_ups.order_by("due_on", "pk"), PAGE).get_page(request.GET.get("make_ups")),
        "can_write": may_write(request),
    }
    return render(request, "assessments/town_remedies.html", ctx)


@editor_required
def make_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Register a make-up as done, or drop it with a reason."""
    rows = MakeUp.objects.editable_by(request.user)
    found = get_object_or_404(rows.select_related("enrolment__member", "enrolment__training_class"), pk=pk)
    form = MakeUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        action = cancel_make_up if request.POST.get("go") == "cancel" else complete_make_up
        try:
            done = action(make_up=found, note=form.cleaned_data["note"], by=signed_in(request))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"{found.enrolment.member.name}：{done.get_state_display()}。")
            return redirect("assessments:town-remedies")
    ctx = {"nav": "remedies", "make_up": found, "form": form, "sessions": missed_sessions(found.enrolment)}
    return render(request, "assessments/town_make_up.html", ctx)
