"""The whole way of a class by actions."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from juxian.audit.models import AuditEntry
from tests.trainings.conftest import mark_all, seated, sessions_of, waive_rest
from trainings import actions
from trainings.models import Enrolment, HourEntry, TrainingClass

pytestmark = pytest.mark.db_engine
State = TrainingClass.State


def test_class_goes_from_plan_to_record(draft, people, clerk, county):
    actions.submit_class(training_class=draft, by=clerk)
    actions.approve_class(training_class=draft, by=county)
    actions.open_enrolment(training_class=draft, by=clerk)
    result = actions.enrol(training_class=draft, members=people, source=Enrolment.Source.LIST, by=clerk)
    assert (len(result.seated), len(result.waiting), len(result.already)) == (3, 2, 0)
    actions.start_class(training_class=draft, by=clerk)
    mark_all(draft, clerk)
    actions.begin_closing(training_class=draft, by=clerk)
    waive_rest(draft, clerk)
    done = actions.archive_class(training_class=draft, by=clerk)
    assert done.state == State.ARCHIVED
    assert HourEntry.objects.filter(training_class=draft).count() == 6
    assert HourEntry.objects.filter(training_class=draft).total() == Decimal(24)
    assert {row.outcome for row in seated(draft)} == {Enrolment.Outcome.COMPLETED}
    verbs = [row.action for row in AuditEntry.objects.filter(action__startswith="class.").order_by("pk")]
    assert verbs == [
        "class.open",
        "class.submit",
        "class.approve",
        "class.enrolling",
        "class.enrol",
        "class.start",
        "class.closing",
        "class.archive",
    ]


def test_every_move_twice_is_once(archived, clerk, line):
    before = AuditEntry.objects.count()
    assert actions.archive_class(training_class=archived, by=clerk).state == State.ARCHIVED
    assert actions.post_class_hours(training_class=archived, by=clerk) == []
    assert actions.open_class_from_line(line=line, by=clerk) == archived
    assert HourEntry.objects.count() == 6
    assert AuditEntry.objects.count() == before


def test_strangers_move_nothing(draft, other_clerk, colleague):
    for stranger in (other_clerk, colleague):
        with pytest.raises(PermissionDenied):
            actions.submit_class(training_class=draft, by=stranger)


def test_only_the_county_decides_and_never_what_it_submitted(draft, clerk, county):
    actions.submit_class(training_class=draft, by=county)
    with pytest.raises(PermissionDenied):
        actions.approve_class(training_class=draft, by=clerk)
    with pytest.raises(ValidationError) as refusal:
        actions.approve_class(training_class=draft, by=county)
    assert refusal.value.messages == ["这是您自己送审的，要由另一位县级管理员审批。"]


def test_roster_of_a_future_session_is_refused(running, clerk, tomorrow):
    session = sessions_of(running)[0]
    type(session).objects.filter(pk=session.pk).update(day=tomorrow)
    with pytest.raises(ValidationError) as refusal:
        actions.save_roster(session=session, statuses={}, key="k", by=clerk)
    when = f"{tomorrow.month}月{tomorrow.day}日上午“第上午讲”"
    assert refusal.value.messages == [f"{when}还没到上课日期，当天才能点名。"]
