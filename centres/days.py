"""How days are written in sentences, here and on the floors above."""

from datetime import date


def cn_date(day: date) -> str:
    """2026年11月23日."""
    return f"{day.year}年{day.month}月{day.day}日"
