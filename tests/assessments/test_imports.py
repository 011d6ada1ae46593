"""Questions from a table: the command and the importer."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook, load_workbook

from assessments.imports import COLUMNS
from assessments.models import Question, QuestionBank
from juxian.audit.models import AuditEntry
from juxian.sheets import template
from tests.factories import BankFactory

pytestmark = pytest.mark.db_engine

HEAD = ["题型", "题干", "选项A", "选项B", "选项C", "选项D", "正确答案"]
GOOD = [
    ["单选题", "一加一等于几？", "一", "二", "三", "", "B"],
    ["多选", "哪些是颜色？", "红", "蓝", "快", "慢", "A、B"],
    ["判断", "太阳从东边升起。", "", "", "", "", "√"],
]
BAD = [
    ["填空", "不认识的题型", "一", "二", "", "", "A"],
    ["单选", "答案太多", "一", "二", "三", "", "AB"],
    ["单选", "没有那个选项", "一", "二", "", "", "D"],
    ["多选", "只有一个答案", "一", "二", "三", "", "A"],
    ["判断", "说不清的判断", "", "", "", "", "也许"],
    ["单选", "", "一", "二", "", "", "A"],
    ["单选", "跳着填", "一", "", "三", "", "A"],
    ["单选", "一样的选项", "一", "一 ", "", "", "A"],
]


@pytest.fixture
def target(db) -> QuestionBank:
    return BankFactory(code="TK-1", name="导入题库")


@pytest.fixture
def write(tmp_path):
    def _write(rows: list[list[str]], head: list[str] = HEAD) -> Path:
        book = Workbook()
        book.active.append(["2026 年题目汇总"])
        book.active.append(head)
        for row in rows:
            book.active.append(row)
        path = tmp_path / "questions.xlsx"
        book.save(path)
        return path

    return _write


def run(*arguments: object) -> tuple[dict, str]:
    """The JSON of the last line, and the words before it; a refusal is among the words."""
    out, words = StringIO(), ""
    try:
        call_command("import_questions", *map(str, arguments), stdout=out)
    except CommandError as refusal:
        words = f"拒绝：{refusal}"
    lines = out.getvalue().strip().splitlines()
    return json.loads(lines[-1]), "\n".join([*lines[:-1], words])


def test_a_preview_writes_nothing(target, write):
    counts, words = run(write(GOOD), "--bank", "TK-1")
    assert counts == {"format": "xlsx", "rows": 3, "created": 3, "duplicates": 0, "rejected": 0}
    assert Question.objects.count() == 0
    assert "预览，没有保存" in words


def test_a_commit_saves_and_again_finds_only_duplicates(target, write):
    path = write(GOOD)
    assert run(path, "--bank", "TK-1", "--commit")[0]["created"] == 3
    counts, _ = run(path, "--bank", "TK-1", "--commit")
    assert counts == {"format": "xlsx", "rows": 3, "created": 0, "duplicates": 3, "rejected": 0}
    rows = list(Question.objects.order_by("pk").values_list("kind", "options", "answer"))
    assert rows == [
        ("single", ["一", "二", "三"], [1]),
        ("multiple", ["红", "蓝", "快", "慢"], [0, 1]),
        ("true_false", ["正确", "错误"], [0]),
    ]
    assert AuditEntry.objects.filter(action="assessments.questions_imported").count() == 1


def test_the_same_words_in_other_order_are_a_duplicate(target, write):
    twin = ["单选", " 一加一 等于几？", "三", "二", "一", "", "B"]
    counts, _ = run(write([*GOOD, twin]), "--bank", "TK-1", "--commit")
    assert (counts["created"], counts["duplicates"]) == (3, 1)


def test_bad_rows_are_named_and_nothing_is_saved(target, write, tmp_path):
    errors = tmp_path / "errors.xlsx"
    counts, words = run(write([*GOOD, *BAD]), "--bank", "TK-1", "--commit", "--errors", errors)
    assert counts == {"format": "xlsx", "rows": 11, "created": 0, "duplicates": 0, "rejected": 8}
    assert Question.objects.count() == 0
    assert "不能导入：第 6 行 A 列“题型”：题型“填空”不认识；填单选、多选或判断。" in words
    assert "拒绝：有 8 道题不能导入，什么也没有保存。改好这些题再导。" in words
    rows = list(load_workbook(errors).active.values)
    assert [row[0] for row in rows[1:]] == [str(number) for number in range(6, 14)]
    assert rows[1][-1] == "题型：题型“填空”不认识（填单选、多选或判断）"


def test_an_unknown_bank_or_file_is_a_sentence(target, tmp_path, write):
    assert "没有编号为“TK-9”的题库" in run(write(GOOD), "--bank", "TK-9", "--commit")[1]
    assert "找不到文件" in run(tmp_path / "none.xlsx", "--bank", "TK-1")[1]
    empty = tmp_path / "empty.xlsx"
    empty.write_bytes(b"")
    assert "一个字节也没有" in run(empty, "--bank", "TK-1")[1]


def test_a_sheet_that_cannot_be_read_leaves_no_error_file(target, write, tmp_path):
    path = write([["一"]], head=["题目"])
    run(path, "--bank", "TK-1", "--errors", tmp_path / "out.xlsx")
    assert list(tmp_path.iterdir()) == [path]


def test_an_unwritable_error_file_is_said_and_nothing_is_saved(target, write, tmp_path):
    counts, words = run(write(GOOD), "--bank", "TK-1", "--commit", "--errors", tmp_path / "no" / "out.xlsx")
    assert (counts["created"], "写不了文件" in words, Question.objects.count()) == (0, True, 0)


def test_a_table_without_the_needed_columns_is_refused(target, write):
    words = run(write([["一", "二"]], head=["题目", "选项A"]), "--bank", "TK-1")[1]
    assert "题型" in words
    assert "正确答案" in words


def test_the_template_can_be_read_back(target, tmp_path):
    path = tmp_path / "template.xlsx"
    path.write_bytes(template(COLUMNS))
    book = load_workbook(path)
    for place, value in enumerate(GOOD[0][:5], start=1):
        book.worksheets[0].cell(row=2, column=place, value=value)
    book.worksheets[0].cell(row=2, column=len(COLUMNS), value="B")
    book.save(path)
    assert run(path, "--bank", "TK-1")[0] == {
        "format": "xlsx",
        "rows": 1,
        "created": 1,
        "duplicates": 0,
        "rejected": 0,
    }
