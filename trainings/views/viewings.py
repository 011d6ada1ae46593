"""From a broadcast of the programme to a session of a class."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from courses.models import Broadcast
from juxian.people.access import editor_required
from trainings.actions.viewings import add_viewing, viewing_session
from trainings.clashes import Clash, clashes
from trainings.forms_viewings import ViewingForm
from trainings.views.asking import SignedRequest, accepted, shut, tried_form, warned


@editor_required
def viewing_add(request: SignedRequest, pk: int) -> HttpResponse:
    """Choose the class and the place; what it collides with is said first."""
    broadcast = get_object_or_404(Broadcast.objects.select_related("series"), pk=pk)
    back = reverse("courses:broadcast", args=[pk])
    if broadcast.cancelled:
        return shut(request, "安排集体收看", f"“{broadcast}”停播了，不能安排集体收看。", back, nav="courses")
    posted = request.POST if request.method == "POST" else None
    form = ViewingForm(posted, user=request.user, broadcast=broadcast)
    found: list[Clash] = []
    if form.is_valid():
        found = clashes(viewing_session(broadcast, **form.cleaned_data), request.user)
        act = partial(add_viewing, broadcast=broadcast, by=request.user, **form.cleaned_data)
        if "look" not in request.POST and accepted(request, found) and tried_form(form, act):
            messages.success(request, "已排进课程表。到时候照常点名，才记学时。")
            training_class = form.cleaned_data["training_class"]
            return redirect(f"{reverse('trainings:town-detail', args=[training_class.pk])}?tab=timetable")
    ctx = {"nav": "courses", "broadcast": broadcast, "form": form, "back": back}
    return render(request, "trainings/viewing_form.html", ctx | warned(found, "知道撞期了，照样安排"))
