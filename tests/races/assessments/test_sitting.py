"""Starting twenty times, handing in from two tabs, saving beside handing in, at once."""

import json
from datetime import timedelta
from functools import partial

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.actions import answer_survey, answers, attempts, save_answer, start_attempt, submit_attempt
from assessments.models import Answer, Attempt, Survey, SurveyAnswer, SurveyTicket
from juxian.audit.models import AuditEntry
from tests.assessments.conftest import right
from tests.races.threads import kinds, together


@pytest.fixture
def attempt(exam, people, arena) -> Attempt:
    return start_attempt(exam=exam, enrolment=people[0], by=None)


def finished() -> int:
    return AuditEntry.objects.filter(action="assessments.attempt_finished").count()


# Starting ------------------------------------------------------------------------------------------
@pytest.fixture
def starts(exam, people, arena):
    arena.meet(attempts, "_create", 20)
    return [lambda: start_attempt(exam=exam, enrolment=people[0], by=None).pk] * 20


@pytest.mark.trust("C12")
def test_twenty_starts_make_one_attempt(starts):
    assert together(*starts) == [Attempt.objects.get().pk] * 20


def test_twin_without_the_condition_nineteen_get_an_error(starts, arena):
    arena.lift(attempts, "ONCE", "")
    results = together(*starts)
    assert kinds(results) == sorted([str(Attempt.objects.get().pk)] + ["IntegrityError"] * 19)


def test_twin_without_condition_and_constraint_there_are_twenty_attempts(starts, arena):
    arena.drop(Attempt, "assessments_attempt_once")
    arena.lift(attempts, "ONCE", "")
    assert len(set(together(*starts))) == Attempt.objects.count() == 20


# Handing in ----------------------------------------------------------------------------------------
@pytest.fixture
def tabs(attempt, arena):
    """One tab answered everything, the other got all but two wrong; each sends twice."""
    arena.meet(attempts, "_finish", 4)
    best, worst = right(attempt), right(attempt, wrong=6)
    jobs = [lambda rows=rows: submit_attempt(attempt=attempt, answers=rows, by=None).score for rows in (best, worst)]
    return jobs * 2


@pytest.mark.trust("C2")
def test_two_tabs_twice_make_one_result_and_one_answer(tabs, attempt):
    scores = together(*tabs)
    attempt.refresh_from_db()
    assert (scores, finished()) == ([attempt.score] * 4, 1)


@pytest.mark.trust("C2", "C11")
def test_two_tabs_get_the_same_page_and_another_member_gets_none(attempt, people, arena):
    arena.meet(attempts, "_finish", 4)
    url, rows = reverse("assessments:me-submit", args=[attempt.pk]), right(attempt)

    def press(answers: list[dict], who=people[0]) -> str:
        client = Client()
        client.force_login(who.member.user)
        answer = client.post(url, {"answers": json.dumps(answers)})
        return answer.url if answer.status_code == 302 else str(answer.status_code)

    *pages, other = together(*[partial(press, rows), partial(press, rows[:3])] * 2, partial(press, rows, who=people[1]))
    assert (pages, finished()) == ([reverse("assessments:me-result", args=[attempt.pk])] * 4, 1)
    assert other == "404"


def test_twin_without_lock_and_condition_it_is_finished_four_times(attempt, arena):
    arena.meet(attempts, "_finish", 4)
    arena.lift(type(Attempt.objects.all()), "open", lambda rows: rows)
    arena.lift_locks()
    together(*[partial(submit_attempt, attempt=attempt, by=None)] * 4)
    assert finished() == 4


# Saving beside handing in --------------------------------------------------------------------------
@pytest.fixture
def beside(attempt, arena):
    """All but the first answer are kept. The first is being saved when the paper is handed in and marked."""
    first, *rest = right(attempt)
    for row in rest:
        save_answer(attempt=attempt, number=row["number"], choice=row["choice"], client_seq=1, by=None)
    arena.meet(attempts, "_finish", arena.meet(answers, "keep", 2), after=True)
    save = partial(save_answer, attempt=attempt, number=first["number"], choice=first["choice"], client_seq=1, by=None)
    return [lambda: submit_attempt(attempt=attempt, by=None), save]


def outcome(saved) -> tuple[bool, int, float]:
    """Whether the late save was acknowledged, how many answers are kept, and the score."""
    return not isinstance(saved, Exception), Answer.objects.count(), float(Attempt.objects.get().score)


@pytest.mark.trust("C7")
def test_a_save_beside_the_hand_in_is_in_the_score_or_refused(beside):
    _, saved = together(*beside)
    assert outcome(saved) in [(True, 8, 100.0), (False, 7, 90.0)]


def test_twin_without_the_lock_an_acknowledged_answer_does_not_count(beside, arena):
    arena.lift(answers, "STILL_OPEN", "id IS NOT NULL")
    arena.lift_locks()
    _, saved = together(*beside)
    assert outcome(saved) == (True, 8, 90.0)


@pytest.mark.trust("C4")
def test_saves_in_any_order_keep_the_newest(attempt):
    jobs = [
        partial(save_answer, attempt=attempt, number=1, choice=[seq % 4], client_seq=seq, by=None)
        for seq in range(1, 13)
    ]
    together(*jobs)
    assert list(Answer.objects.values_list("choice", "client_seq")) == [([0], 12)]


# Surveys -------------------------------------------------------------------------------------------
def test_everybody_answering_at_once_loses_nothing(running, people, arena):
    survey = Survey.objects.create(
        training_class=running,
        questions=[{"id": 1, "text": "内容"}],
        opens_at=timezone.now(),
        closes_at=timezone.now() + timedelta(days=7),
    )
    tickets = [SurveyTicket.objects.create(survey=survey, enrolment=enrolment) for enrolment in people]
    jobs = [
        partial(answer_survey, ticket=ticket, ratings={"1": 3}, comment=str(place))
        for place, ticket in enumerate(tickets)
    ]
    assert sorted(together(*jobs * 2)) == [False] * 6 + [True] * 6
    assert sorted(SurveyAnswer.objects.values_list("comment", flat=True)) == [str(place) for place in range(6)]
    assert SurveyTicket.objects.filter(is_answered=True).count() == 6
