"""Files that are no table, or mean harm: one Chinese sentence each, quickly, and no process dies."""

import resource
import subprocess
import sys
import zipfile
from pathlib import Path
from time import monotonic

import pytest

from juxian.sheets import CannotRead, Column, read_table
from tests.sheets.files import SHEET_TYPE, inline, raw_xlsx, xlsx

KNOWN = (Column("name", "姓名", needed=True), Column("number", "公民身份号码", needed=True))
HEAD = f'<row r="1">{inline("A1", "姓名")}{inline("B1", "公民身份号码")}</row>'
SAVE_AS = "请用 Excel 或 WPS 打开它，另存为“Excel 工作簿（.xlsx）”后再上传。"


def refusal(path: Path) -> str:
    started = monotonic()
    with pytest.raises(CannotRead) as refused:
        read_table(path, KNOWN)
    assert monotonic() - started < 5
    return refused.value.message


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "这个文件是空的，一个字节也没有。请检查后重新上传。"),
        (b"MZ\x90\x00" + bytes(500), "这是程序文件，不是表格。请上传 .xlsx、.xls 或 .csv 文件。"),
        (b"%PDF-1.7\n", "这是 PDF，不是表格。请上传 .xlsx、.xls 或 .csv 文件。"),
        (b"\x89PNG\r\n\x1a\n", "这是图片，不是表格。请上传 .xlsx、.xls 或 .csv 文件。"),
        (
            "<html><table><tr><td>姓名</td></tr></table></html>".encode(),
            f"这其实是网页（常见于从其他系统导出的 .xls），不是真正的表格。{SAVE_AS}",
        ),
        (
            b'\xef\xbb\xbf\r\n<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>',
            f"这其实是网页（常见于从其他系统导出的 .xls），不是真正的表格。{SAVE_AS}",
        ),
        (bytes(range(128, 256)) * 4, "认不出这个文本文件的编码。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。"),
        ("你好\n世界".encode(), "没有找到表头。表里要有一行写着列名，至少包括：姓名、公民身份号码。可以下载模板对照。"),
        ("姓名,电话\n张三,1".encode(), "表头里缺少：公民身份号码。请补上这一列（列名一致）再上传。"),
    ],
)
def test_other_files_are_named_for_what_they_are(tmp_path, content, sentence) -> None:
    assert refusal(written(tmp_path / "名册.xlsx", content)) == sentence


@pytest.mark.parametrize(
    ("stream", "sentence"),
    [
        ("EncryptedPackage", "这个表格设有打开密码，读不了。请在 Excel 或 WPS 里去掉密码，另存后再上传。"),
        ("WordDocument", "这是 Word 文档，不是表格。请上传 .xlsx、.xls 或 .csv 文件。"),
        ("Nothing", "这个文件不是表格，或者已经损坏。请上传 .xlsx、.xls 或 .csv 文件。"),
        ("Workbook", "文件不完整或已损坏，打不开。请用 Excel 或 WPS 打开原文件，另存为 .xlsx 后再上传。"),
    ],
)
def test_old_office_files_are_told_apart(tmp_path, stream, sentence) -> None:
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + stream.encode("utf-16-le") + bytes(512)
    assert refusal(written(tmp_path / "a.xls", content)) == sentence


def test_other_zip_files_macros_and_binary_workbooks(tmp_path) -> None:
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<x/>")
    assert refusal(tmp_path / "a.docx") == "这是压缩包或其他文档，不是表格。请上传 .xlsx、.xls 或 .csv 文件。"
    macro = SHEET_TYPE.replace("officedocument.spreadsheetml.sheet", "ms-excel.sheet.macroEnabled")
    path = raw_xlsx(tmp_path / "a.xlsx", HEAD, sheet_type=macro)
    assert refusal(path) == "这是带宏的表格（.xlsm），为安全起见不打开。请另存为“Excel 工作簿（.xlsx）”后再上传。"
    path = raw_xlsx(tmp_path / "b.xlsx", HEAD, more={"xl/vbaProject.bin": b"x"})
    assert refusal(path) == "这是带宏的表格（.xlsm），为安全起见不打开。请另存为“Excel 工作簿（.xlsx）”后再上传。"


