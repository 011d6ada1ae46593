"""One retake, however many make it at once."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from assessments.actions import release_results, remedies
from assessments.models import Retake
from juxian.messages.models import InboxMessage
from tests.races.threads import kinds, together


@pytest.fixture
def gives(exam, sit, people, clerk, arena):
    """Two sweeps give the first retake of somebody whose result is out."""
    sit(people[0], wrong=8)
    exam.closes_at = timezone.now()
    exam.save()
    release_results(exam=exam, by=clerk)
    InboxMessage.objects.all().delete()
    arena.meet(remedies, "_no_retake", 2, after=True)
    give = partial(
        remedies.give_retake, enrolment_id=people[0].pk, sequence=1, now=timezone.now() + timedelta(minutes=1)
    )
    return [lambda: str(give().sequence)] * 2


def made() -> tuple[int, int]:
    """Retakes, and letters about them."""
    return Retake.objects.count(), InboxMessage.objects.count()


@pytest.mark.trust("A8")
def test_two_make_one_retake_and_one_letter(gives):
    assert kinds(together(*gives)) == ["1", "1"]
    assert made() == (1, 1)


def test_twin_without_the_lock_the_second_gets_an_error(gives, arena):
    arena.lift_locks()
    assert kinds(together(*gives)) == ["1", "IntegrityError"]


def test_twin_without_lock_and_constraints_there_are_two(gives, arena):
    arena.drop(Retake, "assessments_retake_sequence", "assessments_retake_one_open")
    arena.lift_locks()
    assert kinds(together(*gives)) == ["1", "1"]
    assert made() == (2, 2)
