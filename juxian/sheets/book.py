"""Worksheets of any readable file, as rows of raw cells with their true row numbers."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO, Any

from juxian.sheets import package
from juxian.sheets.faults import CannotRead
from juxian.sheets.limits import CHILD_CPU_SECONDS, CHILD_MEMORY_BYTES, MAX_COLUMNS, MAX_ROWS
from juxian.sheets.scan import SheetScan
from juxian.sheets.sniff import FileKind, sniff
from juxian.sheets.text import Decoded, read_text

CHILD = Path(__file__).with_name("child.py")
TOO_MUCH = "这个表格太大或已损坏，读不下来。请删去数据下方和右侧多余的行列，另存为 .xlsx 后再上传。"
Cells = list[Any]
_FAULTS = {
    "password": "这个表格设有打开密码，读不了。请在 Excel 或 WPS 里去掉密码，另存后再上传。",
    "broken": package.BROKEN,
}


@dataclass
class RawSheet:
    """One worksheet: `rows` yields (row number, cells from column A)."""

    name: str
    rows: Iterator[tuple[int, Cells]]
    scan: SheetScan = field(default_factory=SheetScan)
    decoded: Decoded | None = None

    @property
    def has_types(self) -> bool:
        """Whether cells know number from text (a CSV does not)."""
        return self.decoded is None


def sheets(path: Path) -> Iterator[RawSheet]:
    """The visible worksheets in tab order; read each before asking for the next. Raises CannotRead."""
    kind = sniff(path)
    if kind is FileKind.TEXT:
        decoded, rows = read_text(path)
        yield RawSheet("", rows, decoded=decoded)
        return
    scans = {}
    if kind is FileKind.XLSX:
        scans = {part.name: part.scan for part in package.guard(path) if not part.hidden}
        if not any(scan.filled_rows for scan in scans.values()):
            return
    with _child(path) as lines:
        yield from _from_child(lines, scans)


@contextmanager
def _child(path: Path) -> Iterator[IO[str]]:
    command = [sys.executable, "-I", str(CHILD), str(path), str(CHILD_MEMORY_BYTES), str(CHILD_CPU_SECONDS)]
    with subprocess.Popen(  # noqa: S603 our own script, no shell
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, encoding="utf-8"
    ) as process:
        try:
            assert process.stdout is not None  # noqa: S101 for the type checker: asked for above
            yield process.stdout
        finally:
            process.kill()


def _from_child(lines: IO[str], scans: dict[str, SheetScan]) -> Iterator[RawSheet]:
    head = _line(lines)
    while "sheet" in head:
        following: list[dict[str, Any]] = []
        rows = _rows(lines, head["left"], following)
        yield RawSheet(head["sheet"], rows, scans.get(head["sheet"], SheetScan()))
        for _ in rows:  # whatever the caller left unread
            pass
        head = following[0]


def _rows(lines: IO[str], left: int, following: list[dict[str, Any]]) -> Iterator[tuple[int, Cells]]:
    """Rows up to the next sheet's head, which is put into `following`."""
    padding = [""] * left
    found = 0
    while isinstance(item := _line(lines), list):
        number, cells = item
        found += 1
        if found > MAX_ROWS:
            raise CannotRead(f"表里超过 {MAX_ROWS:,} 行。请分成几个文件，一个一个导入。")
        if left + len(cells) > MAX_COLUMNS:
            raise CannotRead(f"表里超过 {MAX_COLUMNS} 列。请删去右侧多余的列，再上传。")
        yield number, padding + cells
    following.append(item)


def _line(lines: IO[str]) -> Any:
    line = lines.readline()
    try:
        item = json.loads(line, object_hook=_decode)
    except ValueError:  # the child ended early: too large for its memory, or the file made it fail
        raise CannotRead(TOO_MUCH) from None
    if isinstance(item, dict) and "error" in item:
        raise CannotRead(_FAULTS[item["error"]])
    return item


def _decode(item: dict[str, Any]) -> Any:
    if "date" in item:
        return date.fromisoformat(item["date"])
    return item.get("time", item)
