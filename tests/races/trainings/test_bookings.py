"""One lecturer, one room, one screen, one half-day; two towns ask at once."""

from functools import partial

import pytest
from django.utils import timezone

from centres.models import ReceptionSite
from tests.factories import ClassFactory, LecturerFactory
from tests.races.threads import kinds, together
from trainings import actions
from trainings.actions import sessions
from trainings.models import Session


@pytest.fixture
def asked(town, other_town, clerk, other_clerk, arena):
    """Two towns want the same lecturer this morning."""
    lecturer = LecturerFactory()
    arena.meet(sessions, "_check", 2, after=True)
    return [partial(add, ClassFactory(town=town), clerk, lecturer=lecturer),
            partial(add, ClassFactory(town=other_town), other_clerk, lecturer=lecturer)]  # fmt: skip


@pytest.fixture
def hall(town, clerk, county, room, arena):
    """Two classes of one town want the same room this morning."""
    arena.meet(sessions, "_check", 2, after=True)
    return [partial(add, ClassFactory(town=town), by, room=room) for by in (clerk, county)]


@pytest.fixture
def screen(town, clerk, county, room, arena):
    """Two classes of one town want to watch at the same reception site this morning."""
    site = ReceptionSite.objects.create(
        centre=room.centre, name="村部大屏", village="甲村", working_since=timezone.localdate()
    )
    arena.meet(sessions, "_check", 2, after=True)
    viewing = {"site": site, "mode": Session.Mode.GROUP_VIEWING}
    return [partial(add, ClassFactory(town=town), by, **viewing) for by in (clerk, county)]


def add(training_class, by, **wanted) -> str:
    day = timezone.localdate()
    actions.add_session(training_class=training_class, by=by, day=day, half="am", topic="党章", **wanted)
    return "booked"


def booked() -> int:
    return Session.objects.standing().count()


@pytest.mark.parametrize("wanted", ["asked", "hall", "screen"])
def test_the_second_is_refused_with_a_sentence(wanted, request, arena):
    results = together(*request.getfixturevalue(wanted))
    assert kinds(results) == ["ValidationError", "booked"]
    (refusal,) = [result for result in results if isinstance(result, Exception)]
    assert [text[-7:] for text in refusal.messages] == ["，或换个半天。"]
    assert booked() == 1


@pytest.mark.parametrize("wanted", ["asked", "hall", "screen"])
def test_twin_without_the_lock_the_database_refuses(wanted, request, arena):
    jobs = request.getfixturevalue(wanted)
    arena.lift_locks()
    assert kinds(together(*jobs)) == ["IntegrityError", "booked"]
    assert booked() == 1


@pytest.mark.parametrize(
    ("wanted", "constraint"),
    [
        ("asked", "trainings_session_lecturer_once"),
        ("hall", "trainings_session_room_once"),
        ("screen", "trainings_session_site_once"),
    ],
)
def test_twin_without_lock_and_constraint_one_is_in_two_places(wanted, constraint, request, arena):
    jobs = request.getfixturevalue(wanted)
    arena.drop(Session, constraint)
    arena.lift_locks()
    assert kinds(together(*jobs)) == ["booked", "booked"]
    assert booked() == 2


def test_two_moved_into_one_half_day_at_once(town, other_town, clerk, other_clerk, arena):
    lecturer = LecturerFactory()
    for home, by, half in ((town, clerk, "am"), (other_town, other_clerk, "pm")):
        actions.add_session(
            training_class=ClassFactory(town=home), by=by, day=timezone.localdate(), half=half, topic="课", lecturer=lecturer
        )  # fmt: skip
    first, second = Session.objects.order_by("pk")
    arena.meet(sessions, "_check", 2, after=True)
    results = together(
        partial(actions.change_session, session=first, by=clerk, half="xv"),
        partial(actions.change_session, session=second, by=other_clerk, half="xv"),
    )
    assert sum(isinstance(result, Exception) for result in results) == 1
    assert Session.objects.filter(half="xv").count() == 1
