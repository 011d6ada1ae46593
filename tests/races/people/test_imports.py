"""One file imported twice at once: one run, and where two runs save it the second changes nothing and counts right."""

from functools import partial

import pytest

from juxian.files.models import StoredFile
from juxian.obligations.models import Obligation
from juxian.people.imports import compare
from juxian.people.imports.roster import read_roster
from juxian.people.imports.runs import start_import
from juxian.people.imports.save import CODE, ROSTER
from juxian.people.models import ImportRun, Member
from juxian.sheets import commit, no_progress
from tests.factories import BranchFactory
from tests.people.rosters import BRANCH, person, roster
from tests.races.threads import kinds, together


@pytest.fixture
def path(town, tmp_path, arena):
    BranchFactory(town=town, name=BRANCH)
    return roster(tmp_path / "名册.xlsx", [person(1), person(2), person(3)])


# Two presses of the button --------------------------------------------------------------------------
@pytest.fixture
def uploads(path, town, clerk, arena):
    arena.meet(ImportRun.objects, "create", 2)
    chunks = [path.read_bytes()]
    start = partial(start_import, importer=CODE, name="名册.xlsx", town=town, by=clerk, options={})
    return [lambda: start(chunks=chunks).pk] * 2


def made() -> tuple[int, int, int]:
    """Runs, what is owed for them, and files kept."""
    return ImportRun.objects.count(), Obligation.objects.count(), StoredFile.objects.count()


def test_uploaded_twice_at_once_is_one_run(uploads):
    assert together(*uploads) == [ImportRun.objects.get().pk] * 2
    assert made() == (1, 1, 1)


def test_twin_without_the_lock_there_are_two_runs(uploads, arena):
    arena.lift_locks()
    assert len(set(together(*uploads))) == 2
    assert made() == (2, 2, 2)


# Two runs save --------------------------------------------------------------------------------------
@pytest.fixture
def commits(path, town, clerk, arena):
    """Both have read the file, both check and save it."""
    options = {"town": town.code}
    found = [read_roster(path, options, no_progress) for _ in range(2)]
    arena.meet(compare._Check, "run", 2, after=True)

    def one(read) -> str:
        result, _ = commit(ROSTER, read, options, by=clerk, accept_valid=False)
        return f"{result.created} created, {result.unchanged} unchanged"

    return [partial(one, read) for read in found]


def test_the_second_finds_everybody_there(commits):
    assert kinds(together(*commits)) == ["0 created, 3 unchanged", "3 created, 0 unchanged"]
    assert Member.objects.count() == 3


def test_twin_without_the_lock_the_second_fails_instead(commits, arena):
    arena.lift_locks()
    assert kinds(together(*commits)) == ["3 created, 0 unchanged", "IntegrityError"]
    assert Member.objects.count() == 3
