"""Many at once: one attempt, one result, no lost answer, on both engines with real threads."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import close_old_connections, connections
from django.utils import timezone

from assessments.actions import answer_survey, save_answer, start_attempt, submit_attempt
from assessments.models import Answer, Attempt, Survey, SurveyAnswer, SurveyTicket
from juxian.audit.models import AuditEntry
from tests.assessments.conftest import right

pytestmark = [pytest.mark.db_engine, pytest.mark.django_db(transaction=True)]


def together(jobs: list[Callable[[], Any]]) -> list[Any]:
    """Run all jobs at the same moment, each on its own connection; results or exceptions in order."""
    barrier = Barrier(len(jobs))
    results: list[Any] = [None] * len(jobs)

    def run(place: int, job: Callable[[], Any]) -> None:
        close_old_connections()
        barrier.wait()
        try:
            results[place] = job()
        except Exception as error:
            results[place] = error
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.trust("C12")
def test_twenty_starts_make_one_attempt(exam, people):
    found = together([lambda: start_attempt(exam=exam, enrolment=people[0], by=None).pk] * 20)
    assert found == [Attempt.objects.get().pk] * 20


@pytest.mark.trust("C2")
def test_two_submits_make_one_result(exam, people):
    attempt = start_attempt(exam=exam, enrolment=people[0], by=None)
    best, worst = right(attempt), right(attempt, wrong=8)
    jobs = [lambda rows=rows: submit_attempt(attempt=attempt, answers=rows, by=None).score for rows in (best, worst)]
    scores = together(jobs * 3)
    attempt.refresh_from_db()
    assert scores == [attempt.score] * 6
    assert AuditEntry.objects.filter(action="assessments.attempt_finished").count() == 1


def test_saves_in_any_order_keep_the_newest(exam, people):
    attempt = start_attempt(exam=exam, enrolment=people[0], by=None)
    jobs = [
        lambda seq=seq: save_answer(attempt=attempt, number=1, choice=[seq % 4], client_seq=seq, by=None)
        for seq in range(1, 13)
    ]
    together(jobs)
    assert list(Answer.objects.values_list("choice", "client_seq")) == [([0], 12)]


@pytest.mark.trust("C7")
def test_a_save_beside_a_submit_is_in_the_score_or_refused(exam, people):
    attempt = start_attempt(exam=exam, enrolment=people[0], by=None)
    rows = right(attempt)
    submit_attempt_now = [lambda: submit_attempt(attempt=attempt, answers=rows[1:], by=None)]
    first = rows[0]
    save = [lambda: save_answer(attempt=attempt, number=first["number"], choice=first["choice"], client_seq=1, by=None)]
    _, saved = together(submit_attempt_now + save)
    attempt.refresh_from_db()
    refused = isinstance(saved, Exception)
    assert float(attempt.score) == (90.0 if refused else 100.0)
    assert Answer.objects.filter(number=first["number"]).count() == (0 if refused else 1)


def test_everybody_answering_at_once_loses_nothing(running, people):
    survey = Survey.objects.create(
        training_class=running,
        questions=[{"id": 1, "text": "内容"}],
        opens_at=timezone.now(),
        closes_at=timezone.now() + timedelta(days=7),
    )
    tickets = [SurveyTicket.objects.create(survey=survey, enrolment=enrolment) for enrolment in people]
    jobs = [
        lambda ticket=ticket, place=place: answer_survey(ticket=ticket, ratings={"1": 3}, comment=str(place))
        for place, ticket in enumerate(tickets)
    ]
    assert sorted(together(jobs * 2)) == [False] * 6 + [True] * 6
    assert sorted(SurveyAnswer.objects.values_list("comment", flat=True)) == [str(place) for place in range(6)]
    assert SurveyTicket.objects.filter(is_answered=True).count() == 6
