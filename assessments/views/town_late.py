"""Late answers: a person decides whether they count."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from assessments.actions import decide_late_answers
from assessments.actions.answers import choices_of
from assessments.actions.late import at_stake, needs_second
from assessments.forms import LateAnswersForm
from assessments.models import LateAnswers
from assessments.questions import letters
from juxian.people.access import editor_required, signed_in


@editor_required
def late(request: HttpRequest, pk: int) -> HttpResponse:
    """What came late, beside what was kept in time; neither key nor score. Adopt or not, with a reason."""
    rows = LateAnswers.objects.editable_by(request.user).select_related(
        "attempt__exam__training_class", "attempt__enrolment__member", "attempt__enrolment__branch", "proposed_by"
    )
    found = get_object_or_404(rows, pk=pk)
    form = LateAnswersForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        adopt = request.POST.get("go") == "adopt"
        try:
            done = decide_late_answers(
                late=found, adopt=adopt, reason=form.cleaned_data["reason"], by=signed_in(request)
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _said(done))
            return redirect("assessments:town-exam", found.attempt.exam_id)
    ctx = {
        "nav": "classes",
        "late": found,
        "exam": found.attempt.exam,
        "form": form,
        "rows": _compared(found),
        "stake": at_stake(found),
        "needs_second": needs_second(found),
    }
    return render(request, "assessments/town_late.html", ctx)


def _said(late: LateAnswers) -> str:
    name = late.attempt.enrolment.member.name
    if late.decision:
        return f"{name}迟到的答案：{late.get_decision_display()}，已经告诉本人。"
    return f"{name}迟到的答案：已提出采纳。关系的分多，还要另一位干事或县里同意才算数。"


def _compared(late: LateAnswers) -> list[dict[str, Any]]:
    kept = choices_of(late.attempt)
    return [
        {
            "number": row["number"],
            "kept": letters(kept.get(row["number"], [])),
            "late": letters(row["choice"]),
        }
        for row in late.answers
    ]
