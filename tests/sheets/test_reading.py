"""Finding the table in good files, however clerks made them."""

from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from juxian.sheets import CellFault, Column, clean, digits, found_date, plain, read_table, truth
from tests.sheets.files import inline, raw_xlsx, xlsx

KNOWN = (
    Column("name", "姓名", ("名字",), needed=True),
    Column("number", "公民身份号码", ("身份证号",), needed=True, secret=True),
    Column("joined", "入党日期"),
)
HEAD = ["姓名", "身份证号", "入党日期"]
PEOPLE = [["张三", "00000019800101001X", "2015-07-01"], ["欧阳㛃䶮𬤊", "000000198001010028", "2016-07-01"]]


def names(path: Path) -> list[str]:
    return [row.get("name", clean, "") for row in read_table(path, KNOWN).rows]


def test_a_plain_workbook_is_read_with_the_sheets_row_numbers(tmp_path) -> None:
    table = read_table(xlsx(tmp_path / "a.xlsx", [HEAD, *PEOPLE]), KNOWN)
    assert (table.header_row, [row.number for row in table.rows]) == (1, [2, 3])


def test_the_header_is_found_below_titles_merged_cells_and_blank_rows(tmp_path) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["大店镇党员名册"])
    sheet.merge_cells("A1:D1")
    sheet.append([])
    sheet.append(["填表人：某某", None, "2026年11月"])
    sheet.append(["序号", " 姓　名（必填）", "身份证号*", "入党日期："])
    sheet.append([1, *PEOPLE[0]])
    book.save(tmp_path / "a.xlsx")
    table = read_table(tmp_path / "a.xlsx", KNOWN)
    assert (table.header_row, table.columns, table.ignored) == (4, {"name": 1, "number": 2, "joined": 3}, ["序号"])


def test_a_header_of_two_rows_is_put_together(tmp_path) -> None:
    rows = [["序号", "基本信息", "", "党内信息"], ["", "姓名", "身份证号", "入党日期"], [1, *PEOPLE[0]]]
    table = read_table(xlsx(tmp_path / "a.xlsx", rows), KNOWN)
    assert (sorted(table.columns), [row.number for row in table.rows]) == (["joined", "name", "number"], [3])


def test_totals_repeated_headers_and_prenumbered_blank_rows_are_no_rows(tmp_path) -> None:
    rows = [["序号", *HEAD], [1, *PEOPLE[0]], ["序号", *HEAD], [2, *PEOPLE[1]], [3], ["合计", "2人"], ["制表人：某某"]]
    table = read_table(xlsx(tmp_path / "a.xlsx", rows), KNOWN)
    assert [row.number for row in table.rows] == [2, 4]


def test_the_sheet_with_the_header_is_chosen_and_hidden_ones_are_passed_over(tmp_path) -> None:
    book = Workbook()
    book.active.append(["填写说明"])
    hidden = book.create_sheet("旧名单")
    hidden.sheet_state = "hidden"
    hidden.append(HEAD)
    hidden.append(["不该读", "1", ""])
    shown = book.create_sheet("名单")
    shown.append(HEAD)
    shown.append(PEOPLE[0])
    book.save(tmp_path / "a.xlsx")
    table = read_table(tmp_path / "a.xlsx", KNOWN)
    assert (table.sheet, [row.raw("name") for row in table.rows]) == ("名单", ["张三"])


def test_a_sheet_that_declares_fewer_rows_is_read_whole(tmp_path) -> None:
    rows = "".join(f'<row r="{i}">{inline(f"A{i}", "张三")}{inline(f"B{i}", "x")}</row>' for i in range(2, 502))
    body = f'<row r="1">{inline("A1", "姓名")}{inline("B1", "身份证号")}</row>{rows}'
    path = raw_xlsx(tmp_path / "a.xlsx", body, before='<dimension ref="A1:B10"/>')
    assert len(read_table(path, KNOWN).rows) == 500


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_text_files_of_every_usual_encoding_keep_rare_characters(tmp_path, encoding, delimiter) -> None:
    text = "\r\n".join(delimiter.join(row) for row in [HEAD, *PEOPLE])
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode(encoding))
    assert names(path) == ["张三", "欧阳㛃䶮𬤊"]


