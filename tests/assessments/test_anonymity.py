"""Does any order that the database keeps tell who answered what? (design 4.4)

For many surveys the true order of answering is known here, and nowhere else. Both tables are then ranked by every
column, by physical place and, on PostgreSQL, by the transaction that wrote the row; each ranking is compared with the
true order. The mean rank correlation over all surveys must be no larger than that of chance. All draws have fixed
seeds, so the test gives the same verdict each time. The twins switch the rewriting off and must be found out.

`is_readable` tells the first batch from the pending rest, as the results page itself does; that is the design, and
the least that lets results be seen before the end. So it is ranked when all batches are full.
"""

import random
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from math import sqrt

import pytest
from django.db import connection
from django.utils import timezone

from assessments.actions import surveys
from assessments.models import Survey, SurveyAnswer, SurveyTicket
from juxian.people.models import User
from tests.assessments.conftest import seat
from tests.factories import ClassFactory

pytestmark = pytest.mark.db_engine

SURVEYS, PEOPLE = 24, 11
WHOLE, PARTLY = 10, 8  # two batches; one batch and three pending
CHANCE = 4.0  # standard deviations; by chance 1 in 16,000 for one ranking
Places = dict[str, list[int]]  # name of a ranking → the true places in that order


@pytest.fixture(autouse=True)
def _fixed_chance(monkeypatch) -> None:
    monkeypatch.setattr(surveys, "chance", random.Random(20261123))


def _open(clerk: User, town) -> Survey:
    now = timezone.now()
    training_class = ClassFactory(town=town, created_by=clerk, state="closing")
    survey = Survey.objects.create(
        training_class=training_class,
        questions=[{"id": 1, "text": "内容"}],
        opens_at=now,
        closes_at=now + timedelta(days=7),
    )
    for _ in range(PEOPLE):
        SurveyTicket.objects.create(id=surveys.fresh_key(), survey=survey, enrolment=seat(training_class))
    return survey


def _answer(survey: Survey, number: int, order: random.Random) -> dict[int, int]:
    """That many of the eleven answer; the comment holds the true place. Returns place by enrolment."""
    enrolments = sorted(SurveyTicket.objects.filter(survey=survey).values_list("enrolment_id", flat=True))
    order.shuffle(enrolments)
    for place, enrolment_id in enumerate(enrolments[:number]):
        ticket = SurveyTicket.objects.get(survey=survey, enrolment_id=enrolment_id)
        surveys.answer_survey(ticket=ticket, ratings={"1": order.randint(1, 4)}, comment=str(place))
    return {enrolment_id: place for place, enrolment_id in enumerate(enrolments[:number])}


def _orders() -> dict[str, str]:
    """Everything the engine can sort a table by beside its columns."""
    if connection.vendor == "postgresql":
        return {"place": "ctid", "writer": "xmin::text::bigint, ctid", "command": "cmin::text::bigint, ctid"}
    return {"place": "rowid"}


def _ranked(table: str, columns: list[str], key: str, survey: Survey, place_of: Callable[[object], int]) -> Places:
    found = {}
    orders = {column: f'"{column}"::text' if connection.vendor == "postgresql" else f'"{column}"' for column in columns}
    with connection.cursor() as cursor:
        for name, order in (orders | _orders()).items():
            cursor.execute(f'SELECT "{key}" FROM "{table}" WHERE survey_id = %s ORDER BY {order}', [survey.pk])  # noqa: S608
            places = [place_of(row[0]) for row in cursor.fetchall()]
            found[name] = [place for place in places if place >= 0]
        cursor.execute(f'SELECT "{key}" FROM "{table}" WHERE survey_id = %s', [survey.pk])  # noqa: S608
        found["as read"] = [place for row in cursor.fetchall() if (place := place_of(row[0])) >= 0]
    return found


def _place(true: dict[int, int], enrolment_id: object) -> int:
    return true.get(int(str(enrolment_id)), -1)


def _correlation(places: list[int]) -> float:
    """Spearman's rank correlation of the positions with the true places."""
    number = len(places)
    squares = sum((position - place) ** 2 for position, place in enumerate(places))
    return 1 - 6 * squares / (number * (number**2 - 1))


def _verdicts(clerk: User, town, number: int = WHOLE) -> dict[str, float]:
    """How many standard deviations each ranking of each table lies from chance."""
    sums: dict[str, list[float]] = {}
    order = random.Random(7)
    for _ in range(SURVEYS):
        survey = _open(clerk, town)
        true = _answer(survey, number, order)
        columns = ["id", "ratings", *(["is_readable"] if number == WHOLE else [])]
        answers = _ranked("assessments_surveyanswer", columns, "comment", survey, lambda text: int(str(text)))
        columns = ["id", "enrolment_id", "is_answered"]
        tickets = _ranked("assessments_surveyticket", columns, "enrolment_id", survey, partial(_place, true))
        for table, rankings in (("answer", answers), ("ticket", tickets)):
            for name, places in rankings.items():
                assert sorted(places) == list(range(number))
                sums.setdefault(f"{table} by {name}", []).append(_correlation(places))
    return {name: sum(rows) / len(rows) * sqrt(len(rows) * (number - 1)) for name, rows in sums.items()}


@pytest.mark.parametrize("number", [WHOLE, PARTLY])
def test_no_order_in_the_database_tells_the_order_of_answering(clerk, town, number):
    verdicts = _verdicts(clerk, town, number)
    told = {name: round(verdict, 1) for name, verdict in verdicts.items() if abs(verdict) > CHANCE}
    assert told == {}


def test_the_same_test_finds_answers_that_are_simply_added(clerk, town, monkeypatch):
    monkeypatch.setattr(surveys, "_rewrite_answers", lambda survey, answers: answers[-1].save(force_insert=True))
    told = {name for name, verdict in _verdicts(clerk, town).items() if abs(verdict) > CHANCE}
    assert "answer by place" in told


def test_the_same_test_finds_tickets_that_are_simply_updated(clerk, town, monkeypatch):
    def update(survey: Survey, tickets: list[SurveyTicket]) -> None:
        for ticket in tickets:
            if not SurveyTicket.objects.filter(pk=ticket.pk, is_answered=ticket.is_answered).exists():
                SurveyTicket.objects.filter(pk=ticket.pk).delete()
                ticket.save(force_insert=True)

    monkeypatch.setattr(surveys, "_rewrite_tickets", update)
    told = {name for name, verdict in _verdicts(clerk, town).items() if abs(verdict) > CHANCE}
    assert "ticket by place" in told


def test_the_keys_of_answers_are_fresh_at_each_submission(clerk, town):
    survey = _open(clerk, town)
    seen: list[set] = []
    for ticket in SurveyTicket.objects.filter(survey=survey)[:4]:
        surveys.answer_survey(ticket=SurveyTicket.objects.get(pk=ticket.pk), ratings={"1": 3})
        seen.append(set(SurveyAnswer.objects.filter(survey=survey).values_list("pk", flat=True)))
    for earlier, later in zip(seen, seen[1:], strict=False):
        assert earlier & later == set()


def test_a_ticket_keeps_its_address_while_others_answer(clerk, town):
    survey = _open(clerk, town)
    first, *others = SurveyTicket.objects.filter(survey=survey)
    for ticket in others[:3]:
        surveys.answer_survey(ticket=ticket, ratings={"1": 3})
    assert SurveyTicket.objects.filter(pk=first.pk, is_answered=False).count() == 1
