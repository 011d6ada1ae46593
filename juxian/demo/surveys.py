"""Surveys of the demo county: tickets and answers, two tables without a link, in no order."""

import uuid
from datetime import timedelta
from typing import Any

from assessments.models import Survey, SurveyAnswer, SurveyQuestion, SurveyTicket
from juxian.demo.outline import Outline, State
from juxian.demo.plot import Plot, save_all
from juxian.rules.lookup import value
from trainings.models import Mark

COMMENTS = (
    "讲得实在，能用上。",
    "希望多安排现场教学。",
    "时间再短一点更好。",
    "讨论的时间可以长一些。",
    "资料发得及时。",
)
BATCH_OF = 5


def write_surveys(plot: Plot, outlines: list[Outline], marks: list[Mark]) -> None:
    """Open in the closing classes, over in the archived ones; who came has a ticket."""
    came = {mark.enrolment_id for mark in marks if mark.status.counts_present}
    questions = [{"id": one.pk, "text": one.text} for one in SurveyQuestion.objects.filter(is_active=True)]
    tickets: list[SurveyTicket] = []
    answers: list[SurveyAnswer] = []
    for outline in outlines:
        if outline.state not in (State.CLOSING, State.ARCHIVED):
            continue
        opened = outline.closing_at
        closes = opened + timedelta(days=value("survey.days", plot.at))
        survey = Survey.objects.create(
            training_class=outline.row, questions=questions, opens_at=opened, closes_at=closes
        )
        over = closes.date() < plot.at
        own = _tickets(plot, survey, outline, came, 0.8 if over else 0.55)
        tickets += own
        answers += _answers(plot, survey, sum(ticket.is_answered for ticket in own), over=over)
    save_all(SurveyTicket, tickets)
    save_all(SurveyAnswer, answers)


def _key(plot: Plot) -> uuid.UUID:
    return uuid.UUID(int=plot.random.getrandbits(128), version=4)


def _tickets(plot: Plot, survey: Survey, outline: Outline, came: set[int], share: float) -> list[SurveyTicket]:
    rows = [
        SurveyTicket(
            id=_key(plot),
            survey=survey,
            enrolment=enrolment,
            is_answered=plot.random.random() < share
            and not (enrolment.member == plot.hero and outline.state == State.CLOSING),
        )
        for enrolment in outline.enrolments
        if enrolment.pk in came
    ]
    plot.random.shuffle(rows)
    return rows


def _answers(plot: Plot, survey: Survey, count: int, *, over: bool) -> list[SurveyAnswer]:
    """Readable in batches of five; the rest of an open survey waits for the next batch."""
    readable = count if over and count >= BATCH_OF else count - count % BATCH_OF
    rows = [
        SurveyAnswer(
            id=_key(plot),
            survey=survey,
            ratings=_ratings(plot, survey),
            comment=plot.random.choice(COMMENTS) if plot.random.random() < 0.06 else "",
            is_readable=place < readable,
        )
        for place in range(count)
    ]
    plot.random.shuffle(rows)
    return rows


def _ratings(plot: Plot, survey: Survey) -> dict[str, Any]:
    return {str(one["id"]): plot.random.choices((4, 3, 2, 1), (70, 22, 6, 2))[0] for one in survey.questions}