def test_a_guessed_encoding_shows_sample_names(tmp_path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("\n".join(",".join(row) for row in [HEAD, *PEOPLE]).encode("gb18030"))
    table = read_table(path, KNOWN)
    assert table.notes == ["文件按 GB18030 编码读取，请看前几行对不对：张三、欧阳㛃䶮𬤊。"]


def test_numbers_kept_as_text_by_a_formula_sign_are_text_in_csv(tmp_path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('姓名,身份证号\n张三,="000000198001010028"\n')
    assert read_table(path, KNOWN).rows[0].get("number", digits, "") == "000000198001010028"


@pytest.mark.parametrize(
    ("cell", "day", "exact"),
    [
        (date(2015, 7, 1), date(2015, 7, 1), True),
        ("2015-07-01", date(2015, 7, 1), True),
        ("2015/7/1", date(2015, 7, 1), True),
        ("2015/7/1 0:00:00", date(2015, 7, 1), True),
        ("2015.7.1", date(2015, 7, 1), True),
        ("２０１５年７月１日", date(2015, 7, 1), True),
        ("20150701", date(2015, 7, 1), True),
        (20150701.0, date(2015, 7, 1), True),
        (42186.0, date(2015, 7, 1), True),
        ("42186", date(2015, 7, 1), True),
        ("2015.07", date(2015, 7, 1), False),
        (2015.07, date(2015, 7, 1), False),
        (2015.12, date(2015, 12, 1), False),
        ("2015年7月", date(2015, 7, 1), False),
        ("201507", date(2015, 7, 1), False),
    ],
)
def test_dates_in_the_habits_of_clerks(cell, day, exact) -> None:
    found = found_date(cell)
    assert (found.day, found.exact) == (day, exact)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("2019-13-01", "没有 13 月"),
        ("2019-02-30", "2019 年 2 月没有 30 日"),
        (2015.1, "2015.1 分不清是 1 月还是 10 月"),
        ("2015", "只有年份，没有月份"),
        ("去年", "看不出是哪一天"),
        ("0015-07-01", "15 年不对"),
        (99.0, "看不出是哪一天"),
        ("9" * 39, "看不出是哪一天"),
    ],
)
def test_impossible_dates_are_refused_with_the_reason(cell, text) -> None:
    with pytest.raises(CellFault) as fault:
        found_date(cell)
    assert fault.value.text == text


def test_empty_words_are_empty() -> None:
    assert [plain(cell) for cell in ("无", "—", " / ", "-", "")] == ["", "", "", "", ""]
    assert found_date("无") is None


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("'00000019800101001X", "00000019800101001X"),
        ("０００００0198001010028", "000000198001010028"),
        (" 000000 19800101 0028\t", "000000198001010028"),
    ],
)
def test_harmless_variants_of_numbers_are_normalised(cell, number) -> None:
    assert digits(cell) == number


@pytest.mark.parametrize("cell", [3.71327198001010e17, 1, 19900000000.0, "3.71327E+17", "371327198001010012.0"])
def test_numbers_by_type_or_by_look_are_refused(cell) -> None:
    with pytest.raises(CellFault):
        digits(cell)


def test_truth_in_the_usual_spellings() -> None:
    assert [truth(cell) for cell in ("是", "√", "Y", 1.0, "否", "×", "无", "", True)] == [
        True, True, True, True, False, False, False, False, True,
    ]  # fmt: skip
    with pytest.raises(CellFault):
        truth("也许")


@pytest.mark.parametrize("cell", ["张\x00三", "张\u202e三", "张\x07三", "张\ue000三", "张\u2066三"])
def test_control_direction_and_private_characters_are_refused(cell) -> None:
    with pytest.raises(CellFault) as fault:
        clean(cell)
    assert fault.value.text == "这一格里有看不见的控制字符或不认识的字符"


def test_zero_width_marks_and_line_breaks_are_cleaned() -> None:
    assert clean("\ufeff张\u200b三\n李四 ") == "张三 李四"


def test_formula_cells_are_refused_with_advice(tmp_path) -> None:
    table = read_table(xlsx(tmp_path / "a.xlsx", [HEAD, ["张三", "=CONCAT(1,2)", "2015-07-01"]]), KNOWN)
    row = table.rows[0]
    assert row.get("number", digits, "") == ""
    assert [(p.row, p.letter, p.column, p.text) for p in row.problems] == [
        (2, "B", "公民身份号码", "这一格是公式，结果不可靠")
    ]


def test_problems_never_show_a_whole_number(tmp_path) -> None:
    table = read_table(xlsx(tmp_path / "a.xlsx", [HEAD, ["000000198001010028", "00000019800101001X", ""]]), KNOWN)
    row = table.rows[0]
    assert (row.shown("name"), row.shown("number"), row.shown("joined")) == ("000000****028", "000****01X", "（空）")


def test_a_cell_inside_a_merged_range_is_known_as_such(tmp_path) -> None:
    book = Workbook()
    book.active.append(HEAD)
    book.active.append(PEOPLE[0])
    book.active.append(["", *PEOPLE[1][1:]])
    book.active.merge_cells("A2:A3")
    book.save(tmp_path / "a.xlsx")
    rows = read_table(tmp_path / "a.xlsx", KNOWN).rows
    assert [row.is_merged("name") for row in rows] == [False, True]
