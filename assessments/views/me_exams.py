"""The member's exams: list, start, paper, hand-in, result."""

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from assessments.actions import save_answers, start_attempt, submit_attempt
from assessments.actions.answers import choices_of, own_attempt
from assessments.actions.exams import exam_facts
from assessments.actions.late import counted_choices
from assessments.due import owed_by, parted, sittable_exams
from assessments.grading import is_right
from assessments.models import Answer, Attempt, Exam, LateAnswers, Retake
from assessments.papers import KIND_NAMES, public
from assessments.views.me_late import keep_from_form, page_token
from juxian.people.access import member_required, signed_in
from juxian.people.models import Member
from trainings.models import Enrolment

LETTERS = "ABCDEFGH"
# Set here, as the roll is: eighty options of six values are half the time of the page in the template language.
OPTION = (
    '<label class="opt"><input type="{}" name="q{}" value="{}"{}><span class="face"><b>{}</b>{}'
    '<span class="chosen">已选</span></span></label>'
)
CHECKED = SafeString(" checked")


def _member(request: HttpRequest) -> Member:
    member = signed_in(request).member_or_none
    if member is None:
        raise PermissionDenied
    return member


def _now_ms() -> int:
    return int(timezone.now().timestamp() * 1000)


@member_required
def exams(request: HttpRequest) -> HttpResponse:
    """Everything to sit, make up or answer, what is coming, and past results."""
    now = timezone.now()
    done = Attempt.objects.mine(request.user).filter(finished_at__isnull=False)
    debts, surveys = parted(owed_by(_member(request), now))
    ctx = {
        "nav": "exams",
        "debts": debts,
        "surveys": surveys,
        "coming": sittable_exams(_member(request)).filter(opens_at__gt=now).order_by("opens_at"),
        "done": done.select_related("exam__training_class").order_by("-finished_at"),
    }
    return render(request, "assessments/me_exams.html", ctx)


def _own(request: HttpRequest, found: Any) -> Any:
    """The one of one's own rows that was found, or 404.

    Whoever has one is a member, so the pages of a running exam read the member only to tell a 404 from a 403.
    """
    if found is None:
        _member(request)
        raise Http404
    return found


def _my_exam(request: HttpRequest, pk: int) -> tuple[Exam, Enrolment]:
    """The exam and the own seat in its class, or 404."""
    mine = Enrolment.objects.mine(request.user).seated().select_related("training_class__exam", "training_class__town")
    enrolment: Enrolment = _own(request, mine.filter(training_class__exam=pk).order_by("pk").first())
    return enrolment.training_class.exam, enrolment


@member_required
def exam(request: HttpRequest, pk: int) -> HttpResponse:
    """The page before the exam: how long, how many questions, until when; the button starts."""
    found, enrolment = _my_exam(request, pk)
    now = timezone.now()
    attempts = list(Attempt.objects.mine(request.user).filter(exam=found, enrolment=enrolment))
    running = next((one for one in attempts if one.finished_at is None), None)
    if running:
        return redirect("assessments:me-attempt", running.pk)
    retake = Retake.objects.mine(request.user).filter(exam=found, enrolment=enrolment).open().first()
    opens, closes = (retake.opens_at, retake.due_at) if retake else (found.opens_at, found.closes_at)
    ctx = {
        "nav": "exams",
        "exam": found,
        "facts": exam_facts(found),
        "retake": retake,
        "opens": opens,
        "closes": closes,
        "can_start": (retake is not None or not attempts) and opens <= now < closes,
        "too_early": now < opens,
        "sat": bool(attempts) and retake is None,
    }
    return render(request, "assessments/me_exam.html", ctx)


