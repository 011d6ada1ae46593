"""Question banks: adding, changing and retiring questions. Frozen papers never change."""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from assessments import questions
from assessments.models import Question, QuestionBank
from juxian.audit import log
from juxian.people.models import User

SAME = "题库里已有同一道题。"


def must_edit(by: User, bank: QuestionBank) -> None:
    """A clerk edits the own town's banks, the county all. Raises PermissionDenied."""
    if not QuestionBank.objects.editable_by(by).filter(pk=bank.pk).exists():
        raise PermissionDenied


@transaction.atomic
def add_question(
    *, bank: QuestionBank, kind: str, stem: str, options: Sequence[str], answer: Sequence[int], by: User
) -> Question:
    """Add a question; the same words again return the first one (put back in use if it was retired)."""
    bank = QuestionBank.objects.select_for_update(of=("self",)).get(pk=bank.pk)
    must_edit(by, bank)
    stem, texts, chosen = questions.clean(kind, stem, options, answer)
    digest = questions.digest(kind, stem, texts)
    question, created = Question.objects.get_or_create(
        bank=bank, digest=digest, defaults={"kind": kind, "stem": stem, "options": texts, "answer": chosen}
    )
    if created:
        _record(by, "added", question, "新增试题")
    elif question.retired_at:
        question.retired_at = None
        question.save(update_fields=["retired_at"])
        _record(by, "restored", question, "恢复试题")
    return question


@transaction.atomic
def change_question(
    *, question: Question, kind: str, stem: str, options: Sequence[str], answer: Sequence[int], by: User
) -> Question:
    """Change a question for papers to come. Refused when the bank holds the same words already."""
    question = Question.objects.select_for_update(of=("self",)).select_related("bank").get(pk=question.pk)
    must_edit(by, question.bank)
    stem, texts, chosen = questions.clean(kind, stem, options, answer)
    digest = questions.digest(kind, stem, texts)
    if Question.objects.filter(bank=question.bank, digest=digest).exclude(pk=question.pk).exists():
        raise ValidationError(SAME, code="same")
    question.kind, question.stem, question.options, question.answer = kind, stem, texts, chosen
    question.digest = digest
    question.save(update_fields=["kind", "stem", "options", "answer", "digest"])
    _record(by, "changed", question, "修改试题")
    return question


@transaction.atomic
def retire_question(*, question: Question, by: User) -> Question:
    """Draw it no more. Again: nothing happens."""
    question = Question.objects.select_for_update(of=("self",)).select_related("bank").get(pk=question.pk)
    must_edit(by, question.bank)
    if question.retired_at is None:
        question.retired_at = timezone.now()
        question.save(update_fields=["retired_at"])
        _record(by, "retired", question, "停用试题")
    return question


def _record(by: User, verb: str, question: Question, words: str) -> None:
    log.record(
        by=by,
        action=f"assessments.question_{verb}",
        subject=question,
        summary=f"{words}：{question.bank.name}",
        town_code=question.bank.town.code if question.bank.town else "",
    )
