"""Sitting: one attempt, the newest answer, one result."""

import random
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments.actions import close_overdue, save_answer, save_answers, start_attempt, submit_attempt
from assessments.models import Answer, Attempt, Question
from assessments.papers import clean_choice, draw, public
from juxian.obligations.models import Obligation
from juxian.obligations.sweep import sweep
from tests.assessments.conftest import right, seat
from tests.factories import ClassFactory

pytestmark = pytest.mark.db_engine


def _start(exam, enrolment) -> Attempt:
    return start_attempt(exam=exam, enrolment=enrolment, by=enrolment.member.user)


def _save(attempt, number, choice, seq):
    return save_answer(attempt=attempt, number=number, choice=choice, client_seq=seq, by=None)


def test_start_draws_by_the_blueprint_and_gives_the_full_time(exam, people):
    attempt = _start(exam, people[0])
    kinds = [question["kind"] for question in attempt.paper]
    assert kinds == ["single"] * 4 + ["multiple"] * 2 + ["true_false"] * 2
    assert [question["number"] for question in attempt.paper] == list(range(1, 9))
    assert len({question["id"] for question in attempt.paper}) == 8
    assert attempt.deadline_at == attempt.started_at + timedelta(minutes=60)
    assert attempt.closes_at == attempt.deadline_at + timedelta(seconds=60)


def test_the_key_follows_the_shuffled_options(exam, people):
    attempt = _start(exam, people[0])
    for frozen in attempt.paper:
        question = Question.objects.get(pk=frozen["id"])
        chosen = {frozen["options"][index] for index in frozen["answer"]}
        assert chosen == {question.options[index] for index in question.answer}
        assert sorted(frozen["options"]) == sorted(question.options)


def test_a_paper_that_leaves_the_server_holds_no_key(exam, people):
    attempt = _start(exam, people[0])
    assert {key for question in public(attempt) for key in question} == {"number", "kind", "stem", "options", "points"}


def test_papers_differ_and_a_second_one_prefers_new_questions(exam):
    chance = random.Random(7)
    first = draw(exam, chance=chance)
    assert [q["id"] for q in first] != [q["id"] for q in draw(exam, chance=chance)]
    used = {q["id"] for q in first}
    for _ in range(20):
        assert {q["id"] for q in draw(exam, [first], chance)} & used == set()


def test_a_bank_that_runs_out_gives_old_questions_again(exam):
    first = draw(exam)
    exam.bank.questions.exclude(pk__in=[q["id"] for q in first]).update(retired_at=timezone.now())
    assert {q["id"] for q in draw(exam, [first])} == {q["id"] for q in first}


@pytest.mark.trust("C13")
def test_an_edited_question_does_not_change_a_frozen_paper(exam, people):
    attempt = _start(exam, people[0])
    Question.objects.update(answer=[1], stem="改过")
    done = submit_attempt(attempt=attempt, answers=right(attempt), by=None)
    assert done.score == Decimal("100.00")


@pytest.mark.trust("C12")
def test_starting_again_goes_on_with_the_same_attempt(exam, people):
    first = _start(exam, people[0])
    again = _start(exam, people[0])
    submit_attempt(attempt=first, by=None)
    after = _start(exam, people[0])
    assert (first.pk, first.paper) == (again.pk, again.paper)
    assert (after.pk, after.finished_at is not None) == (first.pk, True)
    assert Attempt.objects.count() == 1


@pytest.mark.trust("C11")
def test_start_only_inside_the_window(exam, people, time_machine):
    time_machine.move_to(exam.opens_at - timedelta(seconds=1), tick=False)
    with pytest.raises(ValidationError, match="还没到开考时间"):
        _start(exam, people[0])
    time_machine.move_to(exam.closes_at, tick=False)
    with pytest.raises(ValidationError, match="考试已经截止"):
        _start(exam, people[0])
    time_machine.move_to(exam.closes_at - timedelta(seconds=1), tick=False)
    assert _start(exam, people[0]).deadline_at == timezone.now() + timedelta(minutes=60)