@require_POST
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Start, or go on."""
    found, enrolment = _my_exam(request, pk)
    try:
        attempt = start_attempt(exam=found, enrolment=enrolment, by=signed_in(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("assessments:me-exam", pk)
    return redirect("assessments:me-attempt", attempt.pk)


def _my_attempt(request: HttpRequest, pk: int, *named: str) -> Attempt:
    """The own attempt, with what its page names, or 404."""
    mine = Attempt.objects.mine(request.user)
    found: Attempt = _own(
        request, (mine.select_related(*named) if named else mine).filter(pk=pk).order_by("pk").first()
    )
    return found


def attempt(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper. Without JavaScript a post saves the page; with it the script saves choice by choice."""
    found = _my_attempt(request, pk)
    over = found.finished_at is not None or timezone.now() >= found.closes_at
    if request.method == "POST":
        return _save_page(request, found)
    if over:
        return redirect("assessments:me-result", pk)
    rows = Answer.objects.mine(request.user).filter(attempt=found).order_by("number")
    held = list(rows.values_list("number", "choice", "client_seq"))
    kept = {number: choice for number, choice, _ in held}
    items = [_item(question, kept.get(question["number"], [])) for question in public(found)]
    ctx = _clock(found) | {
        "last_seq": max((seq for _, _, seq in held), default=0),
        "attempt": found,
        "items": items,
        "answered": sum(one["answered"] for one in items),
        "token": page_token(found),
    }
    return render(request, "assessments/me_attempt.html", ctx)


def _item(question: dict[str, Any], chosen: list[int]) -> dict[str, Any]:
    """A question as the page shows it."""
    multiple = question["kind"] == "multiple"
    kind = "checkbox" if multiple else "radio"
    faces = format_html_join(
        "\n",
        OPTION,
        (
            (kind, question["number"], index, CHECKED if index in chosen else "", LETTERS[index], text)
            for index, text in enumerate(question["options"])
        ),
    )
    more = {"kind_name": KIND_NAMES[question["kind"]], "multiple": multiple, "answered": bool(chosen)}
    return question | more | {"faces": faces}


def _clock(attempt: Attempt) -> dict[str, Any]:
    now = timezone.now()
    return {
        "left": max(0, int((attempt.deadline_at - now).total_seconds())),
        "grace": max(0, int((attempt.closes_at - now).total_seconds())),
        "now_ms": _now_ms(),
    }


