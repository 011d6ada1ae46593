"""`manage.py import_roster`: words for people first, one JSON line last, exit codes."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from juxian.people.imports.save import ROSTER
from juxian.people.models import Branch, Member
from juxian.sheets import read_table
from tests.factories import BranchFactory
from tests.people.rosters import BRANCH, person, roster
from tests.sheets.files import xlsx

pytestmark = pytest.mark.db_engine


def run(*arguments: object) -> tuple[dict[str, int], str, str]:
    """The JSON line, the words before it, and the error's words (empty: exit code 0)."""
    out = StringIO()
    error = ""
    try:
        call_command("import_roster", *map(str, arguments), stdout=out)
    except CommandError as refused:
        error = str(refused)
    words, _, last = out.getvalue().rstrip("\n").rpartition("\n")
    return json.loads(last), words, error


def counts(**given: int) -> dict[str, int]:
    names = ("rows", "created", "updated", "unchanged", "rejected", "warnings", "new_branches")
    return dict.fromkeys(names, 0) | given


def test_preview_commit_and_commit_again(town, tmp_path) -> None:
    BranchFactory(town=town, name=BRANCH)
    path = roster(tmp_path / "a.xlsx", [person(1), person(2)])
    assert run(path)[::2] == (counts(rows=2, created=2), "")
    assert Member.objects.count() == 0
    assert run(path, "--commit")[::2] == (counts(rows=2, created=2), "")
    assert run(path, "--commit")[::2] == (counts(rows=2, unchanged=2), "")
    assert Member.objects.count() == 2


def test_refused_rows_hold_the_commit_unless_the_rest_is_accepted(town, tmp_path) -> None:
    BranchFactory(town=town, name=BRANCH)
    path = roster(tmp_path / "a.xlsx", [person(1), person(2, 手机号="1"), person(3)])
    assert run(path)[::2] == (counts(rows=3, created=2, rejected=1), "")
    result, words, error = run(path, "--commit", "--errors", tmp_path / "out.xlsx")
    assert (result, error) == (
        counts(rows=3, unchanged=2, rejected=1),
        "有 1 行不能导入，什么也没有保存。改好再导；只保存其余的行，加 --accept-valid。",
    )
    assert (
        "不能导入：第 4 行 H 列“联系电话”：有 1 位，手机号应为 11 位；填 11 位手机号；没有手机就留空。"
        in words.splitlines()
    )
    assert Member.objects.count() == 0
    assert len(read_table(tmp_path / "out.xlsx", ROSTER.columns).rows) == 1
    assert run(path, "--commit", "--accept-valid")[::2] == (counts(rows=3, created=2, rejected=1), "")


def test_branches_are_made_when_asked(town, tmp_path) -> None:
    path = roster(tmp_path / "a.xlsx", [person(1), person(2)])
    assert run(path)[0] == counts(rows=2, rejected=2)
    assert run(path, "--create-branches")[0] == counts(rows=2, created=2, new_branches=1)
    assert run(path, "--create-branches", "--commit")[0] == counts(rows=2, created=2, new_branches=1)
    assert list(Branch.objects.values_list("name", flat=True)) == [BRANCH]


def test_a_town_binds_the_run(town, other_town, tmp_path) -> None:
    BranchFactory(town=town, name=BRANCH)
    path = roster(tmp_path / "a.xlsx", [person(1)])
    assert run(path, "--town", other_town.code)[0] == counts(rows=1, rejected=1)
    assert run(path, "--town", town.code)[0] == counts(rows=1, created=1)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["missing.xlsx"], "找不到文件：missing.xlsx"),
        (["pyproject.toml", "--town", "999"], "没有代码为“999”的镇街。请核对镇街代码。"),
        (
            ["pyproject.toml"],
            "没有找到表头。表里要有一行写着列名，至少包括：姓名、公民身份号码、所在党支部。可以下载模板对照。",
        ),
    ],
)
def test_what_cannot_be_read_ends_with_one_sentence_and_zeros(db, arguments, error) -> None:
    assert run(*arguments)[::2] == (counts(), error)


def test_unknown_branches_are_told_in_the_words_of_the_command(town, tmp_path) -> None:
    path = roster(tmp_path / "a.xlsx", [person(1)])
    _, words, error = run(path, "--commit", "--errors", tmp_path / "out.xlsx")
    assert "系统里没有这个党支部；核对名称；确实是新支部的，加 --create-branches。" in words
    assert error == (
        "有 1 行不能导入，什么也没有保存。改好再导；确实是新支部的加 --create-branches；"
        "只保存其余的行，加 --accept-valid。"
    )
    reason = list(load_workbook(tmp_path / "out.xlsx").active.values)[1][-1]
    assert reason == "所在党支部：系统里没有这个党支部（核对名称；确实是新支部的，加 --create-branches）"


def test_a_missing_column_of_towns_names_the_option(town, tmp_path) -> None:
    path = xlsx(tmp_path / "a.xlsx", [["姓名", "身份证号", "所在党支部"], ["示例甲", "1", BRANCH]])
    assert run(path)[2] == ("表头里缺少：所在镇街。全县名册每一行都要写镇街；只导一个镇街的，请加 --town 镇街代码。")


@pytest.mark.parametrize("before", [None, b"old"])
def test_a_sheet_that_cannot_be_read_leaves_the_error_file_as_it_was(town, tmp_path, before) -> None:
    out = tmp_path / "out.xlsx"
    if before:
        out.write_bytes(before)
    run("pyproject.toml", "--errors", out)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == ([("out.xlsx", before)] if before else [])


def test_an_unwritable_error_file_is_said_and_nothing_is_saved(town, tmp_path) -> None:
    BranchFactory(town=town, name=BRANCH)
    path = roster(tmp_path / "a.xlsx", [person(1)])
    for place in (tmp_path / "no" / "out.xlsx", tmp_path):
        result, _, error = run(path, "--commit", "--errors", place)
        assert (result, error[:5], Member.objects.count()) == (counts(), "写不了文件", 0)


def test_a_full_disk_while_the_error_file_is_written_saves_nothing(town, tmp_path) -> None:
    BranchFactory(town=town, name=BRANCH)
    path = roster(tmp_path / "a.xlsx", [person(1), person(2, 手机号="1")])
    (tmp_path / "out.xlsx.part").symlink_to("/dev/full")
    result, _, error = run(path, "--commit", "--accept-valid", "--errors", tmp_path / "out.xlsx")
    assert (result, error[:5], Member.objects.count()) == (counts(), "写不了文件", 0)
    assert [one.name for one in tmp_path.iterdir()] == ["a.xlsx"]


def test_no_number_is_printed(town, tmp_path) -> None:
    path = roster(tmp_path / "a.xlsx", [person(1), person(2, 身份证号=person(1)["身份证号"])])
    _, words, error = run(path)
    assert person(1)["身份证号"] not in words + error
    assert person(1)["手机号"] not in words + error
