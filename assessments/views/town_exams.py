"""The clerk's exam pages: arrange, look, release."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from assessments.actions import release_results, set_up_exam
from assessments.actions.exams import exam_facts, wrong_to_release
from assessments.forms import ExamForm
from assessments.grading import standing
from assessments.models import Attempt, Exam, LateAnswers, QuestionBank, Retake
from juxian.people.access import editor_required, signed_in, staff_required
from juxian.rules.lookup import value
from trainings.models import Enrolment, TrainingClass


def may_write(request: HttpRequest) -> bool:
    """Clerks and the county write; inspectors and auditors look."""
    user = signed_in(request)
    return user.is_clerk or user.is_county


@editor_required
def set_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Arrange or change the exam of a class."""
    classes = TrainingClass.objects.editable_by(request.user).select_related("town")
    training_class = get_object_or_404(classes, pk=pk)
    exam = Exam.objects.visible_to(request.user).filter(training_class=training_class).first()
    banks = (
        QuestionBank.objects.visible_to(request.user).filter(Q(town=training_class.town) | Q(town=None)).with_counts()
    )
    form = ExamForm(request.POST or None, instance=exam, initial={} if exam else _defaults(training_class), banks=banks)
    if request.method == "POST" and form.is_valid():
        try:
            exam = set_up_exam(training_class=training_class, by=signed_in(request), **form.arranged())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "考试已安排好。")
            return redirect("assessments:town-exam", exam.pk)
    ctx = {"nav": "classes", "training_class": training_class, "exam": exam, "form": form, "banks": banks}
    return render(request, "assessments/town_exam_form.html", ctx)


def _defaults(training_class: TrainingClass) -> dict[str, Any]:
    """The last afternoon of the class, and the county's settings of that day."""
    day = training_class.ends_on
    return {
        "opens_at": f"{day:%Y-%m-%d}T16:00",
        "closes_at": f"{day:%Y-%m-%d}T18:00",
        "duration_minutes": value("exam.duration_minutes", day),
        "pass_mark": value("exam.pass_mark", day),
    }


@staff_required
def class_exam(request: HttpRequest, pk: int) -> HttpResponse:
    """The exam tab of a class: its exam, or the place to arrange one."""
    classes = TrainingClass.objects.visible_to(request.user).select_related("town")
    training_class = get_object_or_404(classes, pk=pk)
    exam = Exam.objects.visible_to(request.user).filter(training_class=training_class).first()
    if exam:
        return redirect("assessments:town-exam", exam.pk)
    ctx = {"nav": "classes", "training_class": training_class, "can_write": may_write(request)}
    return render(request, "assessments/town_exam_none.html", ctx)


@staff_required
def exam(request: HttpRequest, pk: int) -> HttpResponse:
    """Who sat, who is sitting, and after release the scores. Before that nobody sees a score, clerks included."""
    rows = Exam.objects.visible_to(request.user).select_related("training_class__town", "bank", "released_by")
    found = get_object_or_404(rows, pk=pk)
    now = timezone.now()
    people = _people(request, found)
    ctx = {
        "nav": "classes",
        "exam": found,
        "training_class": found.training_class,
        "facts": exam_facts(found),
        "people": people,
        "late": _late(request, found),
        "counts": _counts(people, now),
        "wrong": [] if found.released_at else wrong_to_release(found, now),
        "can_write": may_write(request),
        "over": now >= found.closes_at,
    }
    return render(request, "assessments/town_exam.html", ctx)


def _late(request: HttpRequest, exam: Exam) -> Any:
    """Late answers to this exam, the undecided first."""
    rows = LateAnswers.objects.visible_to(request.user).filter(attempt__exam=exam)
    return rows.select_related("attempt__enrolment__member", "decided_by").order_by("decision", "arrived_at")


def _people(request: HttpRequest, exam: Exam) -> list[dict[str, Any]]:
    """One row for each seated person: first sitting, retakes, and what stands. Three queries."""
    attempts: dict[int, list[Attempt]] = {}
    fields = ("pk", "enrolment_id", "sitting", "started_at", "finished_at", "closed_by", "score")
    for attempt in Attempt.objects.visible_to(request.user).filter(exam=exam).only(*fields).order_by("sitting"):
        attempts.setdefault(attempt.enrolment_id, []).append(attempt)
    retakes = {
        row.enrolment_id: row for row in Retake.objects.visible_to(request.user).filter(exam=exam).order_by("sequence")
    }
    seated = Enrolment.objects.visible_to(request.user).filter(training_class=exam.training_class_id).seated()
    rows = []
    for enrolment in seated.select_related("member", "branch").order_by("branch__name", "member__name", "pk"):
        own = attempts.get(enrolment.pk, [])
        first = next((attempt for attempt in own if attempt.sitting == 0), None)
        rows.append(
            {
                "enrolment": enrolment,
                "first": first,
                "retake": retakes.get(enrolment.pk),
                **(_scores(exam, own) if exam.released_at else {}),
            }
        )
    return rows


def _scores(exam: Exam, attempts: list[Attempt]) -> dict[str, Any]:
    done = [(attempt.sitting, attempt.score) for attempt in attempts if attempt.score is not None]
    stands = standing(done, exam.pass_mark)
    return {
        "score": next((score for sitting, score in done if sitting == 0), None),
        "retake_score": max((score for sitting, score in done if sitting > 0), default=None),
        "stands": stands,
        "passed": stands is not None and stands >= exam.pass_mark,
    }


def _counts(people: list[dict[str, Any]], now: Any) -> dict[str, int]:
    sat = [row["first"] for row in people if row["first"]]
    return {
        "seated": len(people),
        "done": sum(attempt.finished_at is not None for attempt in sat),
        "sitting": sum(attempt.finished_at is None for attempt in sat),
        "absent": len(people) - len(sat),
        "passed": sum(bool(row.get("passed")) for row in people),
    }


@editor_required
@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish the scores."""
    found = get_object_or_404(Exam.objects.editable_by(request.user), pk=pk)
    try:
        release_results(exam=found, by=signed_in(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "成绩已公布，每个人都收到了消息。未及格和没考的，系统会自动安排补考。")
    return redirect("assessments:town-exam", pk)