def test_start_needs_a_seat_in_this_class(exam, people, town, clerk):
    stranger = seat(ClassFactory(town=town, created_by=clerk))
    type(people[0]).objects.filter(pk=people[0].pk).update(state="waiting")
    for enrolment in (stranger, people[0]):
        with pytest.raises(ValidationError, match="录取名单"):
            _start(exam, enrolment)


def test_start_needs_a_class_in_hand(exam, people, running):
    type(running).objects.filter(pk=running.pk).update(state="cancelled")
    exam.refresh_from_db()
    with pytest.raises(ValidationError, match="现在不能考试"):
        _start(exam, people[0])


@pytest.mark.trust("C4")
def test_an_older_save_never_overwrites_a_newer_one(exam, people):
    attempt = _start(exam, people[0])
    assert _save(attempt, 1, [2], 5).choice == [2]
    assert _save(attempt, 1, [0], 4).choice == [2]
    assert _save(attempt, 1, [1], 5).choice == [2]
    assert _save(attempt, 1, [1], 6).choice == [1]
    assert Answer.objects.count() == 1


@pytest.mark.trust("C4")
@pytest.mark.trust("C4")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_order_of_saves_ends_with_the_newest(exam, people, data):
    attempt = _start(exam, people[0])
    attempt.answers.all().delete()
    pairs = st.tuples(st.integers(1, 4), st.integers(0, 1))
    clicks = data.draw(st.lists(pairs, min_size=1, max_size=6))
    sent = [(number, [option], seq) for seq, (number, option) in enumerate(clicks, start=1)]
    arrived = data.draw(st.permutations(sent + data.draw(st.lists(st.sampled_from(sent), max_size=3))))
    for number, choice, seq in arrived:
        _save(attempt, number, choice, seq)
    expected = {number: (choice, seq) for number, choice, seq in sent}
    kept = {row.number: (row.choice, row.client_seq) for row in attempt.answers.all()}
    assert kept == expected


def test_several_are_saved_together_each_against_its_own_newest(exam, people):
    attempt = _start(exam, people[0])
    _save(attempt, 2, [3], 9)
    rows = [{"number": number, "choice": [number], "seq": 5} for number in (1, 2, 3)]
    kept = save_answers(attempt=attempt, answers=rows, by=None)
    assert [(one.number, one.choice, one.client_seq) for one in kept] == [(1, [1], 5), (2, [3], 9), (3, [3], 5)]
    assert list(attempt.answers.order_by("number").values_list("choice", "client_seq")) == [
        ([1], 5),
        ([3], 9),
        ([3], 5),
    ]


def test_of_several_with_nonsense_none_is_saved(exam, people):
    attempt = _start(exam, people[0])
    good = {"number": 1, "choice": [0], "seq": 1}
    for rows in ([good, {"number": 99, "choice": [0], "seq": 1}], [good] * (len(attempt.paper) + 1)):
        with pytest.raises(ValidationError) as refusal:
            save_answers(attempt=attempt, answers=rows, by=None)
        assert (refusal.value.code, Answer.objects.count()) == ("bad", 0)


def test_saving_from_a_page_read_before_the_end_is_refused_by_what_holds_now(exam, people):
    attempt = _start(exam, people[0])
    before = Attempt.objects.get(pk=attempt.pk)
    submit_attempt(attempt=attempt, by=None)
    with pytest.raises(ValidationError) as refusal:
        _save(before, 1, [0], 1)
    assert (refusal.value.code, Answer.objects.count()) == ("finished", 0)


@pytest.mark.parametrize(("number", "choice", "seq"), [
    (99, [0], 1), (1, [9], 1), (1, [-1], 1), (1, [0, 1], 1), (1, "A", 1), (1, [True], 1), (True, [0], 1),
    ("1", [0], 1), (1, None, 1), (1, [0], -1), (1, [0], "1"), (1, [0], 2**60), (None, [0], 1), (1, [[0]], 1),
])  # fmt: skip
def test_nonsense_is_refused(exam, people, number, choice, seq):
    attempt = _start(exam, people[0])
    with pytest.raises(ValidationError) as refusal:
        _save(attempt, number, choice, seq)
    assert refusal.value.code == "bad"
    assert Answer.objects.count() == 0


