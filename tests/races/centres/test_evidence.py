"""A telephone sends the same photo twice at once."""

from functools import partial

import pytest

from centres.actions import evidence
from centres.models import Evidence
from juxian.audit.models import AuditEntry
from tests.centres.evidence_files import photo_file, standard_from
from tests.factories import CentreFactory
from tests.races.threads import together


@pytest.fixture
def jobs(town, clerk, arena):
    """Two that have both looked whether the photo is there before either keeps it."""
    centre = CentreFactory(town=town)
    item = standard_from(centre.opened_on, "zone-office").items.get()
    arena.meet(evidence, "keeping", 2)
    return [partial(send, centre, item, clerk) for _ in range(2)]


def send(centre, item, by) -> int:
    return evidence.add_file(centre=centre, item=item, upload=photo_file(), days=evidence.Days(), by=by).pk


def kept() -> tuple[int, int]:
    return Evidence.objects.count(), AuditEntry.objects.filter(action="centres.evidence_add").count()


def test_the_same_photo_at_once_is_kept_once(jobs) -> None:
    results = together(*jobs)
    assert (len(set(results)), kept()) == (1, (1, 1))


def test_twin_without_the_lock_it_is_kept_twice(jobs, arena) -> None:
    arena.lift_locks()
    together(*jobs)
    assert kept() == (2, 2)
