"""Twelve people for three seats, at once."""

from functools import partial

import pytest

from tests.factories import BranchFactory, MemberFactory
from tests.races.threads import kinds, together
from tests.trainings.conftest import seated
from trainings import actions
from trainings.actions import enrolments
from trainings.models import Enrolment


@pytest.fixture
def twelve(town, arena):
    branch = BranchFactory(town=town)
    arena.meet(enrolments, "_write", 12)
    return [MemberFactory(branch=branch) for _ in range(12)]


def enrol(training_class, member, by) -> str:
    result = actions.enrol(training_class=training_class, members=[member], source=Enrolment.Source.LIST, by=by)
    return "seated" if result.seated else "waiting"


def race(training_class, members, by) -> list[str]:
    return kinds(together(*[partial(enrol, training_class, member, by) for member in members]))


def test_three_sit_and_nine_wait(enrolling, twelve, clerk):
    assert race(enrolling, twelve, clerk) == ["seated"] * 3 + ["waiting"] * 9
    assert len(seated(enrolling)) == 3


def test_twin_without_the_lock_all_twelve_sit(enrolling, twelve, clerk, arena):
    arena.lift_locks()
    assert race(enrolling, twelve, clerk) == ["seated"] * 12
    assert len(seated(enrolling)) == 12


def test_one_person_enrolled_twice_has_one_seat(enrolling, people, clerk, arena):
    arena.meet(enrolments, "_write", 2)
    assert sorted(race(enrolling, people[:1] * 2, clerk)) == ["seated", "waiting"]
    assert [row.member for row in seated(enrolling)] == people[:1]


def test_twin_without_the_lock_the_database_refuses_the_second_seat(enrolling, people, clerk, arena):
    arena.meet(enrolments, "_write", 2)
    arena.lift_locks()
    assert race(enrolling, people[:1] * 2, clerk) == ["IntegrityError", "seated"]