def test_clean_choice_sorts_and_drops_repeats(exam, people):
    attempt = _start(exam, people[0])
    assert clean_choice(attempt.paper, 5, [2, 0, 2]) == (5, [0, 2])


def test_saving_after_hand_in_or_after_the_last_second_is_refused(exam, people, time_machine):
    attempt, late = _start(exam, people[0]), _start(exam, people[1])
    submit_attempt(attempt=attempt, by=None)
    with pytest.raises(ValidationError) as finished:
        _save(attempt, 1, [0], 1)
    time_machine.move_to(late.closes_at - timedelta(seconds=1), tick=False)
    _save(late, 1, [0], 1)
    time_machine.move_to(late.closes_at, tick=False)
    with pytest.raises(ValidationError) as too_late:
        _save(late, 1, [1], 2)
    assert (finished.value.code, too_late.value.code) == ("finished", "late")


def test_submit_takes_the_unsaved_answers_and_marks_once(exam, people):
    attempt = _start(exam, people[0])
    first = submit_attempt(attempt=attempt, answers=right(attempt, wrong=1), by=None)
    assert (first.score, first.closed_by) == (Decimal("90.00"), "member")
    again = submit_attempt(attempt=attempt, answers=right(attempt), by=None)
    assert (again.score, again.finished_at) == (first.score, first.finished_at)


def test_submit_skips_what_it_cannot_read(exam, people):
    attempt = _start(exam, people[0])
    rubbish = [None, 7, {"number": 99, "choice": [0], "seq": 1}, {"number": 1}]
    done = submit_attempt(attempt=attempt, answers=[*rubbish, *right(attempt)], by=None)
    assert done.score == Decimal("100.00")


def test_submit_in_the_grace_counts_and_after_it_is_refused(exam, people, time_machine):
    inside, outside = _start(exam, people[0]), _start(exam, people[1])
    _save(outside, 1, outside.paper[0]["answer"], 1)
    time_machine.move_to(inside.closes_at - timedelta(seconds=1), tick=False)
    assert submit_attempt(attempt=inside, answers=right(inside), by=None).score == Decimal("100.00")
    time_machine.move_to(outside.closes_at, tick=False)
    with pytest.raises(ValidationError) as refusal:
        submit_attempt(attempt=outside, answers=right(outside), by=None)
    outside.refresh_from_db()
    assert (refusal.value.code, outside.finished_at, outside.answers.count()) == ("late", None, 1)


@pytest.mark.trust("C8")
def test_the_sweep_closes_overdue_attempts_once_from_what_is_saved(exam, people, time_machine):
    attempt, done = _start(exam, people[0]), _start(exam, people[1])
    for row in right(attempt)[:2]:
        _save(attempt, row["number"], row["choice"], 1)
    submit_attempt(attempt=done, answers=right(done), by=None)
    assert "assessments.close_attempt" not in sweep(timezone.now())
    time_machine.move_to(attempt.closes_at, tick=False)
    first = sweep(timezone.now())
    assert first["assessments.close_attempt"] == {"created": 1, "done": 1}
    assert sweep(timezone.now()).get("assessments.close_attempt") is None
    attempt.refresh_from_db()
    assert (attempt.score, attempt.closed_by, attempt.finished_at) == (Decimal("20.00"), "sweep", attempt.closes_at)
    assert Obligation.objects.filter(kind="assessments.close_attempt").count() == 1


def test_an_attempt_three_days_overdue_is_still_closed(exam, people, time_machine):
    attempt = _start(exam, people[0])
    time_machine.move_to(attempt.closes_at + timedelta(days=3), tick=False)
    assert sweep(timezone.now())["assessments.close_attempt"] == {"created": 1, "done": 1}


def test_close_overdue_leaves_what_is_not_overdue(exam, people):
    attempt = _start(exam, people[0])
    assert close_overdue(attempt_id=attempt.pk, now=timezone.now()) is None
