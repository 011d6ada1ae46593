"""Substitutes: noting who taught instead of whom, and what was noted."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from juxian.people.access import editor_required
from trainings import actions
from trainings.forms_substitutions import SubstituteForm
from trainings.models import Substitution
from trainings.views.asking import SignedRequest, session_in_scope, shut, tried_form
from trainings.views.finding import find_link


@editor_required
def session_substitute(request: SignedRequest, pk: int) -> HttpResponse:
    """Note who teaches instead of the session's lecturer; what was noted before stands below."""
    session = session_in_scope(request, pk)
    training_class = session.training_class
    back = f"/town/trainings/{training_class.pk}/?tab=timetable"
    barred = actions.substitution_barred(training_class, session)
    if barred:
        return shut(request, "登记代课", barred, back)
    given = {"actual": request.GET.get("lecturer", "")[:10]}
    form = SubstituteForm(request.POST or None, session=session, initial=given)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.substitute, session=session, by=request.user, **form.cleaned_data)
        if tried_form(form, act):
            messages.success(request, f"已登记代课，这次课改由{form.cleaned_data['actual']}讲。")
            return redirect(back)
    rows = Substitution.objects.visible_to(request.user).filter(session=session)
    ctx = {
        "nav": "classes",
        "session": session,
        "training_class": training_class,
        "form": form,
        "back": back,
        "find": find_link(training_class, session, "substitute"),
        "journal": list(rows.select_related("planned", "actual", "by").order_by("pk")),
    }
    return render(request, "trainings/substitute.html", ctx)