@pytest.mark.parametrize("kept", [30, 400, 0.5, 0.9])
def test_truncated_workbooks(tmp_path, kept) -> None:
    whole = xlsx(tmp_path / "a.xlsx", [["姓名", "公民身份号码"]] + [["张三", str(i)] for i in range(500)]).read_bytes()
    size = kept if isinstance(kept, int) else int(len(whole) * kept)
    text = refusal(written(tmp_path / "b.xlsx", whole[:size]))
    assert text == "文件不完整或已损坏，打不开。请用 Excel 或 WPS 打开原文件，另存为 .xlsx 后再上传。"


def test_an_empty_sheet(tmp_path) -> None:
    text = "表里没有任何内容。请检查是否传错了文件，或者内容在隐藏的工作表里。"
    assert refusal(xlsx(tmp_path / "a.xlsx", [])) == text


def test_two_cells_far_apart_are_refused_before_the_reader_sees_them(tmp_path) -> None:
    body = f'<row r="1">{inline("A1", "姓名")}</row><row r="200000">{inline("XFD200000", "x")}</row>'
    assert refusal(raw_xlsx(tmp_path / "a.xlsx", body)) == (
        "第 XFD 列还有内容，超过 200 列。请删去右侧多余的列，再上传。"
    )
    body = f'<row r="1">{inline("A1", "姓名")}</row><row r="1048576">{inline("Z1048576", "x")}</row>'
    assert refusal(raw_xlsx(tmp_path / "b.xlsx", body)) == (
        "第 1048576 行还有零星内容，离其他数据太远。请删去数据下方多余的行（选中整行后删除），再上传。"
    )


def test_more_rows_than_a_county_has(tmp_path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("姓名,公民身份号码\n" + "张三,1\n" * 100_001)
    assert refusal(path) == "表里超过 100,000 行。请分成几个文件，一个一个导入。"


@pytest.mark.parametrize("reference", ["ZZZZZZ1", "A99999999", "11", "A", "А1"])
def test_impossible_references(tmp_path, reference) -> None:
    path = raw_xlsx(tmp_path / "a.xlsx", f'<row r="1">{inline(reference, "x")}</row>')
    assert refusal(path) == "文件里有不合规的单元格编号，可能已损坏。请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"


def test_blank_rows_below_a_list_are_named(tmp_path) -> None:
    rows = "".join(f'<row r="{i}"/>' for i in range(2, 300_100))
    path = raw_xlsx(tmp_path / "a.xlsx", HEAD + rows)
    assert refusal(path) == "第 2 行以下有几十万个空行或空格子。请选中这些空行，整行删除，另存后再上传。"


def test_a_prefix_on_inner_tags_hides_nothing_from_the_guard(tmp_path) -> None:
    body = f'{HEAD}<x:row xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:c r="XFD9"><x:v>1</x:v></x:c></x:row>'
    assert (
        refusal(raw_xlsx(tmp_path / "a.xlsx", body)) == "第 XFD 列还有内容，超过 200 列。请删去右侧多余的列，再上传。"
    )


TOO_LARGE = "文件解开后太大，为安全起见没有打开。请只保留名单所在的工作表，删去图片和多余的行，另存后再上传。"


def test_a_zip_bomb_is_refused_by_its_headers(tmp_path) -> None:
    path = raw_xlsx(tmp_path / "a.xlsx", HEAD, more={"xl/media/a.bin": bytes(60 * 1024 * 1024)})
    assert refusal(path) == TOO_LARGE
    path = raw_xlsx(tmp_path / "b.xlsx", HEAD, more={"xl/media/a.bin": bytes(20 * 1024 * 1024)})
    assert refusal(path) == TOO_LARGE  # more than 100:1
    path = raw_xlsx(tmp_path / "c.xlsx", HEAD, more={f"x/{i}": b"" for i in range(1001)})
    assert refusal(path) == TOO_LARGE


def test_a_zip_bomb_with_lying_headers_is_counted(tmp_path) -> None:
    path = raw_xlsx(tmp_path / "a.xlsx", HEAD, more={"xl/media/a.bin": bytes(60 * 1024 * 1024)})
    size = (60 * 1024 * 1024).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size, (1000).to_bytes(4, "little")))
    assert refusal(path) == "文件不完整或已损坏，打不开。请用 Excel 或 WPS 打开原文件，另存为 .xlsx 后再上传。"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_one_name_twice_in_the_archive(tmp_path) -> None:
    path = raw_xlsx(tmp_path / "a.xlsx", HEAD, more={"xl/worksheets/sheet1.xml": b"<worksheet/>"})
    assert refusal(path) == "文件不完整或已损坏，打不开。请用 Excel 或 WPS 打开原文件，另存为 .xlsx 后再上传。"


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE worksheet SYSTEM "http://127.0.0.1/x.dtd">',
        '<!DOCTYPE worksheet [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    ],
)
def test_external_references_and_entities(tmp_path, prolog) -> None:
    path = raw_xlsx(tmp_path / "a.xlsx", HEAD, prolog=prolog)
    assert refusal(path) == "文件里夹带了不该有的外部引用，为安全起见没有打开。请用 Excel 或 WPS 新建表格，只粘贴数值。"


