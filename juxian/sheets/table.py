"""The table inside a file: which sheet, which header row, which column is which."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any, TypeVar

from juxian.sheets.book import Cells, RawSheet, sheets
from juxian.sheets.faults import CannotRead, CellFault
from juxian.sheets.limits import HEADER_SEARCH_ROWS, MAX_CELL_CHARACTERS
from juxian.sheets.names import bare_header_key, column_letter, header_key
from juxian.sheets.scan import SheetScan, cell_key
from juxian.sheets.values import masked

T = TypeVar("T")
TOTAL_WORDS = ("合计", "总计", "小计", "共计", "填表人", "制表人", "审核人", "填报人", "注:", "注：", "备注:", "说明:")


@dataclass(frozen=True)
class Column:
    """A column an importer knows: its key in code, its title, other names people give it."""

    key: str
    title: str
    aliases: tuple[str, ...] = ()
    needed: bool = False
    secret: bool = False
    example: str = ""


@dataclass(frozen=True)
class Problem:
    """Something wrong (or, not `fatal`, worth a look) in one cell, by the sheet's own row and column."""

    row: int
    letter: str
    column: str
    shown: str
    text: str
    remedy: str
    fatal: bool = True
    code: str = ""


@dataclass(slots=True)
class Row:
    """One row: its number on the sheet, its raw cells, and the problems found while reading it.

    `name`: what people call it where the number is only that of its first line.
    """

    table: "Table"
    number: int
    cells: Cells
    problems: list[Problem] = field(default_factory=list)
    name: str = ""

    @property
    def refused(self) -> bool:
        return any(problem.fatal for problem in self.problems)

    def raw(self, key: str) -> Any:
        """The cell under a column; empty text when the column or cell is absent."""
        position = self.table.columns.get(key)
        return self.cells[position] if position is not None and position < len(self.cells) else ""

    def get(self, key: str, read: Callable[[Any], T], default: T) -> T:
        """Read a cell with `read`; a CellFault (or a formula) becomes a problem and gives `default`."""
        position = self.table.columns.get(key)
        if position is None:
            return default
        try:
            if cell_key(self.number, position) in self.table.scan.formulas:
                raise CellFault("这一格是公式，结果不可靠", "复制这一列，用“选择性粘贴—数值”贴回原处")
            value = self.raw(key)
            if isinstance(value, str) and len(value) > MAX_CELL_CHARACTERS:
                raise CellFault(f"内容有 {len(value):,} 个字，太长了", "删短后再导入")
            return read(value)
        except CellFault as fault:
            self.blame(key, fault.text, fault.remedy)
            return default

    def blame(
        self, key: str, text: str, remedy: str, *, fatal: bool = True, shown: str | None = None, code: str = ""
    ) -> None:
        """Note a problem with the cell under `key`; `code` lets a page tell one sort from another."""
        column = next((column for column in self.table.known if column.key == key), None)
        position = self.table.columns.get(key)
        self.problems.append(
            Problem(
                row=self.number,
                letter=column_letter(position) if position is not None and self.table.has_letters else "",
                column=self.name + (column.title if column else ""),
                shown=self.shown(key) if shown is None else shown,
                text=text,
                remedy=remedy,
                fatal=fatal,
                code=code,
            )
        )

    def shown(self, key: str) -> str:
        """A cell as a page may show it: numbers of persons masked, long texts cut."""
        raw = self.raw(key)
        text = f"{raw:.2E}" if isinstance(raw, float) and raw >= 1e11 else " ".join(str(raw)[:200].split())
        if any(column.key == key and column.secret for column in self.table.known) and text.isascii() and len(text) > 8:
            return f"{text[:3]}****{text[-3:]}"
        return masked(text) or "（空）"

    def is_merged(self, key: str) -> bool:
        """Whether the cell under `key` lies in a merged range but not at its top left."""
        position = self.table.columns.get(key)
        return position is not None and any(
            top <= self.number <= bottom and left <= position <= right and (self.number, position) != (top, left)
            for top, left, bottom, right in self.table.scan.merged
        )


@dataclass
class Table:
    """The rows below the header, with the place of every known column."""

    sheet: str
    header_row: int
    titles: list[str]
    columns: dict[str, int]
    known: Sequence[Column]
    scan: SheetScan
    has_types: bool = True
    has_letters: bool = True  # False: read from a text, whose lines have no columns
    rows: list[Row] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Header:
    """A row (or two) that looks like the header."""

    index: int
    height: int
    titles: list[str]
    columns: dict[str, int]


def read_table(path: Path, known: Sequence[Column], progress: Callable[[int, int], None] | None = None) -> Table:
    """Read the first sheet that has the needed columns. Raises CannotRead naming what is missing."""
    best: list[str] | None = None
    empty = True
    for sheet in sheets(path):
        head = list(islice(sheet.rows, HEADER_SEARCH_ROWS))
        empty = empty and not head
        header = _find_header(head, known)
        missing = [c.title for c in known if c.needed and (header is None or c.key not in header.columns)]
        if header is not None and not missing:
            return _fill(sheet, header, head, known, progress)
        if head and (best is None or len(missing) < len(best)):
            best = missing
    if empty:
        raise CannotRead("表里没有任何内容。请检查是否传错了文件，或者内容在隐藏的工作表里。")
    raise CannotRead(_missing_sentence(best or [], known))


