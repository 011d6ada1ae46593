"""Streaming look at the XML parts of an xlsx before the real reader sees them.

The reader allocates the rectangle around all content, so two cells far apart would end the process; declared
dimensions are not to be trusted. This counts what is really there, and remembers formulas and merged cells.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from xml.parsers import expat

from juxian.sheets.faults import CannotRead
from juxian.sheets.limits import MAX_AREA, MAX_CELL_TAGS, MAX_COLUMNS, MAX_IDLE_TAGS, MAX_ROWS
from juxian.sheets.names import column_letter

COLUMN_BASE = 1 << 14


def cell_key(row: int, column: int) -> int:
    """One number for a cell; row as on the sheet (from 1), column from 0."""
    return row * COLUMN_BASE + column


def parse_reference(reference: str) -> tuple[int, int]:
    """`C5` → (5, 2). Raises CannotRead for anything else."""
    letters = reference.rstrip("0123456789")
    digits = reference[len(letters) :]
    if not digits or not letters.isalpha() or not letters.isascii() or len(letters) > 3 or len(digits) > 7:
        raise CannotRead("文件里有不合规的单元格编号，可能已损坏。请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。")
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64
    return int(digits), column - 1


@dataclass
class SheetScan:
    """What one worksheet really holds."""

    filled_rows: int = 0
    tags: int = 0
    idle: int = 0
    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0
    hidden_rows: int = 0
    formulas: set[int] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    row: int = 0
    column: int = -1
    cell_row: int = 0
    last_filled: int = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """One opening tag; raises CannotRead as soon as a limit is passed."""
        handler = _HANDLERS.get(name)
        if handler is None and ":" in name:
            handler = _HANDLERS.get(name.rpartition(":")[2])
        if handler is not None:
            handler(self, attributes)

    def on_row(self, attributes: dict[str, str]) -> None:
        self.row = int(attributes["r"]) if attributes.get("r", "").isdigit() else self.row + 1
        self.column = -1
        self._count_idle()
        self.hidden_rows += attributes.get("hidden") in ("1", "true")

    def on_cell(self, attributes: dict[str, str]) -> None:
        self.tags += 1
        self._count_idle()
        if self.tags > MAX_CELL_TAGS:
            raise CannotRead("表里的单元格太多（包括只有格式的空格子）。请删去数据下方和右侧的空行空列，再上传。")
        reference = attributes.get("r")
        if reference:
            self.cell_row, self.column = parse_reference(reference)
        else:
            self.cell_row, self.column = self.row, self.column + 1

    def on_content(self, attributes: dict[str, str]) -> None:
        row, column = self.cell_row, self.column
        self.idle = 0
        if row != self.last_filled:
            self.last_filled = row
            self.filled_rows += 1
        if not self.bottom:
            self.top = self.bottom = row
            self.left = self.right = column
        elif not (self.top <= row <= self.bottom and self.left <= column <= self.right):
            self.top, self.bottom = min(self.top, row), max(self.bottom, row)
            self.left, self.right = min(self.left, column), max(self.right, column)
        self._check_size()

    def on_formula(self, attributes: dict[str, str]) -> None:
        self.on_content(attributes)
        self.formulas.add(cell_key(self.cell_row, self.column))

    def on_merge(self, attributes: dict[str, str]) -> None:
        first, _, last = attributes.get("ref", "").partition(":")
        if first and last and len(self.merged) < MAX_ROWS:
            self.merged.append((*parse_reference(first), *parse_reference(last)))

    def _count_idle(self) -> None:
        self.idle += 1
        if self.idle > MAX_IDLE_TAGS:
            raise CannotRead(
                f"第 {self.bottom + 1} 行以下有几十万个空行或空格子。请选中这些空行，整行删除，另存后再上传。"
            )

    def _check_size(self) -> None:
        if self.filled_rows > MAX_ROWS:
            raise CannotRead(f"表里超过 {MAX_ROWS:,} 行。请分成几个文件，一个一个导入。")
        if self.right >= MAX_COLUMNS:
            raise CannotRead(
                f"第 {column_letter(self.right)} 列还有内容，超过 {MAX_COLUMNS} 列。请删去右侧多余的列，再上传。"
            )
        if (self.bottom + 1) * (self.right + 1) > MAX_AREA:
            raise CannotRead(
                f"第 {self.bottom} 行还有零星内容，离其他数据太远。请删去数据下方多余的行（选中整行后删除），再上传。"
            )


_HANDLERS: dict[str, Callable[[SheetScan, dict[str, str]], None]] = {
    "row": SheetScan.on_row,
    "c": SheetScan.on_cell,
    "v": SheetScan.on_content,
    "is": SheetScan.on_content,
    "f": SheetScan.on_formula,
    "mergeCell": SheetScan.on_merge,
}


class PartScanner:
    """Feeds one XML part through expat: no DTD, no entities; a worksheet is counted on the way."""

    def __init__(self) -> None:
        self.sheet: SheetScan | None = None
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._root
        self._parser.StartDoctypeDeclHandler = self._forbidden
        self._parser.EntityDeclHandler = self._forbidden

    def feed(self, chunk: bytes, last: bool = False) -> None:
        """Raises CannotRead for a DTD, a size limit or broken XML."""
        try:
            self._parser.Parse(chunk, last)
        except expat.ExpatError:
            raise CannotRead("文件内容不完整或已损坏。请用 Excel 或 WPS 打开后另存为 .xlsx，再上传。") from None

    def _root(self, name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "worksheet":
            self.sheet = SheetScan()
            self._parser.StartElementHandler = self.sheet.start
        else:
            self._parser.StartElementHandler = None

    def _forbidden(self, *_: object) -> None:
        raise CannotRead("文件里夹带了不该有的外部引用，为安全起见没有打开。请用 Excel 或 WPS 新建表格，只粘贴数值。")