def test_broken_xml(tmp_path) -> None:
    path = raw_xlsx(tmp_path / "a.xlsx", "<row><c></row>")
    assert refusal(path) == "文件内容不完整或已损坏。请用 Excel 或 WPS 打开后另存为 .xlsx，再上传。"


def test_a_cell_of_ten_megabytes(tmp_path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"姓名,公民身份号码\n张三,{'1' * 10_000_000}\n")
    assert refusal(path) == "第 2 行附近有一格内容太长或引号没有配对。请改好这一行再上传。"
    path = raw_xlsx(
        tmp_path / "a.xlsx", f'{HEAD}<row r="2">{inline("A2", "张三")}{inline("B2", "1a2b3c4d" * 1_250_000)}</row>'
    )
    assert refusal(path) == TOO_LARGE  # so regular a text packs better than 100:1


def test_a_long_cell_refuses_its_row_only(tmp_path) -> None:
    path = xlsx(tmp_path / "a.xlsx", [["姓名", "公民身份号码"], ["张" * 20_000, "1"], ["李四", "2"]])
    rows = read_table(path, KNOWN).rows
    assert [row.get("name", str, "") for row in rows] == ["", "李四"]
    assert rows[0].problems[0].text == "内容有 20,000 个字，太长了"


MEASURED = """
import resource, sys
from pathlib import Path
from juxian.sheets import CannotRead, Column, read_table
def cpu():
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(use.ru_utime + use.ru_stime for use in both)
started = cpu()
try:
    read_table(Path(sys.argv[1]), (Column("name", "姓名", needed=True),))
except CannotRead as refused:
    print(refused.message)
seconds = cpu() - started
own = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])  # ru_maxrss is inherited from pytest
used = max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
print(int(seconds * 1000), used // 1024)
"""


@pytest.mark.parametrize("cell", ["", '<c r="A{0}" s="0"/>'])
def test_a_million_blank_rows_are_refused_quickly_and_small(tmp_path, cell) -> None:
    rows = "".join(f'<row r="{i}">{cell.format(i)}</row>' for i in range(1, 1_048_577))
    path = raw_xlsx(tmp_path / "a.xlsx", rows)
    done = subprocess.run([sys.executable, "-c", MEASURED, str(path)], capture_output=True, text=True, check=True)
    sentence, figures = done.stdout.strip().splitlines()
    milliseconds, megabytes = map(int, figures.split())
    assert sentence == "第 1 行以下有几十万个空行或空格子。请选中这些空行，整行删除，另存后再上传。"
    assert milliseconds < 2000  # of processor time: tests share their machine
    assert megabytes < 200


def test_a_reader_that_dies_takes_nobody_along(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("juxian.sheets.book.CHILD_MEMORY_BYTES", 20 * 1024 * 1024)
    rows = "".join(f'<row r="{i}">{inline(f"A{i}", f"张三{i}")}{inline(f"B{i}", "1")}</row>' for i in range(2, 60_000))
    path = raw_xlsx(tmp_path / "a.xlsx", HEAD + rows)
    assert refusal(path) == "这个表格太大或已损坏，读不下来。请删去数据下方和右侧多余的行列，另存为 .xlsx 后再上传。"
    assert resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY
