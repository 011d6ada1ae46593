"""The anonymous survey (design 4.4).

Who answered (`SurveyTicket`) and what was answered (`SurveyAnswer`) are two tables without a link. A row that is
simply added would still tell the order of answering by its place on disk, its transaction number or its sequence, and
two orders make a link. So at each submission, under a lock on the survey, all tickets and all answers of the survey
are deleted and written again in random order in one transaction, the answers under fresh keys. Nothing here writes a
time, an audit row, a message or an obligation when somebody answers. What is said of single lessons goes into counters
without a row of a person (`assessments.actions.lessons`).
"""

import random
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from assessments.actions import lessons as lesson_actions
from assessments.models import Survey, SurveyAnswer, SurveyQuestion, SurveyTicket
from juxian.audit import log
from juxian.messages.actions import Letter, tell_many
from juxian.messages.models import OutboundSend
from juxian.rules.lookup import value
from trainings.models import Enrolment, Mark, TrainingClass

SCALE = {4: "非常满意", 3: "满意", 2: "基本满意", 1: "不满意"}
SMALLEST_GROUP = 5  # the county may ask for more, never for fewer
COMMENT_LENGTH = 500
chance: random.Random = random.SystemRandom()


def min_group(survey: Survey) -> int:
    """Below this many answers nothing is shown."""
    return max(SMALLEST_GROUP, int(value("survey.min_group", timezone.localdate(survey.opens_at))))


def fresh_key() -> uuid.UUID:
    """A random key; the same source of chance as the shuffling, so that a test can fix both."""
    return uuid.UUID(int=chance.getrandbits(128), version=4)


@transaction.atomic
def open_survey(*, training_class: TrainingClass, now: datetime) -> Survey:
    """The survey of a class, with frozen questions, a ticket and a message for everybody who attended.

    Again: people whose attendance was put right since then get their ticket too, nobody gets a second one.
    """
    rows = TrainingClass.objects.select_related("town")
    training_class = rows.select_for_update(of=("self",)).get(pk=training_class.pk)
    survey = Survey.objects.filter(training_class=training_class).first() or _create(training_class, now)
    if now < survey.closes_at:
        lesson_actions.freeze(survey, min_group(survey))
        _give_tickets(survey)
    return survey


def _create(training_class: TrainingClass, now: datetime) -> Survey:
    questions = SurveyQuestion.objects.filter(is_active=True).order_by("order", "id")
    survey = Survey.objects.create(
        training_class=training_class,
        questions=[{"id": question.pk, "text": question.text} for question in questions],
        opens_at=now,
        closes_at=now + timedelta(days=value("survey.days", timezone.localdate(now))),
    )
    log.record(
        by=None,
        action="assessments.survey_opened",
        subject=survey,
        summary=f"开放满意度测评：{training_class.title}",
        town_code=training_class.town.code,
    )
    return survey


def attended() -> QuerySet[Enrolment]:
    """Seated enrolments with at least one session attended (a mark that stands and counts as present)."""
    marks = Mark.objects.effective().filter(
        enrolment=OuterRef("pk"), status__counts_present=True, session__cancelled_at=None
    )
    return Enrolment.objects.seated().filter(Exists(marks))


def _give_tickets(survey: Survey) -> None:
    Survey.objects.select_for_update(of=("self",)).get(pk=survey.pk)
    have = set(SurveyTicket.objects.filter(survey=survey).values_list("enrolment_id", flat=True))
    new = set(attended().filter(training_class=survey.training_class_id).values_list("pk", flat=True)) - have
    if not new:
        return
    tickets = [SurveyTicket(id=fresh_key(), survey=survey, enrolment_id=pk) for pk in new]
    SurveyTicket.objects.bulk_create(tickets)
    _rewrite_tickets(survey, list(SurveyTicket.objects.filter(survey=survey)))
    closes = timezone.localtime(survey.closes_at)
    keys = {ticket.enrolment_id: ticket.pk for ticket in tickets}
    tell_many(
        [
            Letter(
                to=enrolment.member,
                key=f"survey:{survey.pk}:{enrolment.pk}",
                title=f"请您评课：{survey.training_class.title}",
                body=f"匿名，约 2 分钟，{closes.month}月{closes.day}日 前都可以填。谁填了什么，镇里和县里都看不到。",
                link=reverse("assessments:me-survey", args=[keys[enrolment.pk]]),
                on_doubt=OutboundSend.OnDoubt.LEAVE,
                until=survey.closes_at,
            )
            for enrolment in Enrolment.objects.filter(pk__in=new).select_related("member")
        ]
    )


def clean_answer(survey: Survey, ratings: Mapping[Any, Any], comment: str) -> tuple[dict[str, int], str]:
    """Ratings as {question id: 1–4} for every question, and the comment. Raises ValidationError."""
    kept: dict[str, int] = {}
    for question in survey.questions:
        rating = ratings.get(str(question["id"]), ratings.get(question["id"]))
        if isinstance(rating, bool) or rating not in SCALE:
            raise ValidationError(f"“{question['text']}”还没有选。每一项都选一下就可以提交了。", code="missing")
        kept[str(question["id"])] = int(rating)
    if len(comment.strip()) > COMMENT_LENGTH:
        raise ValidationError(f"意见请控制在 {COMMENT_LENGTH} 字以内。", code="long")
    return kept, comment.strip()


