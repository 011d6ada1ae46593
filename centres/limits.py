"""What a place can be at most, for the fields of this floor and those above; more is a slip of the finger."""

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone

PEOPLE, POSTS = 5000, 30
AREA = Decimal(100_000)
FIRST_YEAR = 1949

MONTH = (MinValueValidator(1, "月份填 1 到 12。"), MaxValueValidator(12, "月份填 1 到 12。"))
SEATS = (
    MinValueValidator(1, f"人数填 1 到 {PEOPLE}，请核对。"),
    MaxValueValidator(PEOPLE, f"人数填 1 到 {PEOPLE}，请核对。"),
)
POSTS_A_TOWN = (
    MinValueValidator(1, "岗位数要大于 0。"),
    MaxValueValidator(POSTS, f"一个镇街最多 {POSTS} 个岗位，请核对文件。"),
)


def area(value: Decimal) -> None:
    """Square metres of a zone."""
    if not 0 < value <= AREA:
        raise ValidationError("面积要大于 0。" if value <= 0 else f"面积最多 {AREA} 平方米，请核对单位。", code="limit")


def known_day(value: date) -> None:
    """A day people may know of: from 1949 to the end of next year."""
    last = timezone.localdate().year + 1
    if not FIRST_YEAR <= value.year <= last:
        raise ValidationError(f"日期要在 {FIRST_YEAR} 年到 {last} 年之间，请核对年份。", code="limit")


def past_day(value: date) -> None:
    """A day on which something has happened."""
    known_day(value)
    if value > timezone.localdate():
        raise ValidationError("日期不能晚于今天，到那天再登记。", code="future")
