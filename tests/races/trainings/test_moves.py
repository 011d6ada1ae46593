"""The county approves twice, a class is archived twice, hours are posted twice, at once."""

from functools import partial
from threading import get_ident

import pytest

from juxian.audit.models import AuditEntry
from juxian.messages.models import InboxMessage
from juxian.people.models import Grant
from tests.factories import GrantFactory, UserFactory
from tests.races.threads import kinds, together
from tests.trainings.conftest import waive_rest
from trainings import actions
from trainings.actions import classes, hours
from trainings.models import HourEntry, TrainingClass


@pytest.fixture
def deciders(county):
    """Two officials of the county."""
    return [county, GrantFactory(user=UserFactory(name="示例县管二"), kind=Grant.Kind.COUNTY).user]


@pytest.fixture
def submitted(draft, clerk, arena):
    actions.submit_class(training_class=draft, by=clerk)
    InboxMessage.objects.all().delete()
    arena.meet(classes, "must_be", 2)
    return draft


def approve(training_class, by) -> str:
    return actions.approve_class(training_class=training_class, by=by).state


def approvals() -> tuple[int, int]:
    """Audit rows, and letters to the town."""
    return AuditEntry.objects.filter(action="class.approve").count(), InboxMessage.objects.count()


def test_approved_twice_is_approved_once(submitted, deciders):
    assert kinds(together(*[partial(approve, submitted, by) for by in deciders])) == ["approved"] * 2
    assert approvals() == (1, 1)


def test_twin_without_the_lock_everything_follows_twice(submitted, deciders, arena):
    arena.lift_locks()
    assert kinds(together(*[partial(approve, submitted, by) for by in deciders])) == ["approved"] * 2
    assert approvals() == (2, 2)


def test_approved_and_returned_at_once_is_one_of_both(submitted, deciders):
    first, second = deciders
    back = partial(actions.return_class, training_class=submitted, comment="再改", by=second)
    results = together(partial(approve, submitted, first), back)
    state = TrainingClass.objects.get().state
    assert [state, kinds(results)] in [
        ["approved", ["ValidationError", "approved"]],
        ["draft", ["ValidationError", str(submitted)]],
    ]


@pytest.fixture
def filed(closing, clerk, arena):
    """Three people with two half-days each; all that is missing is the archive."""
    waive_rest(closing, clerk)
    return closing


def archive(training_class, by) -> str:
    return actions.archive_class(training_class=training_class, by=by).state


def archived(training_class, *people) -> tuple[list[str], int, int]:
    """What each was told, how often it is on record, and the postings."""
    told = kinds(together(*[partial(archive, training_class, by) for by in people]))
    return told, AuditEntry.objects.filter(action="class.archive").count(), HourEntry.objects.count()


def test_archived_twice_is_archived_once(filed, clerk, county, arena):
    arena.meet(classes, "_pass", 2, after=True)
    assert archived(filed, clerk, county) == (["archived"] * 2, 1, 6)


def test_twin_without_the_lock_it_is_archived_twice_or_somebody_gets_an_error(filed, clerk, county, arena):
    arena.meet(classes, "_pass", 2, after=True)
    arena.lift_locks()
    told, entries, _ = archived(filed, clerk, county)
    assert (told, entries) in [(["archived"] * 2, 2), (["IntegrityError", "archived"], 1)]


def post(training_class, by) -> int:
    return len(actions.post_class_hours(training_class=training_class, by=by))


def test_posted_twice_is_posted_once(filed, clerk, county, arena):
    arena.meet(hours, "_standing", 2, after=True)
    assert kinds(together(partial(post, filed, clerk), partial(post, filed, county))) == ["0", "6"]
    assert HourEntry.objects.count() == 6


def test_twin_without_lock_and_key_everybody_has_the_hours_twice(filed, clerk, county, arena):
    arena.meet(hours, "_standing", 2, after=True)
    key = hours.entry_key
    arena.lift(hours, "entry_key", lambda *args: f"{key(*args)}:{get_ident()}")
    arena.lift_locks()
    assert kinds(together(partial(post, filed, clerk), partial(post, filed, county))) == ["6", "6"]
    assert HourEntry.objects.count() == 12
