"""What a cell says: clean text, dates in all the habits of clerks, numbers that must be text."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from unicodedata import category, normalize

from juxian.sheets.faults import CellFault

EMPTY_WORDS = frozenset({"无", "—", "-", "/", "\\", "——", "--", "空", "null", "none", "n/a"})
TRUE_WORDS = frozenset({"是", "有", "√", "✓", "y", "yes", "1", "true"})
FALSE_WORDS = frozenset({"否", "无", "不是", "没有", "×", "✗", "n", "no", "0", "false"})
EPOCH = date(1899, 12, 30)
FIRST_SERIAL, LAST_SERIAL = 5480, 73050  # 1915 to 2099
AS_TEXT = "把这一列的格式设为“文本”，再照原件重新填写"
RETYPE = "把这一格清空，重新手工输入"
_DROPPED = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_PARTS = re.compile(r"(\d{4})\s*[.\-/年\s]\s*(\d{1,2})(?:\s*[.\-/月\s]\s*(\d{1,2})\s*[日号]?|\s*月)?")
_TIME = re.compile(r"[\sT]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")
DATE_REMEDY = "改为 2019-03-01 这样的日期"


@dataclass(frozen=True)
class FoundDate:
    """A date, and whether the cell named the day or only the month."""

    day: date
    exact: bool


def clean(value: Any) -> str:
    """A cell as one line of text without invisible characters. Raises CellFault for control or direction marks."""
    if isinstance(value, str):
        text = value.translate(_DROPPED)
    elif isinstance(value, bool):
        text = "是" if value else "否"
    elif isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        text = str(int(value))
    else:
        text = str(value)
    text = " ".join(text.split())
    if not text.isprintable() and any(category(mark) in ("Cc", "Cf", "Cs", "Co", "Cn") for mark in text):
        raise CellFault("这一格里有看不见的控制字符或不认识的字符", RETYPE)
    return text


def plain(value: Any, limit: int = 200) -> str:
    """Text in half-width form, empty for 无 and dashes. Raises CellFault when longer than `limit`."""
    text = normalize("NFKC", clean(value)).strip()
    if text.lower() in EMPTY_WORDS:
        return ""
    if len(text) > limit:
        raise CellFault(f"内容有 {len(text):,} 个字，最多 {limit} 个字", "删短后再导入")
    return text


def digits(value: Any) -> str:
    """A number that must be text (ID, phone), half-width without spaces. Numbers by type lose digits: CellFault."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise CellFault("这一格是“数字”格式，号码可能已经丢位", AS_TEXT)
    text = plain(value, 60).replace(" ", "").strip("'‘’`\"“”")
    if re.fullmatch(r"\d(\.\d+)?[eE]\+?\d+", text):
        raise CellFault("号码变成了科学计数，后几位已经丢失", AS_TEXT)
    if re.fullmatch(r"\d+\.0+", text):
        raise CellFault("号码后面多了小数点，可能已经丢位", AS_TEXT)
    return text


def truth(value: Any, default: bool = False) -> bool:
    """是 or 否, in the usual spellings; `default` for an empty cell."""
    text = normalize("NFKC", clean(value)).strip().lower()
    if text in TRUE_WORDS:
        return True
    if text in FALSE_WORDS:
        return False
    if not text or text in EMPTY_WORDS:
        return default
    raise CellFault("看不出是“是”还是“否”", "填“是”或“否”")


def found_date(value: Any) -> FoundDate | None:
    """A date cell, a serial number, 20150701, 2015.07, 2015年7月, 2015-7-1; None for an empty cell."""
    if isinstance(value, date):
        return FoundDate(value, exact=True)
    if isinstance(value, float | int) and not isinstance(value, bool):
        return _from_number(float(value))
    text = _TIME.sub("", plain(value, 40))
    if not text:
        return None
    if text.isdecimal():
        return _from_number(float(text))
    if (match := _PARTS.fullmatch(text)) is None:
        raise CellFault("看不出是哪一天", DATE_REMEDY)
    return _build(match[1], match[2], match[3])


def _from_number(number: float) -> FoundDate:
    if not number.is_integer():
        return _year_dot_month(number)
    whole = int(number)
    if FIRST_SERIAL <= whole <= LAST_SERIAL:
        return FoundDate(EPOCH + timedelta(days=whole), exact=True)
    text = str(whole)
    if len(text) == 8:
        return _build(text[:4], text[4:6], text[6:])
    if len(text) == 6:
        return _build(text[:4], text[4:], None)
    if 1900 <= whole <= 2100:
        raise CellFault("只有年份，没有月份", DATE_REMEDY)
    raise CellFault("看不出是哪一天", DATE_REMEDY)


def _year_dot_month(number: float) -> FoundDate:
    """2015.07 typed into a number cell; 2015.1 may have been 2015.10. A serial with a time also ends up here."""
    if FIRST_SERIAL <= number <= LAST_SERIAL:
        return FoundDate(EPOCH + timedelta(days=int(number)), exact=True)
    text = f"{number:.4f}".rstrip("0")
    year, _, month = text.partition(".")
    if month == "1":
        raise CellFault(f"{text} 分不清是 1 月还是 10 月", DATE_REMEDY)
    if len(month) > 2:
        raise CellFault("看不出是哪一天", DATE_REMEDY)
    return _build(year, month, None)


def _build(year: str, month: str, day: str | None) -> FoundDate:
    if not 1900 <= int(year) <= 2100:
        raise CellFault(f"{int(year)} 年不对", DATE_REMEDY)
    if not 1 <= int(month) <= 12:
        raise CellFault(f"没有 {int(month)} 月", DATE_REMEDY)
    try:
        return FoundDate(date(int(year), int(month), int(day or 1)), exact=day is not None)
    except ValueError:
        raise CellFault(f"{int(year)} 年 {int(month)} 月没有 {int(day or 1)} 日", DATE_REMEDY) from None


def masked(text: str) -> str:
    """For lists of problems: long runs of digits lose their middle, long texts their end."""
    short = text if len(text) <= 40 else f"{text[:40]}…"
    return re.sub(r"\d{9,}[\dXx]?", lambda run: f"{run[0][:6]}****{run[0][-3:]}", short)