def _missing_sentence(missing: list[str], known: Sequence[Column]) -> str:
    needed = [column.title for column in known if column.needed]
    if len(missing) == len(needed):
        return f"没有找到表头。表里要有一行写着列名，至少包括：{'、'.join(needed)}。可以下载模板对照。"
    return f"表头里缺少：{'、'.join(missing)}。请补上这{'一' if len(missing) == 1 else '几'}列（列名一致）再上传。"


def _match(titles: list[str], known: Sequence[Column]) -> dict[str, int]:
    """Key → position; exact titles win over aliases, whole names over names without their notes."""
    found: dict[str, int] = {}
    taken: set[int] = set()
    for reading in (header_key, bare_header_key):
        keys = [reading(title) for title in titles]
        for names in ((lambda c: (c.title,)), (lambda c: c.aliases)):
            for column in known:
                if column.key in found:
                    continue
                wanted = {reading(name) for name in names(column)}
                place = next((i for i, key in enumerate(keys) if key in wanted and i not in taken), None)
                if place is not None:
                    found[column.key] = place
                    taken.add(place)
    return found


def _titles(cells: Cells) -> list[str]:
    return [cell.strip() if isinstance(cell, str) and len(cell) <= 60 else "" for cell in cells]


def _find_header(head: list[tuple[int, Cells]], known: Sequence[Column]) -> _Header | None:
    best: _Header | None = None
    for index, (_, cells) in enumerate(head):
        titles = _titles(cells)
        candidates = [_Header(index, 1, titles, _match(titles, known))]
        if index + 1 < len(head) and candidates[0].columns:
            candidates += _with_second_row(candidates[0], _titles(head[index + 1][1]), known)
        for header in candidates:
            if header.columns and (best is None or len(header.columns) > len(best.columns)):
                best = header
    return best


def _with_second_row(header: _Header, below: list[str], known: Sequence[Column]) -> list[_Header]:
    """A header of two rows: every word of the lower one is a column name, and together they name more."""
    words = [title for title in below if title]
    if not words or len(_match(words, known)) < len(words):
        return []
    width = max(len(header.titles), len(below))
    upper = header.titles + [""] * (width - len(header.titles))
    lower = below + [""] * (width - len(below))
    titles = [low or up for up, low in zip(upper, lower, strict=True)]
    return [_Header(header.index, 2, titles, _match(titles, known))]


def _fill(
    sheet: RawSheet,
    header: _Header,
    head: list[tuple[int, Cells]],
    known: Sequence[Column],
    progress: Callable[[int, int], None] | None,
) -> Table:
    places = set(header.columns.values())
    table = Table(
        sheet=sheet.name,
        header_row=head[header.index][0],
        titles=header.titles,
        columns=header.columns,
        known=known,
        scan=sheet.scan,
        has_types=sheet.has_types,
        ignored=[title for i, title in enumerate(header.titles) if title and i not in places],
    )
    titles = {key: header_key(header.titles[place]) for key, place in header.columns.items()}
    for number, cells in chain(head[header.index + header.height :], sheet.rows):
        if _is_blank(number, cells, table) or _is_total(cells) or _repeats(cells, header.columns, titles):
            continue
        table.rows.append(Row(table, number, cells))
        if progress is not None and len(table.rows) % 1000 == 0:
            progress(len(table.rows), max(len(table.rows), sheet.scan.filled_rows))
    _add_notes(table, sheet)
    return table


def _is_blank(number: int, cells: Cells, table: Table) -> bool:
    """Nothing under any known column; a row that was only numbered in advance is blank too."""
    return not any(
        (place < len(cells) and cells[place] != "" and str(cells[place]).strip())
        or cell_key(number, place) in table.scan.formulas
        for place in table.columns.values()
    )


def _is_total(cells: Cells) -> bool:
    """A line of totals or signatures below the list."""
    filled = [cell for cell in cells if cell != ""]
    word = "".join(str(filled[0])[:20].split()) if filled else ""
    return word.startswith(TOTAL_WORDS) and len(filled) <= 6


def _repeats(cells: Cells, columns: dict[str, int], titles: dict[str, str]) -> bool:
    """The header again, as on every printed page."""
    return all(
        place < len(cells) and isinstance(cells[place], str) and header_key(cells[place][:60]) == titles[key]
        for key, place in columns.items()
    )


def _add_notes(table: Table, sheet: RawSheet) -> None:
    if sheet.scan.hidden_rows:
        table.notes.append(f"表里有 {sheet.scan.hidden_rows} 个隐藏的行，也一起读了。")
    if sheet.decoded is not None and sheet.decoded.doubtful:
        samples = "、".join(row.shown(table.known[0].key) for row in table.rows[:3])
        table.notes.append(f"文件按 {sheet.decoded.encoding} 编码读取，请看前几行对不对：{samples}。")
