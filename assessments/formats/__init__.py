"""Question formats that are no tables: told by content, read into drafts, laid out as the rows of the template."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assessments.formats import aiken, gift, moodle, numbered
from assessments.formats.draft import Draft
from juxian.sheets import CannotRead, Column, Row, Table
from juxian.sheets.limits import MAX_FILE_BYTES, MAX_ROWS
from juxian.sheets.scan import SheetScan
from juxian.sheets.sniff import FileKind, sniff
from juxian.sheets.text import decode

HEAD = 40_000  # characters that tell the format
MOST_OPTIONS = 8
SAID = 10  # numbers of questions in one sentence


@dataclass(frozen=True)
class Format:
    """A format: its code in the command's JSON, its name for people, how it looks, how it is read."""

    code: str
    name: str
    looks: Callable[[str], object]
    read: Callable[[str], list[Draft]]


# In the order they are tried; a table of questions is none of them
FORMATS = (
    Format("moodle_xml", "Moodle XML", moodle.LOOKS.match, moodle.read),
    Format("aiken", "Aiken", aiken.LOOKS.search, aiken.read),
    Format("gift", "GIFT", gift.LOOKS.search, gift.read),
    Format("numbered_text", "编号文本", numbered.LOOKS.search, numbered.read),
)


def find(path: Path) -> Format | None:
    """The format of a text of questions; None for a table. Raises CannotRead for what is neither."""
    with path.open("rb") as stream:
        is_xml = stream.read(200).lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").replace(b"\0", b"").startswith(b"<")
    if is_xml and path.stat().st_size <= MAX_FILE_BYTES and moodle.LOOKS.match(decode(path.read_bytes()).text[:HEAD]):
        return FORMATS[0]
    if sniff(path) is not FileKind.TEXT:
        return None
    head = decode(path.read_bytes()).text[:HEAD]
    if _has_titles(head):
        return None
    return next((one for one in FORMATS if one.looks(head)), None)


def _has_titles(head: str) -> bool:
    """A head row of a table: the titles of the kind and the answer with a delimiter between."""
    return any("型" in line and "答案" in line and re.search(r"[,\t;，]", line) for line in head.splitlines()[:30])


def kind_of(path: Path) -> str:
    """The code of a file's format: one of the above, or xlsx, xls, csv. Raises CannotRead."""
    found = find(path)
    return found.code if found else sniff(path).value


def read_drafts(path: Path, found: Format, columns: Sequence[Column]) -> Table:
    """The questions as rows of the template, numbered by the lines of the file. Raises CannotRead."""
    text = decode(path.read_bytes()).text
    table = Table(
        sheet=found.name,
        header_row=0,
        titles=[column.title for column in columns],
        columns={column.key: place for place, column in enumerate(columns)},
        known=columns,
        scan=SheetScan(),
        has_letters=False,
    )
    drafts = found.read(text)
    table.rows = [_row(table, draft, number) for number, draft in enumerate(drafts, start=1)]
    _note_weights(table, [number for number, draft in enumerate(drafts, start=1) if draft.is_weighted])
    if not table.rows:
        raise CannotRead(f"这个 {found.name} 文件里没有一道题。请检查是否传错了文件。")
    if len(table.rows) > MAX_ROWS:
        raise CannotRead(f"文件里超过 {MAX_ROWS:,} 道题。请分成几个文件，一个一个导入。")
    return table


def _note_weights(table: Table, numbers: list[int]) -> None:
    if not numbers:
        return
    said = "、".join(map(str, numbers[:SAID])) + (f" 等 {len(numbers)} 道" if len(numbers) > SAID else " ")
    table.notes.append(f"第 {said}题按选项给部分分，这一点没有带过来：这里全部选对才得分。")


def _row(table: Table, draft: Draft, number: int) -> Row:
    options = [*draft.options, *[""] * MOST_OPTIONS][:MOST_OPTIONS]
    row = Row(table, draft.line, [draft.kind, draft.stem, *options, draft.answer], name=f"第 {number} 题 ")
    fault = draft.fault
    if fault is None and len(draft.options) > MOST_OPTIONS:
        fault = (f"选项有 {len(draft.options)} 个，最多 {MOST_OPTIONS} 个", "删去多出的选项")
    if fault is None and not all(text.strip() for text in draft.options):
        fault = ("有一个选项是空的", "补上选项的文字，或者去掉这个选项")
    if fault is not None:
        row.blame("stem", *fault)
    return row
