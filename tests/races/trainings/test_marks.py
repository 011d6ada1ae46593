"""Two clerks mark one person in one session, at once."""

from functools import partial

import pytest

from juxian.audit.models import AuditEntry
from tests.races.threads import kinds, together
from tests.trainings.conftest import seated, sessions_of
from trainings import actions
from trainings.actions import marks
from trainings.models import Mark


@pytest.fixture
def rolls(running, clerk, county, arena):
    """The clerk says present, the county absent; both opened the roll when nobody was marked."""
    session, person = sessions_of(running)[0], seated(running)[0]
    arena.meet(marks, "_new_marks", 2, after=True)

    def save(by, code, **seen) -> str:
        saved = actions.save_roster(session=session, statuses={person.pk: code}, key=code, by=by, **seen)
        return "kept the other's" if saved.kept else "changed" if saved.changed else "created"

    return lambda **seen: [partial(save, clerk, "present", **seen), partial(save, county, "absent", **seen)]


def rows() -> tuple[int, int]:
    """All statements, and those that count."""
    return Mark.objects.count(), Mark.objects.effective().count()


def test_the_second_names_the_first_and_both_are_kept(rolls):
    assert kinds(together(*rolls())) == ["changed", "created"]
    assert rows() == (2, 1)


def test_the_second_who_saw_an_empty_roll_is_told_and_overwrites_nothing(rolls):
    assert kinds(together(*rolls(seen=0))) == ["created", "kept the other's"]
    assert rows() == (1, 1)


def test_twin_without_the_lock_the_database_refuses_the_second(rolls, arena):
    arena.lift_locks()
    assert kinds(together(*rolls())) == ["IntegrityError", "created"]


def test_twin_without_lock_and_constraint_two_marks_count(rolls, arena):
    arena.drop(Mark, "trainings_mark_one_first")
    arena.lift_locks()
    assert kinds(together(*rolls())) == ["created", "created"]
    assert rows() == (2, 2)


def test_the_same_roll_sent_four_times_is_one(running, clerk, arena):
    session, people = sessions_of(running)[0], {row.pk: "present" for row in seated(running)}
    arena.meet(marks, "_new_marks", 4, after=True)
    save = partial(actions.save_roster, session=session, statuses=people, key="one", by=clerk)
    assert sorted(saved.created for saved in together(*[save] * 4)) == [0, 0, 0, 3]
    assert rows() == (3, 3)
    assert AuditEntry.objects.filter(action="session.roster").count() == 1
