"""What may stand in each setting, how it is typed, and how it is told."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.core.exceptions import ValidationError

from juxian.rules.lookup import DEFAULTS

YES, NO = "是", "否"
SEPARATORS = re.compile(r"[,，、;；\s]+")
SHARE = re.compile(r"(\d{1,4})/(\d{1,4})")


def _is_whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _is_share(value: Any) -> bool:
    found = SHARE.fullmatch(value) if isinstance(value, str) else None
    return bool(found and int(found[2]) and 0 < Fraction(value) < 1)


def _is_days(value: Any, most: int) -> bool:
    if not isinstance(value, list) or not value or not all(_is_whole(day, 1, most) for day in value):
        return False
    return value == sorted(set(value))


@dataclass(frozen=True)
class Sort:
    """One sort of value: what fits, the words to ask for it, typed text → value (None: not of this sort), and back."""

    fits: Callable[[Any], bool]
    advice: str
    read: Callable[[str], Any]
    tell: Callable[[Any], str] = str


def _read_whole(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,6}", text) else None


def _read_days(text: str) -> list[int] | None:
    parts = [part for part in SEPARATORS.split(text.strip("[]")) if part]
    return [int(part) for part in parts] if all(re.fullmatch(r"[0-9]{1,6}", part) for part in parts) else None


def _read_share(text: str) -> str:
    return text.replace(" ", "").replace("／", "/")


def _whole(least: int, most: int, example: int) -> Sort:
    return Sort(lambda value: _is_whole(value, least, most), f" {least} 到 {most} 的整数，如 {example}", _read_whole)


SHARES = Sort(_is_share, "大于 0、小于 1 的分数，如 1/7", _read_share)
SWITCHES = Sort(
    lambda value: isinstance(value, bool),
    f"“{YES}”或“{NO}”",
    lambda text: {YES: True, NO: False}.get(text),
    lambda value: YES if value else NO,
)
DAYS = Sort(
    lambda value: _is_days(value, 366),
    "从小到大、不重复的天数，用逗号隔开，如 1, 3, 5",
    _read_days,
    lambda value: "、".join(map(str, value)),
)

SORTS: dict[str, Sort] = {
    "attendance.max_absence_ratio": SHARES,
    "exam.pass_mark": _whole(1, 100, 60),
    "exam.duration_minutes": _whole(1, 600, 60),
    "exam.grace_seconds": _whole(0, 600, 60),
    "exam.late_second_points": _whole(0, 100, 20),
    "retake.max_times": _whole(1, 10, 2),
    "retake.days": _whole(1, 366, 14),
    "makeup.days": _whole(1, 366, 30),
    "survey.days": _whole(1, 366, 7),
    "survey.reminder_days": DAYS,
    "survey.min_group": _whole(5, 100, 5),
    "rating.years": _whole(1, 10, 2),
    "rating.low_percent": _whole(25, 100, 70),
    "rating.low_answers": _whole(5, 1000, 20),
    "finding.reply_days": _whole(1, 366, 10),
    "finding.remind_before": DAYS,
    "finding.decide_after": DAYS,
    "improvement.remind_before": DAYS,
    "improvement.remind_after": DAYS,
    "hours.half_day": _whole(1, 12, 4),
    "hours.online_counts": SWITCHES,
    "outbound.quiet_from": _whole(0, 23, 21),
    "outbound.quiet_until": _whole(0, 23, 8),
    "outbound.daily_cap": _whole(1, 50, 2),
    "outbound.per_minute": _whole(1, 60000, 600),
    "inspection.rectify_days": _whole(1, 366, 30),
    "inspection.remind_before": DAYS,
    "inspection.remind_after": DAYS,
    "inspection.confirm_days": DAYS,
    "inspection.self_check_month": _whole(0, 12, 0),
    "cost.person_day": _whole(1, 10000, 550),
    "cost.lecture_hours": _whole(1, 12, 4),
    "brand.alike_percent": _whole(1, 100, 50),
    "brand.theme_towns": _whole(1, 100, 6),
    "lecturer.recent_days": _whole(1, 366, 90),
    "slip.days": _whole(1, 366, 14),
    "disclosure.wide": SWITCHES,
    "disclosure.questions_per_day": _whole(1, 50, 3),
    "disclosure.answer_days": _whole(1, 60, 7),
    "posts.vacancy_days": _whole(1, 3660, 90),
    "imports.keep_days": _whole(1, 366, 30),
    "material.max_mb": _whole(1, 4096, 500),
    "material.upload_days": _whole(1, 60, 7),
    "review.min_judges": _whole(1, 50, 5),
    "review.drop_from": _whole(3, 50, 5),
    "review.drop_each": _whole(0, 4, 1),
    "review.pass_mark": _whole(1, 100, 80),
    "review.panel_most_days": _whole(1, 366, 90),
    "review.panel_days": _whole(1, 180, 14),
    "review.again_days": _whole(30, 1500, 365),
    "review.improve_days": _whole(1, 366, 60),
    "evidence.remind_days": _whole(1, 366, 30),
    "pool.target_experts": _whole(0, 10000, 15),
    "pool.target_lecturers": _whole(0, 10000, 50),
    "pool.term_years": _whole(1, 10, 3),
    "pool.remind_days": _whole(1, 366, 60),
    "pool.panel_least": _whole(1, 100, 3),
    "pool.panel_percent": _whole(0, 99, 50),
}


def check_value(key: str, value: Any) -> None:
    """The value must be of the sort and in the range of its key; otherwise a sentence that says what to write."""
    if not SORTS[key].fits(value):
        raise ValidationError(f"“{DEFAULTS[key][2]}”请写{SORTS[key].advice}。", code="value")


def read_value(key: str, text: str) -> Any:
    """The value typed for `key`; refused with the same sentence as `check_value`."""
    value = SORTS[key].read(text.strip())
    check_value(key, value)
    return value


def in_words(key: str, value: Any) -> str:
    """The value as people say it, with its unit; a value no key knows any more as it is stored."""
    if key not in SORTS:
        return str(value)
    unit = DEFAULTS[key][1]
    return f"{SORTS[key].tell(value)}{' ' if unit else ''}{unit}"
