"""How this floor writes amounts in sentences."""

from datetime import date
from decimal import Decimal


def plain(amount: Decimal | int) -> str:
    """4, 0.25, 12.5: no needless zeros, no exponent."""
    return f"{Decimal(amount).normalize():f}"


def cn_day(day: date, *, year: bool = True) -> str:
    """2026年12月20日, or 12月20日."""
    return f"{day.year}年{day.month}月{day.day}日" if year else f"{day.month}月{day.day}日"


def span(first: date, last: date, *, year: bool = True) -> str:
    """One day or a range: 2026年12月1日至3日, 11月30日至12月2日; over the turn of a year both years are said."""
    if first == last:
        return cn_day(first, year=year)
    if first.year != last.year:
        return f"{cn_day(first)}至{cn_day(last)}"
    end = f"{last.day}日" if first.month == last.month else cn_day(last, year=False)
    return f"{cn_day(first, year=year)}至{end}"
