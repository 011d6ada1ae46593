"""The way of an exam on the wire: no step out of order, no other person's paper, one hand-in, a frozen paper."""

import json
import os
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connections, transaction
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from assessments import kinds
from assessments.actions import release_results, save_answer, start_attempt, submit_attempt
from assessments.models import Answer, Attempt, Question
from assessments.models.attempts import AttemptQuerySet
from juxian.audit.models import AuditEntry
from juxian.obligations.models import Obligation
from juxian.obligations.registry import registry
from juxian.obligations.sweep import sweep
from tests.assessments.conftest import right

pytestmark = pytest.mark.db_engine


SMALL_RUN = settings(max_examples=20, stateful_step_count=15, suppress_health_check=list(HealthCheck), database=None)


def url(name: str, *keys: object) -> str:
    return reverse(f"assessments:{name}", args=keys)


# C11: no step out of order ---------------------------------------------------------------------------
class Desk:
    """What the machine below plays on: set by the test before each run."""

    exam = None
    people: tuple = ()
    clock = None


class Sitting(RuleBasedStateMachine):
    """Two people and a moving clock; a model of what each may do, beside what the portal answers."""

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.exam, self.clock = Desk.exam, Desk.clock
        self.now = self.exam.opens_at - timedelta(minutes=30)
        self.users = [enrolment.member.user for enrolment in Desk.people]
        self.papers: dict[int, Attempt] = {}
        self.done: set[int] = set()
        self.answers: dict[int, dict[int, list[int]]] = {0: {}, 1: {}}
        self._go()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    def _go(self) -> None:
        self.clock.move_to(self.now, tick=False)

    def _client(self, who: int) -> Client:
        client = Client()
        client.force_login(self.users[who])
        return client

    def _is_over(self, who: int) -> bool:
        return who in self.done or self.now >= self.papers[who].closes_at

    @rule(minutes=st.sampled_from([1, 20, 45]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self._go()

    @rule(who=st.integers(0, 1))
    def start(self, who: int) -> None:
        target = self._client(who).post(url("me-start", self.exam.pk)).url
        may = who in self.papers or self.exam.opens_at <= self.now < self.exam.closes_at
        if may and who not in self.papers:
            self.papers[who] = Attempt.objects.get(enrolment=Desk.people[who])
        wanted = url("me-attempt", self.papers[who].pk) if may else url("me-exam", self.exam.pk)
        assert target == wanted

    @rule(who=st.integers(0, 1), whose=st.integers(0, 1))
    def read_a_paper(self, who: int, whose: int) -> None:
        if whose not in self.papers:
            assert self._client(who).get(url("me-attempt", 10**6)).status_code == 404
            return
        reply = self._client(who).get(url("me-attempt", self.papers[whose].pk))
        own = 302 if self._is_over(whose) else 200
        assert reply.status_code == (own if who == whose else 404)

    @rule(who=st.integers(0, 1), whose=st.integers(0, 1), number=st.integers(1, 4), option=st.integers(0, 3))
    def save(self, who: int, whose: int, number: int, option: int) -> None:
        if whose not in self.papers:
            return
        seq = int(self.now.timestamp() * 1000) + len(Answer.objects.all()) + option
        body = json.dumps({"number": number, "choice": [option], "seq": seq})
        held = Answer.objects.filter(attempt=self.papers[whose], number=number).first()
        page = url("me-answers", self.papers[whose].pk)
        status = self._client(who).post(page, body, content_type="application/json").status_code
        assert status == (404 if who != whose else 409 if self._is_over(whose) else 200)
        if status == 200 and (held is None or held.client_seq < seq):
            self.answers[whose][number] = [option]

    @rule(who=st.integers(0, 1), whose=st.integers(0, 1))
    def hand_in(self, who: int, whose: int) -> None:
        if whose not in self.papers:
            return
        reply = self._client(who).post(url("me-submit", self.papers[whose].pk), {"answers": "[]"})
        assert reply.status_code == (302 if who == whose else 404)
        if who == whose and not self._is_over(whose):
            self.done.add(whose)

    @invariant()
    def the_portal_agrees(self) -> None:
        rows = {row.enrolment_id: row for row in Attempt.objects.all()}
        assert sorted(rows) == sorted(Desk.people[who].pk for who in self.papers)
        for who in self.papers:
            attempt = rows[Desk.people[who].pk]
            assert (attempt.finished_at is not None) == (who in self.done)
            assert dict(attempt.answers.values_list("number", "choice")) == self.answers[who]


@pytest.mark.trust("C11")
def test_no_order_of_steps_opens_what_is_closed(exam, people, time_machine) -> None:
    Desk.exam, Desk.people, Desk.clock = exam, tuple(people[:2]), time_machine
    run_state_machine_as_test(Sitting, settings=SMALL_RUN)


def test_the_machine_sees_an_open_door(exam, people, time_machine, monkeypatch) -> None:
    """Twin: with everybody's papers open to everybody, its steps notice who reads another person's paper."""
    monkeypatch.setattr(AttemptQuerySet, "mine", lambda rows, user: rows.all())
    Desk.exam, Desk.people, Desk.clock = exam, tuple(people[:2]), time_machine
    machine = Sitting()
    try:
        machine.time_passes(45)
        machine.start(0)
        machine.read_a_paper(0, 0)
        with pytest.raises(AssertionError):
            machine.read_a_paper(1, 0)
    finally:
        machine.teardown()


# C8: nobody pressed hand in --------------------------------------------------------------------------
def sweep_and_die(after: int) -> int:
    """In a process of its own: close papers, and die inside the transaction of the one after so many."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        closing = kinds.close_overdue
        left = [after]

        def dying(**whom: object) -> object:
            left[0] -= 1
            closed = closing(**whom)
            if left[0] < 0:
                os._exit(137)
            return closed

        kinds.close_overdue = dying
        sweep(timezone.now())
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.trust("C8")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("after", [0, 3, 5])
def test_a_sweep_killed_midway_closes_everybody_once(exam, people, time_machine, after) -> None:
    for enrolment in people:
        attempt = start_attempt(exam=exam, enrolment=enrolment, by=None)
        for row in right(attempt)[:2]:
            save_answer(attempt=attempt, number=row["number"], choice=row["choice"], client_seq=1, by=None)
    time_machine.move_to(attempt.closes_at, tick=False)
    assert sweep_and_die(after) == 137
    Obligation.objects.update(lease_until=timezone.now() - timedelta(days=9999))  # the lease of the dead one ends
    for _ in range(2):
        sweep(timezone.now(), drain=True)
    rows = Attempt.objects.filter(finished_at=F("closes_at")).values_list("score", "closed_by")
    assert list(rows) == [(Decimal("20.00"), "sweep")] * 6
    assert AuditEntry.objects.filter(action="assessments.attempt_finished").count() == 6
    assert Obligation.objects.filter(kind=kinds.CLOSE_ATTEMPT, state="done").count() == 6
    assert registry.kinds[kinds.CLOSE_ATTEMPT].perform is kinds.close_attempt


# C13: a question is edited ---------------------------------------------------------------------------
@pytest.mark.trust("C13")
def test_a_question_edited_between_save_and_hand_in_changes_nothing(client, exam, people, clerk, bank) -> None:
    """Edited on the bank's own page, and another one retired: the paper in hand stays what it was, and so its score."""
    attempt = start_attempt(exam=exam, enrolment=people[0], by=None)
    client.force_login(people[0].member.user)
    for row in right(attempt):
        client.post(url("me-answers", attempt.pk), json.dumps(row), content_type="application/json")
    shown = client.get(url("me-attempt", attempt.pk)).context["items"]
    first, second = attempt.paper[0]["id"], attempt.paper[1]["id"]
    client.force_login(clerk)
    edited = {"kind": "single", "stem": "改过的题", "options": "新甲\n新乙", "answer": "B"}
    assert client.post(url("town-question-edit", first), edited).status_code == 302
    client.post(url("town-question-retire", second))
    assert Question.objects.filter(stem="改过的题").exists()
    client.force_login(people[0].member.user)
    assert client.get(url("me-attempt", attempt.pk)).context["items"] == shown
    client.post(url("me-submit", attempt.pk), {"answers": "[]"})
    attempt.refresh_from_db()
    assert attempt.score == 100


# C14: guessing by a script ---------------------------------------------------------------------------
@pytest.mark.trust("C14")
def test_a_script_that_guesses_learns_nothing(client, exam, people) -> None:
    """Only the first hand-in counts; neither a save nor a hand-in answers differently to a right and to a wrong guess."""
    attempt = start_attempt(exam=exam, enrolment=people[0], by=None)
    client.force_login(people[0].member.user)
    replies = set()
    question = attempt.paper[0]
    for seq in range(40):
        body = {"number": 1, "choice": [seq % len(question["options"])], "seq": seq}
        reply = client.post(url("me-answers", attempt.pk), json.dumps(body), content_type="application/json")
        replies.add((reply.status_code, tuple(sorted(reply.json()))))
    assert replies == {(200, ("choice", "number", "saved_at", "seq"))}
    ends = []
    for wrong in range(9):
        form = {"answers": json.dumps([row | {"seq": 100 + wrong} for row in right(attempt, wrong=8 - wrong)])}
        ends.append(client.post(url("me-submit", attempt.pk), form).url)
    attempt.refresh_from_db()
    assert (set(ends), attempt.score) == ({url("me-result", attempt.pk)}, 0)
    assert client.get(url("me-result", attempt.pk)).context["shown"] is False


@pytest.mark.trust("C14")
def test_sittings_are_numbered_and_end(exam, people, clerk, client, time_machine) -> None:
    """The exam and two retakes; then nothing is left to guess at."""
    me = people[0]
    submit_attempt(attempt=start_attempt(exam=exam, enrolment=me, by=None), by=None)
    time_machine.move_to(exam.closes_at)
    release_results(exam=exam, by=clerk)
    client.force_login(me.member.user)
    for _ in range(6):
        sweep(timezone.now(), drain=True)
        client.post(url("me-start", exam.pk))
        for attempt in Attempt.objects.filter(enrolment=me).open():
            submit_attempt(attempt=attempt, by=None)
    assert list(Attempt.objects.filter(enrolment=me).values_list("sitting", flat=True)) == [0, 1, 2]
