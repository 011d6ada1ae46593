"""Two of the county appoint, renew or suspend one lecturer at once; one ends what the other renews."""

from contextlib import suppress
from datetime import date, timedelta
from functools import partial
from threading import BrokenBarrierError

import pytest
from django.utils import timezone

from lecturers.actions import terms
from lecturers.models import Appointment, Suspension, YearlyReview
from lecturers.terms import limit_of
from tests.factories import LecturerFactory
from tests.races.threads import kinds, together


@pytest.fixture
def lecturer(arena):
    return LecturerFactory()


def day(number: int) -> date:
    return timezone.localdate() + timedelta(days=number)


def jobs(act: str, lecturer, county, arena) -> list:
    """The same act twice, by two who do not know of one another."""
    if act == "appoint":
        arena.meet(terms, "_check_free", 2, after=True)
        said = {"lecturer": lecturer, "tier": "pool", "ends_on": day(200), "by": county}
        return [partial(terms.record_term, starts_on=day(number), number=str(number), **said) for number in (0, 1)]
    term = Appointment.objects.create(lecturer=lecturer, tier="pool", starts_on=day(-30), ends_on=day(30))
    if act == "suspend":
        arena.meet(Suspension, "full_clean", 2)
        return [partial(terms.suspend, lecturer=lecturer, starts_on=day(0), reason="生病", by=county)] * 2
    reviewed(lecturer, county)
    arena.meet(terms, "may_renew", 2, after=True)
    renew = partial(terms.renew, appointment=term, by=county)
    return [partial(renew, ends_on=limit_of(day(30)), number=number) for number in "甲乙"]


def reviewed(lecturer, county) -> None:
    said = {"year": day(0).year, "result": "fit", "note": "好", "at": timezone.now(), "by": county}
    YearlyReview.objects.create(lecturer=lecturer, **said)


def rows(lecturer) -> tuple[int, int]:
    return Appointment.objects.filter(lecturer=lecturer).count(), Suspension.objects.count()


ACTS = {"appoint": (1, 0), "renew": (2, 0), "suspend": (1, 1)}


@pytest.mark.parametrize("act", ACTS)
def test_twice_at_once_is_once(act, lecturer, county, arena):
    found = together(*jobs(act, lecturer, county, arena))
    made = "Suspension" if act == "suspend" else "Appointment"
    other = "ValidationError" if act == "appoint" else made
    assert sorted(type(one).__name__ for one in found) == [made, other]
    assert rows(lecturer) == ACTS[act]


@pytest.mark.parametrize("act", ACTS)
def test_twin_without_the_lock_the_database_refuses_the_second(act, lecturer, county, arena):
    both, model = jobs(act, lecturer, county, arena), Suspension if act == "suspend" else Appointment
    arena.lift_locks()
    arena.meet(model, "save", 2)
    found = together(*both)
    assert sorted(type(one).__name__ for one in found) == sorted(["IntegrityError", model.__name__])
    assert rows(lecturer) == ACTS[act]


@pytest.fixture
def crossing(lecturer, county, arena):
    """One renews what another ends."""
    term = Appointment.objects.create(lecturer=lecturer, tier="pool", starts_on=day(-30), ends_on=day(30))
    reviewed(lecturer, county)
    renew = partial(terms.renew, appointment=term, ends_on=limit_of(day(30)), number="甲", by=county)
    arena.meet(terms, "need_text", arena.meet(terms, "may_renew", 2, after=True))
    left = arena.meet(terms, "_check_span", 2)
    said = {"lecturer": lecturer, "on": day(0), "kind": "moved", "reason": "调离", "by": county}

    def leave() -> str:
        number = len(terms.leave(**said))
        with suppress(BrokenBarrierError):
            left.wait(arena.patience)
        return f"{number} left"

    return [lambda: type(renew()).__name__, leave]


def standing(lecturer) -> int:
    return Appointment.objects.standing_or_coming(day(0)).filter(lecturer=lecturer).count()


def test_who_leaves_while_being_renewed_has_left(crossing, lecturer):
    assert kinds(together(*crossing)) in (["1 left", "Appointment"], ["1 left", "ValidationError"])
    assert standing(lecturer) == 0


def test_twin_without_the_lock_who_left_is_renewed(crossing, lecturer, arena):
    arena.lift_locks()
    assert kinds(together(*crossing)) == ["1 left", "Appointment"]
    assert standing(lecturer) == 1
