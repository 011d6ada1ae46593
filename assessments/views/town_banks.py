"""Question banks of a town and the shared ones."""

from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from assessments.actions.banks import add_question, change_question, must_edit, retire_question
from assessments.forms import BankForm, QuestionFileForm, QuestionForm
from assessments.imports import CODE, COLUMNS
from assessments.models import Question, QuestionBank
from assessments.questions import TRUE_FALSE, letters
from assessments.views.town_exams import may_write
from juxian.audit import log
from juxian.people.access import editor_required, signed_in, staff_required
from juxian.people.imports.runs import start_import
from juxian.people.models import ImportRun
from juxian.sheets import template

PAGE = 30
RUNS = 5
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@staff_required
def banks(request: HttpRequest) -> HttpResponse:
    """All banks one may draw from, with how many usable questions of each kind."""
    rows = QuestionBank.objects.visible_to(request.user).select_related("town").with_counts()
    ctx = {"nav": "banks", "banks": rows.order_by("code"), "can_write": may_write(request)}
    return render(request, "assessments/town_banks.html", ctx)


@editor_required
def add_bank(request: HttpRequest) -> HttpResponse:
    """A new bank; the county's without a town is shared by all."""
    shared = signed_in(request).is_county
    towns = signed_in(request).editable_towns()
    initial = {} if shared else {"town": towns.first()}
    form = BankForm(request.POST or None, towns=towns, shared=shared, initial=initial)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            bank = form.save()
            log.record(
                by=signed_in(request),
                action="assessments.bank_added",
                subject=bank,
                summary=f"新建题库：{bank.name}",
                town_code=bank.town.code if bank.town else "",
            )
        messages.success(request, "题库建好了，现在可以加题。")
        return redirect("assessments:town-bank", bank.pk)
    return render(request, "assessments/town_bank_form.html", {"nav": "banks", "form": form})


@staff_required
def bank(request: HttpRequest, pk: int) -> HttpResponse:
    """The questions of a bank, a page at a time; ?kind= and ?q= narrow."""
    found = get_object_or_404(QuestionBank.objects.visible_to(request.user).select_related("town"), pk=pk)
    rows = Question.objects.visible_to(request.user).filter(bank=found).order_by("pk")
    kind, words = request.GET.get("kind", ""), request.GET.get("q", "").strip()[:50]
    if kind in Question.Kind.values:
        rows = rows.filter(kind=kind)
    if words:
        rows = rows.filter(stem__icontains=words)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    for question in page:
        question.key = letters(question.answer)
        question.faces = [
            (letters([index]), text, index in question.answer) for index, text in enumerate(question.options)
        ]
    ctx = {
        "nav": "banks",
        "bank": found,
        "page": page,
        "kind": kind,
        "words": words,
        "query": f"{urlencode({'kind': kind, 'q': words})}&" if kind or words else "",
        "kinds": Question.Kind.choices,
        "can_write": _may_edit(request, found),
        "runs": _runs(request, found),
    }
    return render(request, "assessments/town_bank.html", ctx)


def _runs(request: HttpRequest, bank: QuestionBank) -> list[ImportRun]:
    """The last imports into a bank, the newest first; those of a shared bank are the county's to see."""
    runs = ImportRun.objects.visible_to(request.user).filter(importer=CODE, options__bank=bank.code)
    return list(runs.select_related("file", "by")[:RUNS])


def _may_edit(request: HttpRequest, bank: QuestionBank) -> bool:
    editable = QuestionBank.objects.editable_by(signed_in(request))
    return may_write(request) and editable.filter(pk=bank.pk).exists()


@editor_required
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """A new question."""
    found = get_object_or_404(QuestionBank.objects.visible_to(request.user), pk=pk)
    must_edit(signed_in(request), found)
    form = QuestionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_question(bank=found, by=signed_in(request), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "题目已加入题库。")
            return redirect("assessments:town-question-add" if "more" in request.POST else "assessments:town-bank", pk)
    return render(request, "assessments/town_question_form.html", {"nav": "banks", "bank": found, "form": form})


@editor_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a question for papers to come."""
    found = get_object_or_404(Question.objects.visible_to(request.user).select_related("bank"), pk=pk)
    must_edit(signed_in(request), found.bank)
    form = QuestionForm(request.POST or None, initial=_initial(found))
    if request.method == "POST" and form.is_valid():
        try:
            change_question(question=found, by=signed_in(request), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "题目已改。已经发出去的试卷不受影响。")
            return redirect("assessments:town-bank", found.bank_id)
    ctx = {"nav": "banks", "bank": found.bank, "question": found, "form": form}
    return render(request, "assessments/town_question_form.html", ctx)


def _initial(question: Question) -> dict[str, Any]:
    judgement = question.kind == Question.Kind.TRUE_FALSE
    return {
        "kind": question.kind,
        "stem": question.stem,
        "options": "" if judgement else "\n".join(question.options),
        "answer": TRUE_FALSE[question.answer[0]] if judgement else letters(question.answer),
    }


@editor_required
@require_POST
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Draw a question no more."""
    found = get_object_or_404(Question.objects.visible_to(request.user).select_related("bank"), pk=pk)
    retire_question(question=found, by=signed_in(request))
    messages.success(request, "题目已停用，以后组卷不再抽它。")
    return redirect("assessments:town-bank", found.bank_id)


@editor_required
def import_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Upload a table of questions; the run's own page shows progress, preview and result."""
    found = get_object_or_404(QuestionBank.objects.editable_by(request.user).select_related("town"), pk=pk)
    form = QuestionFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            run = start_import(
                importer=CODE,
                chunks=file.chunks(),
                name=file.name,
                town=found.town,
                by=signed_in(request),
                options={"bank": found.code},
            )
        except ValidationError as refusal:
            form.add_error("file", refusal)
        else:
            return redirect("people:town-import", run.pk)
    return render(request, "assessments/town_bank_import.html", {"nav": "banks", "bank": found, "form": form})


@require_safe
@staff_required
def import_template(request: HttpRequest) -> Any:
    """An empty table of questions to fill in."""
    return FileResponse(BytesIO(template(COLUMNS)), as_attachment=True, filename="试题模板.xlsx", content_type=XLSX)
