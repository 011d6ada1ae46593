"""A tiny writer of .xls (BIFF8 in a compound file): enough for tests of the reader."""

import struct
from collections.abc import Sequence
from pathlib import Path

SECTOR = 512
FREE, END, FAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _label(row: int, column: int, text: str) -> bytes:
    return _record(0x0204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + text.encode("utf-16-le"))


def _number(row: int, column: int, value: float) -> bytes:
    return _record(0x0203, struct.pack("<HHHd", row, column, 0, value))


def _workbook(cells: Sequence[tuple[int, int, str | float]]) -> bytes:
    start = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    name = "名单".encode("utf-16-le")
    end = _record(0x000A, b"")
    length = len(start) + 4 + 8 + len(name) + len(end)
    bound = _record(0x0085, struct.pack("<IBBBB", length, 0, 0, len(name) // 2, 1) + name)
    body = b"".join(_label(r, c, v) if isinstance(v, str) else _number(r, c, v) for r, c, v in cells)
    return start + bound + end + _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0)) + body + end


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le")
    head = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text) + 2, kind, 1, FREE, FREE, child)
    return head + bytes(16 + 4 + 8 + 8) + struct.pack("<IQ", start, size)


def xls(path: Path, cells: Sequence[tuple[int, int, str | float]]) -> Path:
    """Cells as (row from 0, column from 0, text or number)."""
    stream = _workbook(cells)
    stream += bytes(max(0, 4096 - len(stream)))  # shorter ones would need the mini stream
    sectors = -(-len(stream) // SECTOR)
    fat = [FAT_SECTOR, END, *range(3, 2 + sectors), END]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, END, 0, END, 0) + struct.pack("<I", 0) + b"\xff" * 432
    folder = _entry("Root Entry", 5, 1, END, 0) + _entry("Workbook", 2, FREE, 2, len(stream))
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(SECTOR, b"\xff")
    path.write_bytes(header + table + folder.ljust(SECTOR, b"\0") + stream.ljust(sectors * SECTOR, b"\0"))
    return path
