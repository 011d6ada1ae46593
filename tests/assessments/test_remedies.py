"""Retakes and make-ups: by themselves, once, until the cap."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from assessments.actions import (
    cancel_make_up,
    complete_make_up,
    give_retake,
    release_results,
    start_attempt,
    submit_attempt,
)
from assessments.models import Attempt, MakeUp, Retake
from juxian.audit.models import AuditEntry
from juxian.messages.models import InboxMessage
from juxian.obligations.sweep import sweep
from tests.assessments.conftest import mark, right
from tests.factories import SessionFactory
from trainings.models import Certificate, Enrolment, HourEntry, Mark, Session, TrainingClass

pytestmark = pytest.mark.db_engine


def _sweep() -> dict:
    return sweep(timezone.now(), drain=True)


def _retakes() -> list[tuple]:
    return list(
        Retake.objects.order_by("enrolment", "sequence").values_list("enrolment", "sequence", "reason", "state")
    )


def test_release_gives_a_retake_to_the_weak_and_to_those_who_did_not_sit(released, people):
    _sweep()
    assert _retakes() == [
        (people[2].pk, 1, "weak", "open"),
        (people[3].pk, 1, "weak", "open"),
        (people[4].pk, 1, "absent", "open"),
        (people[5].pk, 1, "absent", "open"),
    ]
    last_minute = datetime(2026, 12, 7, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai
    assert set(Retake.objects.values_list("due_at", flat=True)) == {last_minute}
    told = InboxMessage.objects.filter(key__startswith="retake:")
    assert sorted(told.values_list("member_id", flat=True)) == sorted(row.member_id for row in people[2:])


def test_nothing_before_release(exam, people, sit, time_machine):
    sit(people[0], wrong=8)
    time_machine.move_to(exam.closes_at)
    _sweep()
    assert Retake.objects.count() == 0


@pytest.mark.trust("A13")
def test_a_second_sweep_gives_nothing_more(released):
    _sweep()
    assert _sweep() == {}
    assert (Retake.objects.count(), InboxMessage.objects.filter(key__startswith="retake:").count()) == (4, 4)


def test_who_lost_the_seat_gets_no_retake(released, people):
    Enrolment.objects.filter(pk=people[2].pk).update(state="cancelled", cancelled_at=timezone.now())
    _sweep()
    assert [row[0] for row in _retakes()] == [row.pk for row in people[3:]]


@pytest.mark.trust("A12")
def test_the_reason_is_checked_again_when_the_retake_is_given(released, people):
    Attempt.objects.filter(enrolment=people[2]).update(score=90)
    assert give_retake(enrolment_id=people[2].pk, sequence=1, now=timezone.now()) == "已经及格"
    assert give_retake(enrolment_id=people[3].pk, sequence=2, now=timezone.now()) == "上一次补考还没有了结"
    Enrolment.objects.filter(pk=people[4].pk).update(state="cancelled", cancelled_at=timezone.now())
    assert give_retake(enrolment_id=people[4].pk, sequence=1, now=timezone.now()) == "已不在录取名单"
    first = give_retake(enrolment_id=people[3].pk, sequence=1, now=timezone.now())
    assert give_retake(enrolment_id=people[3].pk, sequence=1, now=timezone.now()) == first
    assert Retake.objects.count() == 1


def _resit(exam, enrolment, wrong: int) -> Attempt:
    attempt = start_attempt(exam=exam, enrolment=enrolment, by=enrolment.member.user)
    return submit_attempt(attempt=attempt, answers=right(attempt, wrong=wrong), by=enrolment.member.user)


def test_a_passed_retake_ends_it_and_the_member_knows_at_once(released, people):
    _sweep()
    attempt = _resit(released, people[2], wrong=0)
    _sweep()
    mine = Retake.objects.filter(enrolment=people[2])
    assert list(mine.values_list("sequence", "state", "closed_at")) == [(1, "passed", attempt.finished_at)]
    title = released.training_class.title
    told = InboxMessage.objects.get(key=f"exam-result:{attempt.pk}")
    assert (told.member, told.body) == (people[2].member, f"{title}第 1 次补考：100 分，60 分及格，及格。")


def test_a_retake_has_a_different_paper(released, people):
    _sweep()
    attempt = start_attempt(exam=released, enrolment=people[2], by=None)
    first = Attempt.objects.get(enrolment=people[2], sitting=0)
    assert attempt.sitting == 1
    assert {q["id"] for q in attempt.paper} & {q["id"] for q in first.paper} == set()


def test_a_failed_retake_brings_the_next_until_the_cap(released, people):
    for _ in range(4):
        _sweep()
        if Retake.objects.open().filter(enrolment=people[2]).exists():
            _resit(released, people[2], wrong=8)
    mine = [row[1:] for row in _retakes() if row[0] == people[2].pk]
    assert mine == [(1, "weak", "failed"), (2, "weak", "failed")]
    assert start_attempt(exam=released, enrolment=people[2], by=None).sitting == 0
    assert Attempt.objects.filter(enrolment=people[2]).count() == 3


def test_an_unused_retake_expires_and_the_next_follows(released, people, time_machine):
    _sweep()
    time_machine.move_to(Retake.objects.first().due_at)
    counts = _sweep()
    assert counts["assessments.retake_close"] == {"created": 4, "done": 4}
    assert [row[1:] for row in _retakes() if row[0] == people[4].pk] == [
        (1, "absent", "expired"),
        (2, "absent", "open"),
    ]
    time_machine.move_to(Retake.objects.open().first().due_at)
    _sweep()
    assert Retake.objects.count() == 8
    assert Retake.objects.open().count() == 0
    assert _sweep() == {}


def test_a_retake_begun_in_time_is_not_expired(released, people, time_machine):
    _sweep()
    retake = Retake.objects.get(enrolment=people[2])
    time_machine.move_to(retake.due_at - timedelta(minutes=1), tick=False)
    attempt = start_attempt(exam=released, enrolment=people[2], by=None)
    time_machine.move_to(retake.due_at + timedelta(minutes=1), tick=False)
    _sweep()
    retake.refresh_from_db()
    assert retake.state == "open"
    submit_attempt(attempt=attempt, answers=right(attempt), by=None)
    retake.refresh_from_db()
    assert retake.state == "passed"


def test_a_retake_closed_by_the_sweep_fails(released, people, time_machine):
    _sweep()
    attempt = start_attempt(exam=released, enrolment=people[2], by=None)
    time_machine.move_to(attempt.closes_at)
    _sweep()
    mine = [row[1:] for row in _retakes() if row[0] == people[2].pk]
    assert mine == [(1, "weak", "failed"), (2, "weak", "open")]


def test_a_retake_passed_after_the_archive_changes_the_outcome(released, people, running):
    for session in Session.objects.filter(training_class=running):
        mark(session, people[2], "present", running.created_by)
    _sweep()
    TrainingClass.objects.filter(pk=running.pk).update(
        state="archived", archived_by=running.created_by, archived_at=timezone.now()
    )
    Enrolment.objects.filter(pk=people[2].pk).update(outcome="not_completed", outcome_note="考试未及格。")
    _resit(released, people[2], wrong=0)
    people[2].refresh_from_db()
    assert (people[2].outcome, people[2].outcome_note) == ("completed", "")
    assert AuditEntry.objects.filter(action="class.amend", subject_id=str(people[2].pk)).count() == 1
    certificate = Certificate.objects.get()
    assert (certificate.enrolment, certificate.hours, certificate.issued_by) == (people[2], Decimal(8), None)


@pytest.fixture
def closing(running, people, clerk) -> TrainingClass:
    """Person 0 came to both sessions, 1 to one, 2 to none; one whole session is more than a seventh."""
    morning, afternoon = Session.objects.filter(training_class=running)
    for person, codes in enumerate([("present", "late"), ("present", "absent"), ("leave", "absent")]):
        mark(morning, people[person], codes[0], clerk)
        mark(afternoon, people[person], codes[1], clerk)
    for person in people[3:]:
        mark(morning, person, "present", clerk)
        mark(afternoon, person, "present", clerk)
    TrainingClass.objects.filter(pk=running.pk).update(state="closing", closing_at=timezone.now())
    running.refresh_from_db()
    return running


def test_who_missed_too_much_owes_a_make_up_once(closing, people):
    _sweep()
    _sweep()
    owed = MakeUp.objects.order_by("enrolment").values_list("enrolment", "missed_hours", "due_on")
    due = timezone.localdate() + timedelta(days=30)
    assert list(owed) == [(people[1].pk, Decimal(4), due), (people[2].pk, Decimal(8), due)]
    assert InboxMessage.objects.filter(key__startswith="make-up:").count() == 2


def test_missing_no_more_than_the_limit_owes_nothing(closing, people):
    Session.objects.filter(training_class=closing, half="am").update(hours=Decimal(6))
    Session.objects.filter(training_class=closing, half="pm").update(hours=Decimal(1))
    _sweep()
    assert list(MakeUp.objects.values_list("enrolment", "missed_hours")) == [(people[2].pk, Decimal(7))]


def test_a_done_make_up_marks_the_missed_sessions(closing, people, clerk):
    _sweep()
    make_up = MakeUp.objects.get(enrolment=people[1])
    done = complete_make_up(make_up=make_up, note="12月1日在第一教室补听", by=clerk)
    complete_make_up(make_up=make_up, note="再点一次", by=clerk)
    assert (done.state, done.note) == ("done", "12月1日在第一教室补听")
    new = Mark.objects.filter(origin="make_up")
    assert list(new.values_list("enrolment", "session__half", "status__counts_present")) == [(people[1].pk, "pm", True)]
    assert AuditEntry.objects.filter(action="assessments.make_up_done").count() == 1


def test_a_make_up_after_the_archive_adds_ledger_rows(closing, people, clerk):
    _sweep()
    TrainingClass.objects.filter(pk=closing.pk).update(
        state="archived", archived_by=clerk, archived_at=timezone.now(), has_exam=False
    )
    complete_make_up(make_up=MakeUp.objects.get(enrolment=people[2]), note="补听两次课", by=clerk)
    people[2].refresh_from_db()
    rows = HourEntry.objects.filter(enrolment=people[2]).order_by("session__half")
    assert [row.hours for row in rows] == [Decimal(4), Decimal(4)]
    assert people[2].outcome == "completed"


def test_a_make_up_of_several_sessions_issues_one_certificate(closing, people, clerk):
    """The last half-day may be missed without harm, so its make-up comes when the person has completed already."""
    short = SessionFactory(training_class=closing, half="xv", hours=Decimal(1))
    for person in people:
        mark(short, person, "absent" if person == people[2] else "present", clerk)
    _sweep()
    TrainingClass.objects.filter(pk=closing.pk).update(
        state="archived", archived_by=clerk, archived_at=timezone.now(), has_exam=False
    )
    complete_make_up(make_up=MakeUp.objects.get(enrolment=people[2]), note="补听三次课", by=clerk)
    certificate = Certificate.objects.get(enrolment=people[2])
    assert (certificate.hours, certificate.is_valid) == (Decimal(9), True)


def test_a_make_up_can_be_dropped_with_a_reason(closing, people, clerk, other_clerk):
    _sweep()
    make_up = MakeUp.objects.get(enrolment=people[1])
    with pytest.raises(PermissionDenied):
        complete_make_up(make_up=make_up, note="x", by=other_clerk)
    with pytest.raises(ValidationError, match="为什么取消"):
        cancel_make_up(make_up=make_up, note=" ", by=clerk)
    assert cancel_make_up(make_up=make_up, note="点名更正", by=clerk).state == "cancelled"
    with pytest.raises(ValidationError, match="已经取消"):
        complete_make_up(make_up=make_up, note="x", by=clerk)
    _sweep()
    assert MakeUp.objects.filter(enrolment=people[1]).count() == 1


def test_released_twice_is_released_once(released, clerk):
    first = released.released_at
    assert release_results(exam=released, by=clerk).released_at == first
