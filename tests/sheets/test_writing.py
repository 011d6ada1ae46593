"""Workbooks out: text stays text, nothing becomes a formula."""

from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook

from juxian.sheets import Column, Importer, Preview, RefusedRow, refused_rows, register, template, workbook
from juxian.sheets.importer import importers


def cells(content: bytes, index: int = 0) -> list[list]:
    return [list(row) for row in load_workbook(BytesIO(content)).worksheets[index].iter_rows()]


@pytest.mark.parametrize("text", ["=cmd|'/C calc'!A0", "=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")'])
def test_no_text_becomes_a_formula(text) -> None:
    cell = cells(workbook("名单", ["列"], [[text]]))[1][0]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)


def test_ids_and_phones_stay_text() -> None:
    cell = cells(workbook("名单", ["列"], [["000000198001010011"]]))[1][0]
    assert (cell.value, cell.data_type, cell.number_format) == ("000000198001010011", "s", "@")


def test_every_value_is_written_as_people_read_it() -> None:
    row = [None, 3.0, 2.5, date(2019, 3, 1), True, 3.71327198001010e17, "张\x00三", "㛃䶮𬤊", "长" * 40_000]
    found = [cell.value for cell in cells(workbook("名单", [""] * 9, [row]))[1]]
    assert found[:8] == [None, "3", "2.5", "2019-03-01", "True", "3.71327198001010E+17", "张?三", "㛃䶮𬤊"]
    assert len(found[8]) == 32_000


def test_refused_rows_keep_their_columns_between_row_number_and_reason() -> None:
    preview = Preview(titles=["姓名", "电话"])
    preview.refused = [RefusedRow(9, ["乙"], "原因二"), RefusedRow(4, ["甲", "1", "多"], "原因一")]
    assert [[cell.value for cell in row] for row in cells(refused_rows(preview))] == [
        ["原表行号", "姓名", "电话", None, "不能导入的原因"],
        ["4", "甲", "1", "多", "原因一"],
        ["9", "乙", None, None, "原因二"],
    ]


def test_the_template_has_titles_in_text_format_and_examples_apart() -> None:
    content = template(
        [Column("name", "姓名", needed=True, example="张三"), Column("day", "日期", example="2019-03-01")]
    )
    rows = cells(content)
    assert [cell.value for cell in rows[0]] == ["姓名（必填）", "日期"]
    assert rows[5][0].number_format == "@"
    assert [[cell.value for cell in row] for row in cells(content, 1)][1:] == [
        ["姓名（必填）", "张三"],
        ["日期", "2019-03-01"],
    ]


def test_an_importer_is_registered_once(monkeypatch) -> None:
    monkeypatch.setattr("juxian.sheets.importer.importers", {})
    one = Importer("x", "示例", (), lambda *_: None, lambda *_: Preview(), lambda *_: None)
    register(one)
    with pytest.raises(ValueError, match="importer x is registered twice"):
        register(one)
    assert "people.roster" in importers
