"""Two clerks of a town keep the next version at once; a browser sends the same paper twice."""

from datetime import date
from functools import partial

import pytest

from centres.actions.regulations import add_version
from centres.models import RegulationVersion
from juxian.files.store import store
from tests.centres.papers import a_kind, a_rule
from tests.races.threads import together


@pytest.fixture
def rule(town, clerk, arena):
    """Both have counted the versions before either keeps its own."""
    arena.meet(RegulationVersion, "full_clean", 2)
    return a_rule(town, a_kind())


def keep(rule, by, content: bytes) -> int:
    paper = store([content], name="a.pdf", kind="pdf")
    days = {"issued_on": date(2026, 1, 1), "valid_from": date(2026, 1, 5), "valid_until": None}
    return add_version(regulation=rule, document_number="", file=paper, by=by, **days).number


def test_two_versions_at_once_follow_one_another(rule, clerk) -> None:
    assert sorted(together(partial(keep, rule, clerk, b"1"), partial(keep, rule, clerk, b"2"))) == [1, 2]


def test_the_same_paper_at_once_is_kept_once(rule, clerk) -> None:
    assert together(*[partial(keep, rule, clerk, b"1")] * 2) == [1, 1]
    assert RegulationVersion.objects.count() == 1


def test_twin_without_the_lock_one_of_them_is_refused(rule, clerk, arena) -> None:
    arena.lift_locks()
    results = together(partial(keep, rule, clerk, b"1"), partial(keep, rule, clerk, b"2"))
    assert sum(isinstance(result, Exception) for result in results) == 1
    assert RegulationVersion.objects.count() == 1
