"""Survey results for staff: nothing below the smallest group, never who answered."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from assessments.actions.surveys import results
from assessments.models import Survey, SurveyLesson
from juxian.people.access import staff_required
from trainings.models import TrainingClass


@staff_required
def survey(request: HttpRequest, pk: int) -> HttpResponse:
    """One survey."""
    surveys = Survey.objects.visible_to(request.user).select_related("training_class__town")
    found = get_object_or_404(surveys, pk=pk)
    ctx = {
        "nav": "classes",
        "survey": found,
        "training_class": found.training_class,
        "results": results(found),
        "has_lessons": SurveyLesson.objects.visible_to(request.user).filter(survey=found).exists(),
        "closed": timezone.now() >= found.closes_at,
    }
    return render(request, "assessments/town_survey.html", ctx)


@staff_required
def class_survey(request: HttpRequest, pk: int) -> HttpResponse:
    """The survey tab of a class."""
    training_class = get_object_or_404(TrainingClass.objects.visible_to(request.user), pk=pk)
    found = Survey.objects.visible_to(request.user).filter(training_class=training_class).first()
    if found:
        return redirect("assessments:town-survey", found.pk)
    ctx = {"nav": "classes", "training_class": training_class}
    return render(request, "assessments/town_survey_none.html", ctx)