def _save_page(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    """Keep what the plain form holds, then stay or go to the hand-in page; after the end it is kept as late."""
    changed = _changed(request, attempt)
    try:
        save_answers(attempt=attempt, answers=changed, by=signed_in(request))
    except ValidationError as error:
        if error.code in ("late", "finished"):
            keep_from_form(request, attempt, changed)
        else:
            messages.error(request, " ".join(error.messages))
        return redirect("assessments:me-attempt", attempt.pk)
    if request.POST.get("go") == "submit":
        return redirect("assessments:me-submit", attempt.pk)
    messages.success(request, "已保存。")
    return redirect("assessments:me-attempt", attempt.pk)


def _changed(request: HttpRequest, attempt: Attempt) -> list[dict[str, Any]]:
    """The questions of the posted page whose choice is another than the one kept."""
    kept = choices_of(attempt)
    posted = {
        question["number"]: sorted(
            int(one) for one in request.POST.getlist(f"q{question['number']}") if one.isdecimal()
        )
        for question in attempt.paper
    }
    return [
        {"number": number, "choice": choice, "seq": _now_ms()}
        for number, choice in posted.items()
        if choice != kept.get(number, [])
    ]


@require_POST
def answers(request: HttpRequest, pk: int) -> JsonResponse:
    """Keep one choice, {number, choice, seq}, or several, {answers: [...]} → what is kept now.

    409 when it is too late, 400 when one of them is unreadable; then none is kept.
    """
    found: Attempt = _own(request, own_attempt(signed_in(request), pk))
    try:
        body = json.loads(request.body)
        several = body.get("answers")
        kept = save_answers(attempt=found, answers=[body] if several is None else several, by=signed_in(request))
    except (ValueError, AttributeError, TypeError):
        return JsonResponse({"error": "这个答案读不出来，请刷新页面再选一次。"}, status=400)
    except ValidationError as error:
        status = 400 if error.code == "bad" else 409
        return JsonResponse({"error": error.messages[0], "finished": error.code == "finished"}, status=status)
    rows = [_said(one) for one in kept]
    return JsonResponse(rows[0] if several is None else {"answers": rows})


def _said(kept: Answer) -> dict[str, Any]:
    """What the browser is told of an answer that is kept."""
    moment = f"{timezone.localtime(kept.saved_at):%H:%M:%S}"
    return {"number": kept.number, "seq": kept.client_seq, "choice": kept.choice, "saved_at": moment}


def clock(request: HttpRequest, pk: int) -> JsonResponse:
    """What is left by the server's clock, whether it is over, and whether the sitter handed in, here or elsewhere."""
    found = _my_attempt(request, pk)
    left = _clock(found)
    over = found.finished_at is not None or left["grace"] == 0
    return JsonResponse(
        {
            "now": left["now_ms"],
            "left": left["left"],
            "grace": left["grace"],
            "finished": over,
            "handed_in": found.closed_by == Attempt.ClosedBy.MEMBER,
        }
    )


def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once more (how many are unanswered), then hand in. A second post shows the same end."""
    found = _my_attempt(request, pk, "exam__training_class__town")
    if request.method == "POST":
        return _hand_in(request, found)
    if found.finished_at or timezone.now() >= found.closes_at:
        return redirect("assessments:me-result", pk)
    chosen = {number for number, choice in choices_of(found).items() if choice}
    numbers = [question["number"] for question in found.paper]
    ctx = _clock(found) | {
        "attempt": found,
        "total": len(numbers),
        "answered": len(chosen),
        "open": [number for number in numbers if number not in chosen],
    }
    return render(request, "assessments/me_submit.html", ctx)


def _hand_in(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    try:
        unsaved = json.loads(request.POST.get("answers") or "[]")
    except ValueError:
        unsaved = []
    answers = unsaved if isinstance(unsaved, list) else []
    was_handed_in = attempt.closed_by == Attempt.ClosedBy.MEMBER
    try:
        submit_attempt(attempt=attempt, answers=answers, by=signed_in(request))
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
        keep_from_form(request, attempt, answers)
    if was_handed_in:
        keep_from_form(request, attempt, answers)
    return redirect("assessments:me-result", attempt.pk)


@member_required
def result(request: HttpRequest, pk: int) -> HttpResponse:
    """After hand-in: thanks; after release (a retake: at once) the score and which questions were right, never the key.

    The bank serves later retakes, so right answers are not shown to sitters at all.
    """
    found = _my_attempt(request, pk, "exam__training_class")
    if found.finished_at is None and timezone.now() < found.closes_at:
        return redirect("assessments:me-attempt", pk)
    shown = found.finished_at is not None and (found.sitting > 0 or found.exam.released_at is not None)
    late = LateAnswers.objects.mine(request.user).filter(attempt=found)
    ctx: dict[str, Any] = {"nav": "exams", "attempt": found, "exam": found.exam, "shown": shown, "late": late}
    if shown:
        kept = counted_choices(found)
        ctx["marks"] = [(question["number"], is_right(question, kept)) for question in found.paper]
        ctx["right"] = sum(right for _, right in ctx["marks"])
        ctx["passed"] = found.score is not None and found.score >= found.exam.pass_mark
        given = Retake.objects.mine(request.user).filter(exam=found.exam)
        ctx["retake"] = given.open().first()
        is_through = (
            Attempt.objects.mine(request.user).filter(exam=found.exam, score__gte=found.exam.pass_mark).exists()
        )
        ctx["chances"] = 0 if is_through else found.exam.retake_max - given.count()
        ctx["is_through"] = is_through
    return render(request, "assessments/me_result.html", ctx)
