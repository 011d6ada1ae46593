"""The member's survey page. Leaves no trail: no audit row, no time, no server-side message."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from assessments.actions import answer_survey
from assessments.actions.lessons import attended_lessons
from assessments.forms import SurveyForm
from assessments.models import SurveyTicket
from juxian.people.access import member_required


@member_required
def survey(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The form; after answering, a word of thanks at the same address."""
    tickets = SurveyTicket.objects.mine(request.user).select_related("survey__training_class")
    ticket = get_object_or_404(tickets, pk=pk)
    closed = timezone.now() >= ticket.survey.closes_at
    lessons = [] if closed or ticket.is_answered else attended_lessons(ticket)
    form = SurveyForm(request.POST or None, survey=ticket.survey, lessons=lessons)
    if request.method == "POST" and not closed and form.is_valid():
        try:
            answer_survey(
                ticket=ticket, ratings=form.ratings(), comment=form.cleaned_data["comment"], lessons=form.said()
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("assessments:me-survey", pk)
    ctx = {"nav": "exams", "ticket": ticket, "survey": ticket.survey, "form": form, "closed": closed}
    return render(request, "assessments/me_survey.html", ctx)
