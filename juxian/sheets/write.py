"""Workbooks out: every cell a string, so nothing a person typed ever becomes a formula; only an Amount is a number."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils.exceptions import IllegalCharacterError

from juxian.sheets.faults import CannotRead
from juxian.sheets.importer import Preview
from juxian.sheets.names import column_letter
from juxian.sheets.table import Column

REASON = "不能导入的原因"
LONGEST_CELL = 32_000
EXACT = 1e15
BLANK_ROWS = 200  # of a template, in the text format, so that typed IDs stay text
_HEAD = PatternFill("solid", fgColor="F3EFE7")


class Amount(Decimal):
    """Money: the one kind of value that is written as a number, to the cent, so that people can add it up."""


def shown(value: Any) -> str:
    """A cell as text: whole numbers without a point, dates as 2019-03-01."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        # a number this long has lost digits; it must not come back looking like a good ID
        return f"{value:.14E}" if abs(value) >= EXACT else f"{value:.0f}"
    return str(value)[:LONGEST_CELL]


def text_cell(sheet: Any, value: Any, *, bold: bool = False) -> Any:
    """A cell of type string in the text format; characters a workbook cannot hold become `?`."""
    text = shown(value)
    try:
        cell = WriteOnlyCell(sheet, value="")
        cell.value = text
    except IllegalCharacterError:
        cell = WriteOnlyCell(sheet, value="".join(mark if mark.isprintable() else "?" for mark in text))
    cell.data_type = "s"
    cell.number_format = "@"
    if text[:1] in ("=", "+", "-", "@", "\t", "\r"):
        cell.quotePrefix = True
    if bold:
        cell.font, cell.fill = Font(bold=True), _HEAD
        cell.alignment = Alignment(vertical="center")
    return cell


def number_cell(sheet: Any, value: Amount) -> Any:
    """A cell of type number with two places. Exact up to 15 digits, which is more than any amount has."""
    cell = WriteOnlyCell(sheet, value=Decimal(value))
    cell.number_format = "#,##0.00"
    return cell


def _cell(sheet: Any, value: Any) -> Any:
    return number_cell(sheet, value) if isinstance(value, Amount) else text_cell(sheet, value)


def workbook(title: str, heads: Sequence[str], rows: Iterable[Sequence[Any]], widths: Sequence[int] = ()) -> bytes:
    """An xlsx with one sheet of text cells (an Amount: a number) below a frozen head row."""
    book = Workbook(write_only=True)
    _fill(book.create_sheet(title), heads, rows, widths)
    return _bytes(book)


def workbook_of(sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[Any]]]]) -> bytes:
    """An xlsx of several such sheets, each given as title, heads and rows."""
    book = Workbook(write_only=True)
    for title, heads, rows in sheets:
        _fill(book.create_sheet(title), heads, rows, ())
    return _bytes(book)


def _fill(sheet: Any, heads: Sequence[str], rows: Iterable[Sequence[Any]], widths: Sequence[int]) -> None:
    sheet.freeze_panes = "A2"
    for index, head in enumerate(heads):
        wide = widths[index] if index < len(widths) else max(12, 2 * len(str(head)) + 4)
        sheet.column_dimensions[column_letter(index)].width = wide
    sheet.append([text_cell(sheet, head, bold=True) for head in heads])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])


def _bytes(book: Any) -> bytes:
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def refused_rows(preview: Preview) -> bytes:
    """The refused rows with their own columns, their row number first and the reason last."""
    width = max([len(preview.titles), *(len(row.cells) for row in preview.refused)])
    titles = [*preview.titles, *[""] * (width - len(preview.titles))]
    rows = (
        [row.number, *row.cells, *[""] * (width - len(row.cells)), row.reason]
        for row in sorted(preview.refused, key=lambda row: row.number)
    )
    return workbook("不能导入的行", ["原表行号", *titles, REASON], rows)


@contextmanager
def refused_file(path: Path | None) -> Iterator[Callable[[Preview], None]]:
    """Gives the writer of refused rows into `path` (None: nowhere); call it once, inside the commit's transaction.

    The place is tried at once: where nothing can be written nothing is saved. The file appears whole when the block
    ends well; otherwise what was there stays as it was. Raises CannotRead.
    """
    if path is None:
        yield lambda result: None
        return
    partial = path.with_name(f"{path.name}.part")
    with _said(path):
        if path.is_dir():
            raise IsADirectoryError(0, "这是一个文件夹")
        partial.touch()

    def write(result: Preview) -> None:
        with _said(path):
            partial.write_bytes(refused_rows(result))

    try:
        yield write
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def _said(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CannotRead(f"写不了文件 {path}：{error.strerror}") from None


def template(columns: Sequence[Column]) -> bytes:
    """An empty table to fill in, and a second sheet with an example of each column."""
    book = Workbook(write_only=True)
    heads = [f"{column.title}（必填）" if column.needed else column.title for column in columns]
    _fill(book.create_sheet("名单"), heads, [[""] * len(heads)] * BLANK_ROWS, ())
    hints = [[head, column.example] for head, column in zip(heads, columns, strict=True)]
    _fill(book.create_sheet("填写说明"), ["列名", "填写示例"], hints, (24, 30))
    return _bytes(book)
