"""The old .xls format, good and hostile."""

import pytest

from juxian.sheets import CannotRead, Column, digits, read_table
from tests.sheets.old_excel import xls

KNOWN = (Column("name", "姓名", needed=True), Column("number", "公民身份号码", needed=True))
HEAD = [(1, 0, "姓名"), (1, 1, "公民身份号码")]


def test_an_old_workbook_is_read_with_its_types(tmp_path) -> None:
    cells = [(0, 0, "名册"), *HEAD, (2, 0, "张三"), (2, 1, "000000198001010011"), (3, 0, "李四"), (3, 1, 1.0e17)]
    table = read_table(xls(tmp_path / "a.xls", cells), KNOWN)
    assert (table.sheet, [row.number for row in table.rows]) == ("名单", [3, 4])
    assert [row.get("number", digits, "") for row in table.rows] == ["000000198001010011", ""]
    assert [problem.text for problem in table.rows[1].problems] == ["这一格是“数字”格式，号码可能已经丢位"]


def test_two_cells_far_apart(tmp_path) -> None:
    path = xls(tmp_path / "a.xls", [(0, 0, "姓名"), (65535, 255, "x")])
    with pytest.raises(CannotRead) as refused:
        read_table(path, KNOWN)
    assert (
        refused.value.message
        == "这个表格太大或已损坏，读不下来。请删去数据下方和右侧多余的行列，另存为 .xlsx 后再上传。"
    )


def test_cut_and_bent_ones(tmp_path) -> None:
    whole = xls(tmp_path / "a.xls", [*HEAD, (2, 0, "张三"), (2, 1, "1")]).read_bytes()
    for index, content in enumerate([whole[:600], whole[:1600], whole[:1540] + b"\xff" * 3000]):
        path = tmp_path / f"{index}.xls"
        path.write_bytes(content)
        with pytest.raises(CannotRead) as refused:
            read_table(path, KNOWN)
        assert refused.value.message[-1] == "。"
