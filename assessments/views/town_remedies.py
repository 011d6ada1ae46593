"""Retakes and make-ups of a town, and the end of a make-up."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from assessments.actions import cancel_make_up, complete_make_up
from assessments.actions.remedies import missed_sessions
from assessments.forms import MakeUpForm
from assessments.models import MakeUp, Retake
from assessments.views.town_exams import may_write
from juxian.people.access import editor_required, signed_in, staff_required

PAGE = 50


@staff_required
def remedies(request: HttpRequest) -> HttpResponse:
    """Open ones, with ?overdue=1 those past their day, or with ?all=1 all of them; ?town= narrows what spans towns."""
    user, now = signed_in(request), timezone.now()
    wanted = {name: request.GET.get(name, "") for name in ("town", "overdue", "all")}
    retakes = Retake.objects.visible_to(user)
    make_ups = MakeUp.objects.visible_to(user)
    if wanted["overdue"]:
        retakes, make_ups = retakes.overdue(now), make_ups.overdue(now)
    elif not wanted["all"]:
        retakes, make_ups = retakes.open(), make_ups.open()
    towns = list(user.towns().order_by("code")) if user.is_county or not user.is_clerk else []
    town = next((one for one in towns if one.code == wanted["town"]), None)
    if town:
        retakes = retakes.filter(exam__training_class__town=town)
        make_ups = make_ups.filter(enrolment__training_class__town=town)
    retakes = retakes.select_related("exam__training_class__town", "enrolment__member", "enrolment__branch", "after")
    make_ups = make_ups.select_related("enrolment__training_class__town", "enrolment__member", "enrolment__branch")
    ctx = {
        "nav": "remedies",
        "everything": bool(wanted["all"]) and not wanted["overdue"],
        "overdue": bool(wanted["overdue"]),
        "towns": towns,
        "town": town,
        "query": urlencode({name: value for name, value in wanted.items() if value}),
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
