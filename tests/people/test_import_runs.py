"""Import runs in the background: reading, saving, dropping; repeated, late, damaged."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from juxian.audit.models import AuditEntry
from juxian.files.models import StoredFile
from juxian.files.store import is_whole, path_of
from juxian.obligations.models import Obligation, State
from juxian.obligations.registry import Superseded
from juxian.obligations.sweep import sweep
from juxian.people.imports.runs import SUBJECT, drop_import, save_import, start_import
from juxian.people.imports.save import CODE
from juxian.people.imports.work import perform_commit, prepare_commit
from juxian.people.models import ImportRun, Member
from tests.factories import BranchFactory
from tests.people.rosters import BRANCH, person, roster

pytestmark = pytest.mark.db_engine


@pytest.fixture
def branch(town):
    return BranchFactory(town=town, name=BRANCH)


def start(clerk, town, path, **options: Any) -> ImportRun:
    return start_import(
        importer=CODE, chunks=[path.read_bytes()], name="名册.xlsx", town=town, by=clerk, options=options
    )


def work() -> None:
    sweep(timezone.now(), drain=True)


def test_from_upload_to_saved(branch, clerk, town, tmp_path) -> None:
    run = start(clerk, town, roster(tmp_path / "a.xlsx", [person(1), person(2), person(3, 姓名="")]))
    assert (run.state, run.is_working) == ("reading", True)
    work()
    run.refresh_from_db()
    assert (run.state, run.counts["created"], run.counts["rejected"], run.total_rows) == ("preview", 2, 1, 3)
    assert is_whole(run.refused_file)
    assert Member.objects.count() == 0
    save_import(run=run, by=clerk, create_branches=[])
    work()
    run.refresh_from_db()
    assert (run.state, run.saved_by, run.counts["created"], Member.objects.count()) == ("done", clerk, 2, 2)
    entry = AuditEntry.objects.get(action="people.roster_imported")
    assert (entry.actor_id, entry.town_code) == (clerk.pk, town.code)


def test_doing_it_twice_is_doing_it_once(branch, clerk, town, tmp_path) -> None:
    path = roster(tmp_path / "a.xlsx", [person(1)])
    run = start(clerk, town, path)
    assert start(clerk, town, path) == run
    assert StoredFile.objects.count() == 1
    work()
    work()
    assert save_import(run=run, by=clerk, create_branches=[]).state == "saving"
    assert save_import(run=run, by=clerk, create_branches=[]).state == "saving"
    work()
    Obligation.objects.update(state=State.DUE)
    work()
    assert AuditEntry.objects.filter(action="people.roster_imported").count() == 1
    rows = Obligation.objects.filter(subject_kind=SUBJECT)
    assert sorted(rows.values_list("state", flat=True)) == ["superseded", "superseded"]


def test_chosen_branches_are_made_with_their_people(clerk, town, tmp_path) -> None:
    run = start(clerk, town, roster(tmp_path / "a.xlsx", [person(1), person(2, 所在党支部="示例二村党支部")]))
    work()
    run.refresh_from_db()
    codes = [branch["code"] for branch in run.facts["unknown_branches"]]
    save_import(run=run, by=clerk, create_branches=codes[:1])
    work()
    run.refresh_from_db()
    assert (run.counts["created"], run.counts["rejected"], run.counts["new_branches"]) == (1, 1, 1)


def test_a_dropped_run_writes_nothing_and_cannot_be_saved(branch, clerk, town, tmp_path) -> None:
    run = start(clerk, town, roster(tmp_path / "a.xlsx", [person(1)]))
    work()
    assert drop_import(run=run, by=clerk).state == "dropped"
    assert drop_import(run=run, by=clerk).state == "dropped"
    with pytest.raises(ValidationError) as refused:
        save_import(run=run, by=clerk, create_branches=[])
    assert refused.value.messages == ["这次导入还没有核对好，或者已经放弃，不能保存。"]
    assert Member.objects.count() == 0


def test_a_saved_run_cannot_be_dropped(branch, clerk, town, tmp_path) -> None:
    run = start(clerk, town, roster(tmp_path / "a.xlsx", [person(1)]))
    work()
    save_import(run=run, by=clerk, create_branches=[])
    with pytest.raises(ValidationError) as refused:
        drop_import(run=run, by=clerk)
    assert refused.value.messages == ["这次导入已经开始保存，不能再放弃。"]


def test_a_file_without_the_needed_columns_is_refused_with_the_reason(clerk, town, tmp_path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("甲,乙\n1,2\n")
    run = start(clerk, town, path)
    work()
    run.refresh_from_db()
    assert (run.state, run.message) == (
        "refused",
        "没有找到表头。表里要有一行写着列名，至少包括：姓名、公民身份号码、所在党支部。可以下载模板对照。",
    )
    assert Obligation.objects.get(subject_kind=SUBJECT).state == State.DONE


def test_a_file_damaged_on_disk_is_refused(branch, clerk, town, tmp_path) -> None:
    run = start(clerk, town, roster(tmp_path / "a.xlsx", [person(1)]))
    path_of(run.file).write_bytes(b"rubbish")
    work()
    run.refresh_from_db()
    assert (run.state, run.message) == ("refused", "文件“名册.xlsx”在服务器上已损坏或丢失，请重新上传。")


def test_a_program_is_refused_at_the_door_and_leaves_nothing(clerk, town, tmp_path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"MZ" + bytes(100))
    with pytest.raises(ValidationError):
        start(clerk, town, path)
    assert (StoredFile.objects.count(), ImportRun.objects.count()) == (0, 0)


def test_the_database_holds_no_plain_number(branch, clerk, town, tmp_path) -> None:
    people = [person(1), person(2, 身份证号=person(2)["身份证号"][:17] + "#"), person(3, 手机号="1990000000399")]
    run = start(clerk, town, roster(tmp_path / "a.xlsx", people))
    work()
    run.refresh_from_db()
    stored = f"{run.problems}{run.facts}{run.counts}{run.options}{list(AuditEntry.objects.values())}"
    assert [row["身份证号"][6:17] in stored for row in people] == [False, False, False]
    assert "1990000000399" not in stored


def test_what_changed_meanwhile_is_looked_at_again(branch, clerk, town, tmp_path) -> None:
    path = roster(tmp_path / "a.xlsx", [person(1), person(2)])
    first = start(clerk, town, path)
    second = start(clerk, town, roster(tmp_path / "b.xlsx", [person(1), person(2)], title="另一份"))
    work()
    for run in (first, second):
        save_import(run=run, by=clerk, create_branches=[])
    work()
    second.refresh_from_db()
    assert (second.counts["created"], second.counts["unchanged"], Member.objects.count()) == (0, 2, 2)


def test_a_second_worker_that_read_in_time_comes_too_late(branch, clerk, town, tmp_path) -> None:
    run = start(clerk, town, roster(tmp_path / "a.xlsx", [person(1)]))
    work()
    save_import(run=run, by=clerk, create_branches=[])
    obligation = Obligation.objects.get(kind="people.import_commit")
    early = prepare_commit(obligation)
    work()
    outcome = perform_commit(obligation, timezone.now(), early)
    assert outcome == Superseded("已经保存过，或已放弃")
    assert AuditEntry.objects.filter(action="people.roster_imported").count() == 1
