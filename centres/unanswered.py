"""Questions about accounts that a town has left without an answer for too long: the desk is reminded once."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from centres.models import DisclosureQuestion
from juxian.messages.actions import tell
from juxian.obligations.models import Obligation
from juxian.obligations.registry import Done, Draft, Outcome, Superseded
from juxian.rules.lookup import value

QUESTION_OPEN, QUESTION = "centres.question_open", "centres.disclosurequestion"


def days_to_answer(now: datetime) -> int:
    """How many days a town has, by the county's setting of today."""
    return int(value("disclosure.answer_days", timezone.localdate(now)))


def unanswered(now: datetime) -> Iterable[Draft]:
    """Questions asked so many days ago or more."""
    wait = timedelta(days=days_to_answer(now))
    rows = DisclosureQuestion.objects.open().filter(asked_at__lte=now - wait).order_by("pk")
    for pk, asked_at in rows.values_list("pk", "asked_at"):
        yield Draft(QUESTION_OPEN, QUESTION, pk, asked_at + wait)


def tell_unanswered(row: Obligation, now: datetime, prepared: Any) -> Outcome:
    """Remind the desk of one."""
    rows = DisclosureQuestion.objects.open().select_related("disclosure__town")
    question: DisclosureQuestion | None = rows.filter(pk=row.subject_id).first()
    if question is None:
        return Superseded("已经答复")
    tell(
        to=question.disclosure.town,
        key=f"disclosure-question:{question.pk}:open",
        title=f"党员问账目，{(now - question.asked_at).days} 天没有答复",
        body=f"“{question.disclosure}”：{question.text}",
        link=f"/town/disclosure-questions/{question.pk}/answer/",
    )
    return Done()
