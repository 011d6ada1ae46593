"""One lecturer is asked to stand in at two places in one half-day, by two towns at the same moment."""

from functools import partial

import pytest
from django.utils import timezone

from lecturers.models import Appointment
from tests.factories import ClassFactory, LecturerFactory, SessionFactory
from tests.races.threads import kinds, together
from trainings import actions
from trainings.actions import substitutions
from trainings.models import Session, Substitution


@pytest.fixture
def asked(town, other_town, clerk, other_clerk, arena):
    """Two sessions of this morning, each with a lecturer of its own who falls ill."""
    stand_in = LecturerFactory()
    Appointment.objects.create(lecturer=stand_in, tier=Appointment.Tier.POOL, starts_on=timezone.localdate())
    arena.meet(substitutions, "booked", 2, after=True)
    return [
        partial(stand, SessionFactory(training_class=ClassFactory(town=home, state="running")), stand_in, by)
        for home, by in ((town, clerk), (other_town, other_clerk))
    ]


def stand(session, actual, by) -> str:
    actions.substitute(session=session, actual=actual, reason="生病", by=by)
    return "noted"


def places() -> tuple[int, int]:
    """Journal rows, and the most sessions one lecturer has."""
    taught = list(Session.objects.standing().values_list("lecturer", flat=True))
    return Substitution.objects.count(), max(taught.count(one) for one in taught)


def test_the_second_is_refused_with_a_sentence(asked, arena):
    results = together(*asked)
    assert kinds(results) == ["ValidationError", "noted"]
    (refusal,) = [result for result in results if isinstance(result, Exception)]
    assert [text[-7:] for text in refusal.messages] == ["，或换个半天。"]
    assert places() == (1, 1)


def test_twin_without_the_lock_the_database_refuses(asked, arena):
    arena.lift_locks()
    assert kinds(together(*asked)) == ["IntegrityError", "noted"]
    assert places() == (1, 1)


def test_twin_without_lock_and_constraint_one_is_in_two_places(asked, arena):
    arena.drop(Session, "trainings_session_lecturer_once")
    arena.lift_locks()
    assert kinds(together(*asked)) == ["noted", "noted"]
    assert places() == (2, 2)
