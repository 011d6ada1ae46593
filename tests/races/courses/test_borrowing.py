"""A town asks twice at once; the owner agrees while the town takes its request back."""

from functools import partial

import pytest
from django.utils import timezone

from courses.actions import borrowing as actions
from courses.models import Borrowing
from juxian.people.models import Grant
from tests.factories import CourseFactory, GrantFactory, UserFactory
from tests.races.threads import kinds, together


@pytest.fixture
def course(other_town):
    return CourseFactory(town=other_town)


def ask(course, town, by) -> str:
    year = timezone.localdate().year
    return actions.request_borrowing(course=course, host=town, year=year, purpose="轮训班", by=by).state


@pytest.fixture
def two_ask(course, town, clerk, arena):
    other = GrantFactory(user=UserFactory(), kind=Grant.Kind.CLERK, town=town).user
    arena.meet(Borrowing, "full_clean", 2)
    return [partial(ask, course, town, by) for by in (clerk, other)]


def test_two_who_ask_at_once_make_one_request(two_ask):
    assert kinds(together(*two_ask)) == ["requested"] * 2
    assert Borrowing.objects.count() == 1


def test_twin_without_the_lock_the_database_refuses_the_second(two_ask, arena):
    arena.lift_locks()
    arena.meet(Borrowing, "save", 2)
    assert kinds(together(*two_ask)) == ["IntegrityError", "requested"]
    assert Borrowing.objects.count() == 1


@pytest.fixture
def crossing(course, town, clerk, other_clerk, arena):
    ask(course, town, clerk)
    row = Borrowing.objects.get()
    arena.meet(actions, "must_run", 2)

    def moved(act, by) -> str:
        return act(borrowing=row, by=by).state

    return [partial(moved, actions.grant_borrowing, other_clerk), partial(moved, actions.withdraw_borrowing, clerk)]


def test_granted_and_taken_back_at_once_is_one_of_both(crossing):
    results = together(*crossing)
    assert sum(isinstance(result, Exception) for result in results) == 1
    row = Borrowing.objects.get()
    assert row.state in ("granted", "withdrawn")
    assert (row.decided_at is None) == (row.state == "withdrawn")


def test_twin_without_the_lock_both_believe_they_did_it_or_the_database_refuses(crossing, arena):
    arena.lift_locks()
    arena.meet(Borrowing, "save", 2)
    assert kinds(together(*crossing)) in (["IntegrityError", "granted"], ["granted", "withdrawn"])
