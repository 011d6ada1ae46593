"""Files of imports go some days after the end of their run; what has no row goes at night."""

from datetime import timedelta
from os import utime
from pathlib import Path

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from juxian.audit.models import AuditEntry
from juxian.files.models import StoredFile
from juxian.files.store import WrongDatabase, path_of, remove, store, sweep_orphans
from juxian.obligations.models import Obligation, State
from juxian.obligations.sweep import sweep
from juxian.people.imports.removal import ORPHANS_KIND, REMOVE_KIND
from juxian.people.imports.runs import drop_import, save_import
from juxian.people.models import ImportRun
from juxian.rules.models import Rule
from tests.factories import BranchFactory
from tests.people.rosters import BRANCH, person, roster
from tests.people.test_import_runs import start, work

pytestmark = pytest.mark.db_engine
DAY = timedelta(days=1)


@pytest.fixture
def done(town, clerk, tmp_path) -> ImportRun:
    """A saved run with one refused row."""
    BranchFactory(town=town, name=BRANCH)
    run = start(clerk, town, roster(tmp_path / "a.xlsx", [person(1), person(2, 姓名="")]))
    work()
    save_import(run=run, by=clerk, create_branches=[])
    work()
    run.refresh_from_db()
    return run


def at(moment) -> dict[str, int]:
    """A sweep as of a moment; what it did about files of imports."""
    return sweep(moment, drain=True).get(REMOVE_KIND, {})


def on_disk(run: ImportRun) -> list[bool]:
    run = ImportRun.objects.get(pk=run.pk)
    return [path_of(file).exists() for file in (run.file, run.refused_file)]


@pytest.fixture
def commits(django_capture_on_commit_callbacks):
    """Sweep and let the commit's callbacks run, as outside a test's transaction."""

    def _sweep(moment) -> dict[str, int]:
        with django_capture_on_commit_callbacks(execute=True):
            return at(moment)

    return _sweep


def test_files_go_thirty_days_after_the_end_and_the_run_stays(done, clerk, client, commits, capsys):
    assert (commits(done.finished_at + 29 * DAY), on_disk(done)) == ({}, [True, True])
    then = done.finished_at + 30 * DAY
    assert (commits(then), on_disk(done)) == ({"created": 1, "done": 1}, [False, False])
    assert commits(then + DAY) == {}

    run = ImportRun.objects.select_related("file", "refused_file").get(pk=done.pk)
    assert (run.state, run.counts, run.finished_at) == ("done", done.counts, done.finished_at)
    assert [run.file.removed_at, run.refused_file.removed_at] == [then, then]
    assert AuditEntry.objects.filter(action="people.import_files_removed", subject_id=str(run.pk)).count() == 1
    client.force_login(clerk)
    page = client.get(reverse("people:town-import", args=[run.pk])).content.decode()
    assert ("期满删除，这里只留结果。" in page, "下载未通过的行" in page) == (True, False)
    refused = client.get(reverse("people:town-import-refused", args=[run.pk]), follow=True)
    assert "未通过的行已期满删除" in refused.content.decode()
    call_command("verify")
    assert '"problems": 0' in capsys.readouterr().out


def test_the_county_sets_the_days(done, commits):
    Rule.objects.create(key="imports.keep_days", value=5, valid_from=timezone.localdate() - DAY)
    assert commits(done.finished_at + 4 * DAY) == {}
    assert commits(done.finished_at + 5 * DAY) == {"created": 1, "done": 1}


def test_a_run_nobody_confirms_is_given_up_and_says_so(town, clerk, client, tmp_path, commits):
    BranchFactory(town=town, name=BRANCH)
    run = start(clerk, town, roster(tmp_path / "a.xlsx", [person(1)]))
    work()
    then = run.created_at + 30 * DAY
    assert commits(then) == {"created": 1, "done": 1}
    run.refresh_from_db()
    assert (run.state, run.finished_at, path_of(run.file).exists()) == ("dropped", then, False)
    client.force_login(clerk)
    page = client.get(reverse("people:town-import", args=[run.pk])).content.decode()
    assert "30 天没有确认，自动放弃，没有写入任何数据。" in page


def test_dropped_runs_go_too_and_open_ones_stay_until_then(town, clerk, tmp_path, commits):
    BranchFactory(town=town, name=BRANCH)
    dropped = start(clerk, town, roster(tmp_path / "a.xlsx", [person(1)]))
    kept = start(clerk, town, roster(tmp_path / "b.xlsx", [person(2)]))
    drop_import(run=dropped, by=clerk)
    ImportRun.objects.filter(pk=kept.pk).update(created_at=timezone.now() + DAY)
    assert commits(timezone.now() + 30 * DAY) == {"created": 1, "done": 1}
    assert [path_of(run.file).exists() for run in (dropped, kept)] == [False, True]


# Orphans -----------------------------------------------------------------------------------------
def lay(root: Path, name: str, hours: float) -> Path:
    """A file that is so many hours old."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    moment = timezone.now().timestamp() - hours * 3600
    utime(path, (moment, moment))
    return path


def test_old_files_without_a_row_go_and_others_stay(db, settings, django_capture_on_commit_callbacks):
    root = Path(settings.MEDIA_ROOT)
    kept = path_of(store([b"abc"], name="a", kind="x"))
    utime(kept, (0, 0))
    half_removed = store([b"abc"], name="b", kind="x")
    remove(half_removed, timezone.now())  # died before its content went
    utime(path_of(half_removed), (0, 0))
    old = [lay(root, f"aa/{'0' * 31}{number}", 25) for number in range(2)] + [lay(root, f"aa/{'1' * 32}.part", 25)]
    young = lay(root, f"aa/{'2' * 32}", 23)
    foreign = [lay(root, "aa/notes.txt", 99), lay(root, "readme", 99), lay(root, f"backup/{'3' * 32}", 99)]

    assert sweep_orphans() == 4
    assert sweep_orphans() == 0

    assert [path.exists() for path in [*old, path_of(half_removed)]] == [False] * 4
    assert [path.exists() for path in [kept, young, *foreign]] == [True] * 5


def test_a_store_of_another_database_is_left_alone(db, settings):
    paths = [lay(Path(settings.MEDIA_ROOT), f"aa/{number:032x}", 99) for number in range(11)]
    with pytest.raises(WrongDatabase, match="11 of 11"):
        sweep_orphans()
    assert [path.exists() for path in paths] == [True] * 11


def test_the_search_is_due_once_a_night_and_missed_nights_are_one(db, settings, time_machine):
    path = lay(Path(settings.MEDIA_ROOT), f"aa/{'0' * 32}", 99)
    time_machine.move_to("2026-11-23T02:59:00+08:00")
    assert ORPHANS_KIND not in sweep(timezone.now())
    time_machine.move_to("2026-11-23T03:00:00+08:00")
    assert sweep(timezone.now())[ORPHANS_KIND] == {"created": 1, "done": 1}
    assert not path.exists()
    time_machine.move_to("2026-11-26T12:00:00+08:00")
    assert sweep(timezone.now())[ORPHANS_KIND] == {"created": 1, "done": 1}
    assert ORPHANS_KIND not in sweep(timezone.now())
    rows = Obligation.objects.filter(kind=ORPHANS_KIND)
    assert list(rows.order_by("subject_id").values_list("state", "outcome")) == [
        (State.DONE, "清理 1 个文件"),
        (State.DONE, "清理 0 个文件"),
    ]
    assert StoredFile.objects.count() == 0