@transaction.atomic
def answer_survey(
    *, ticket: SurveyTicket, ratings: Mapping[Any, Any], comment: str = "", lessons: Mapping[Any, Any] | None = None
) -> bool:
    """Take the answers of whoever holds the ticket; False when this ticket was used before (nothing changes then).

    `lessons` is {lesson id: (rating, remark)} of as many of the attended lessons as they like. Has no `by` and writes no audit row: that is the promise. Refused after the last day or when an item is missing.
    """
    survey = Survey.objects.select_for_update(of=("self",)).get(pk=ticket.survey_id)
    if timezone.now() >= survey.closes_at:
        raise ValidationError("测评已经结束，谢谢您。", code="closed")
    kept, text = clean_answer(survey, ratings, comment)
    said = lesson_actions.clean(ticket, lessons or {})
    if not SurveyTicket.objects.filter(pk=ticket.pk, is_answered=False).exists():
        return False
    _store(survey, ticket, SurveyAnswer(survey=survey, ratings=kept, comment=text))
    lesson_actions.store(survey, said, chance=chance)
    return True


def _store(survey: Survey, ticket: SurveyTicket, answer: SurveyAnswer) -> None:
    tickets = list(SurveyTicket.objects.filter(survey=survey))
    for one in tickets:
        one.is_answered = one.is_answered or one.pk == ticket.pk
    _rewrite_tickets(survey, tickets)
    answers = [*SurveyAnswer.objects.filter(survey=survey), answer]
    pending = [one for one in answers if not one.is_readable]
    if len(pending) >= min_group(survey):
        for one in pending:
            one.is_readable = True
    _rewrite_answers(survey, answers)


def _rewrite_tickets(survey: Survey, tickets: list[SurveyTicket]) -> None:
    chance.shuffle(tickets)
    SurveyTicket.objects.filter(survey=survey).delete()
    SurveyTicket.objects.bulk_create(tickets)


def _rewrite_answers(survey: Survey, answers: list[SurveyAnswer]) -> None:
    chance.shuffle(answers)
    for one in answers:
        one.id = fresh_key()
    SurveyAnswer.objects.filter(survey=survey).delete()
    SurveyAnswer.objects.bulk_create(answers)


@transaction.atomic
def close_survey(*, survey_id: int, now: datetime) -> int:
    """After the last day the pending rest joins the results, if enough are readable already; else it stays hidden.

    Returns how many answers can be read.
    """
    survey = Survey.objects.select_for_update(of=("self",)).get(pk=survey_id)
    answers = list(SurveyAnswer.objects.filter(survey=survey))
    readable: int = sum(one.is_readable for one in answers)
    if now < survey.closes_at or readable < min_group(survey) or readable == len(answers):
        return readable
    for one in answers:
        one.is_readable = True
    _rewrite_answers(survey, answers)
    return len(answers)


@transaction.atomic
def remind_many(stages: Sequence[tuple[int, int]], now: datetime) -> list[str]:
    """Remind those of the given (enrolment id, stage) who attended and have not answered, in few queries.

    Returns, in the same order, why somebody was not reminded, or an empty text.
    """
    rows = SurveyTicket.objects.select_related("survey__training_class", "enrolment__member")
    rows = rows.filter(enrolment__in={pk for pk, _ in stages}, survey__training_class=F("enrolment__training_class"))
    tickets = {ticket.enrolment_id: ticket for ticket in rows}
    reasons = [_no_reminder(tickets.get(pk), now) for pk, _ in stages]
    tell_many(
        [_reminder(tickets[pk], stage) for (pk, stage), reason in zip(stages, reasons, strict=True) if not reason]
    )
    return reasons


def _no_reminder(ticket: SurveyTicket | None, now: datetime) -> str:
    if ticket is None:
        return "没有测评资格"
    if ticket.is_answered:
        return "已经填过"
    if now >= ticket.survey.closes_at:
        return "测评已经结束"
    return "" if ticket.enrolment.state == Enrolment.State.SEATED else "已不在录取名单"


def _reminder(ticket: SurveyTicket, stage: int) -> Letter:
    closes = timezone.localtime(ticket.survey.closes_at)
    return Letter(
        to=ticket.enrolment.member,
        key=f"survey-remind:{ticket.survey_id}:{ticket.enrolment_id}:{stage}",
        title=f"还没评课，耽误您 2 分钟：{ticket.survey.training_class.title}",
        body=f"匿名填写，{closes.month}月{closes.day}日 截止。您的意见会用来改进下一期。",
        link=reverse("assessments:me-survey", args=[ticket.pk]),
        on_doubt=OutboundSend.OnDoubt.LEAVE,
        until=ticket.survey.closes_at,
    )


def results(survey: Survey) -> dict[str, Any]:
    """What may be shown of a survey: counts, and from the smallest group on averages, shares and comments.

    The order of the comments is that of random keys.
    """
    tickets = SurveyTicket.objects.filter(survey=survey)
    readable = list(SurveyAnswer.objects.filter(survey=survey, is_readable=True).order_by("id"))
    shown = len(readable) >= min_group(survey)
    return {
        "asked": tickets.count(),
        "answered": tickets.filter(is_answered=True).count(),
        "readable": len(readable) if shown else 0,
        "min_group": min_group(survey),
        "rows": [_row(question, readable) for question in survey.questions] if shown else [],
        "comments": sorted(one.comment for one in readable if one.comment) if shown else [],
        "lessons": lesson_actions.results(survey, timezone.now()),
    }


def _row(question: dict[str, Any], answers: list[SurveyAnswer]) -> dict[str, Any]:
    given = [one.ratings[str(question["id"])] for one in answers]
    shares = [(word, sum(rating == level for rating in given)) for level, word in SCALE.items()]
    mean = sum(given) / len(given)
    return {"text": question["text"], "mean": mean, "percent": round(100 * mean / max(SCALE)), "shares": shares}
