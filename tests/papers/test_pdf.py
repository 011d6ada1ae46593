"""Papers as PDF: our own font, everything a person typed is text."""

import re
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
import typst
from PIL import ImageFont

from juxian.papers import Diploma, Document, Facts, Heading, Table, Text, diplomas_pdf, document_pdf, qr_svg
from juxian.papers.setting import FONTS, LAYOUTS

FONT = FONTS / "NotoSerifSC-Regular.ttf"
HOSTILE = '#panic() #read("/etc/passwd") #image("http://127.0.0.1/x.png") $x$ *粗* <b> \\ "引'
PAPER = Document(
    title="学员花名册",
    subtitle="秋季轮训班",
    code="JN2026-102-03",
    notice="演示数据，非真实情况",
    blocks=[
        Facts([("主办", "大店镇党委"), ("联系人", HOSTILE)]),
        Heading("一、名单"),
        Table(["序号", "姓名"], [["1", "欧阳㛃䶮"], ["2", HOSTILE]], [1, 3]),
        Text(f"第一段\n{HOSTILE}"),
    ],
)
SHEET = Diploma(
    title="结业证书",
    holder="示例甲同志：",
    body="准予结业。",
    signed=["大店镇党委", "2026年11月9日"],
    lines=["编号 0000"],
    check="http://127.0.0.1:8000/verify/0000/",
)


def unpacked(pdf: bytes) -> bytes:
    """The PDF with its packed streams opened."""
    opened = [pdf]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            opened.append(zlib.decompress(stream))
        except zlib.error:
            opened.append(stream)
    return b"\n".join(opened)


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", unpacked(pdf)))


def test_a_paper_is_a_pdf_in_our_font() -> None:
    pdf = document_pdf(PAPER)
    assert pdf[:5] == b"%PDF-"
    assert set(re.findall(rb"/FontName\s*/[A-Z]{6}\+([A-Za-z-]+)", unpacked(pdf))) == {b"NotoSerifSC-Regular"}
    assert pages(pdf) == 1


def test_the_same_paper_is_the_same_bytes() -> None:
    assert document_pdf(PAPER) == document_pdf(PAPER)
    assert document_pdf(PAPER) != document_pdf(replace(PAPER, subtitle="冬季轮训班"))


def test_a_long_table_goes_on_over_pages() -> None:
    rows = [[str(number), "示例"] for number in range(1200)]
    assert pages(document_pdf(Document("名单", wide=True, blocks=[Table(["序号", "姓名"], rows)]))) > 20


def test_what_a_person_typed_is_never_code(tmp_path: Path) -> None:
    """Twin: the same words as source stop the setting."""
    assert pages(document_pdf(Document(title=HOSTILE, blocks=[Text(HOSTILE)]))) == 1
    source = tmp_path / "source.typ"
    source.write_text("#panic()")
    with pytest.raises(typst.TypstError, match="panic"):
        typst.compile(source, root=tmp_path)


def test_a_layout_reads_nothing_outside_its_folder(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "secret.txt").write_text("KANARI")
    source = tmp_path / "inside" / "source.typ"
    source.write_text('#read("../secret.txt")')
    with pytest.raises(typst.TypstError):
        typst.compile(source, root=tmp_path / "inside")
    assert typst.compile(source, root=tmp_path)[:5] == b"%PDF-"


def test_one_sheet_a_person() -> None:
    pdf = diplomas_pdf("结业证书", [SHEET, replace(SHEET, holder="示例乙同志：", notice="演示数据，非真实情况")])
    assert pages(pdf) == 2


def test_the_square_code_is_svg_without_a_script() -> None:
    svg = qr_svg(SHEET.check)
    assert svg.startswith("<svg")
    assert re.findall(r"<(\w+)", svg) == ["svg", "path"]


def test_the_font_has_the_names_of_people_and_places() -> None:
    """All of GB 2312, the county's rare places, and the rare characters of names the national list added."""
    font = ImageFont.truetype(str(FONT), 16)
    absent = bytes(font.getmask("\U000f0000"))
    common = [bytes((high, low)).decode("gb2312", "ignore") for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF)]
    wanted = [*filter(None, common), *"莒洙疃筵涝㛃䶮喆堃赟翀昇甯犇"]
    assert len(wanted) == 6763 + 14
    assert [mark for mark in wanted if bytes(font.getmask(mark)) == absent] == []


def test_the_font_keeps_its_licence() -> None:
    assert "SIL Open Font License" in (FONTS / "OFL.txt").read_text()
    assert sorted(path.name for path in FONTS.iterdir()) == ["NotoSerifSC-Regular.ttf", "OFL.txt"]
    assert sorted(path.name for path in LAYOUTS.iterdir()) == ["diploma.typ", "document.typ", "letter.typ"]
