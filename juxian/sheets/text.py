"""Text files of unknown Chinese encoding: UTF-8 strictly first, UTF-16, then GB 18030."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from juxian.sheets.faults import CannotRead
from juxian.sheets.limits import MAX_COLUMNS, MAX_ROWS

# Characters that GB 18030 of 2000 kept in the private area and Unicode has had since 4.1
_PRIVATE = str.maketrans(
    {
        "\ue81e": "龴",
        "\ue826": "龵",
        "\ue82b": "龶",
        "\ue82c": "龷",
        "\ue832": "龸",
        "\ue843": "龹",
        "\ue854": "龺",
        "\ue864": "龻",
    }
)
_KEPT_AS_TEXT = re.compile(r'="([^"]*)"')
UNREADABLE = "认不出这个文本文件的编码。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。"


@dataclass(frozen=True)
class Decoded:
    """The text, the name of its encoding, and whether the guess needs a human eye."""

    text: str
    encoding: str
    doubtful: bool = False


def decode(raw: bytes) -> Decoded:
    """Decode strictly. Raises CannotRead when no encoding fits."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Decoded(_strict(raw, "utf-16"), "UTF-16")
    head = raw[:4000]
    if head.count(0) > len(head) // 8:
        even = head[::2].count(0) > head[1::2].count(0)
        return Decoded(_strict(raw, "utf-16-be" if even else "utf-16-le"), "UTF-16", doubtful=True)
    try:
        return Decoded(raw.decode("utf-8-sig"), "UTF-8")
    except UnicodeDecodeError:
        return Decoded(_strict(raw, "gb18030").translate(_PRIVATE), "GB18030", doubtful=True)


def _strict(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        raise CannotRead(UNREADABLE) from None


def _delimiter(text: str) -> str:
    head = "\n".join(text.split("\n", 20)[:20])
    return max(",\t;，", key=head.count)


def read_text(path: Path) -> tuple[Decoded, Iterator[tuple[int, list[Any]]]]:
    """The decoded file and its non-blank rows with the row number a spreadsheet would show."""
    decoded = decode(path.read_bytes())
    return decoded, _rows(decoded.text)


def _rows(text: str) -> Iterator[tuple[int, list[Any]]]:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    found = 0
    number = 0
    try:
        for number, cells in enumerate(lines, start=1):
            if not any(cell.strip() for cell in cells):
                continue
            found += 1
            if found > MAX_ROWS:
                raise CannotRead(f"表里超过 {MAX_ROWS:,} 行。请分成几个文件，一个一个导入。")
            if len(cells) > MAX_COLUMNS:
                raise CannotRead(f"第 {number} 行超过 {MAX_COLUMNS} 列，可能不是表格。请检查这一行的逗号。")
            yield number, [_KEPT_AS_TEXT.sub(r"\1", cell) if cell.startswith("=") else cell for cell in cells]
    except csv.Error:
        raise CannotRead(f"第 {number + 1} 行附近有一格内容太长或引号没有配对。请改好这一行再上传。") from None
