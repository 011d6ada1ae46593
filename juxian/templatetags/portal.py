"""Template helpers of the shell: icons, dates, status words."""

import re
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

WEEKDAYS = "一二三四五六日"


@lru_cache(maxsize=64)
def _icon(name: str) -> str:
    text = (Path(settings.BASE_DIR) / "static/vendor/icons" / f"{name}.svg").read_text()
    body = re.sub(r"\s+", " ", text[text.index(">") + 1 : text.rindex("</svg>")]).strip()
    return f'<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">{body}</svg>'


@register.simple_tag
def icon(name: str) -> SafeString:
    """A vendored Bootstrap icon as inline SVG; always put a word beside it."""
    return mark_safe(_icon(name))  # noqa: S308 our own vendored file


def _local(moment: date | datetime) -> date:
    return timezone.localdate(moment) if isinstance(moment, datetime) else moment


@register.filter
def cn_date(moment: date | datetime | None) -> str:
    """2026年11月23日; a dash for nothing."""
    if not moment:
        return "—"
    day = _local(moment)
    return f"{day.year}年{day.month}月{day.day}日"


@register.filter
def cn_day(moment: date | datetime | None) -> str:
    """11月23日; a dash for nothing."""
    if not moment:
        return "—"
    day = _local(moment)
    return f"{day.month}月{day.day}日"


@register.filter
def cn_near(moment: date | datetime | None) -> str:
    """11月23日; with its year when that is not the present one; a dash for nothing."""
    return cn_day(moment) if not moment or _local(moment).year == timezone.localdate().year else cn_date(moment)


@register.filter
def overdue(due: date | datetime) -> str:
    """逾期 3 天 for what is past its day, 已到点 for a moment of today that has passed, otherwise nothing."""
    late = (timezone.localdate() - _local(due)).days
    if late > 0:
        return f"逾期 {late} 天"
    return "已到点" if isinstance(due, datetime) and due <= timezone.now() else ""


@register.filter
def cn_weekday(moment: date | datetime | None) -> str:
    """周一 … 周日."""
    return f"周{WEEKDAYS[_local(moment).weekday()]}" if moment else ""


@register.filter
def cn_moment(moment: datetime | None) -> str:
    """11月23日 14:05 in local time."""
    if not moment:
        return "—"
    local = timezone.localtime(moment)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


@register.filter
def hours(amount: object) -> str:
    """学时 without needless zeros: 4, 0.25, 12.5."""
    return f"{amount:f}".rstrip("0").rstrip(".") if "." in f"{amount:f}" else f"{amount:f}"


@register.filter
def count(amount: int | None) -> str:
    """12036 → 12,036; a dash for nothing."""
    return "—" if amount is None else f"{amount:,}"


@register.filter
def yuan(amount: Decimal | None) -> str:
    """1234.5 → 1,234.50: money in 元, to the cent; a dash for what is not known."""
    return "—" if amount is None else f"{amount:,.2f}"
