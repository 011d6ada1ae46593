"""The county's indicators. A change holds from this year on; past years keep what they were appraised by."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from assessments.models import Indicator
from juxian.audit import log


def refuse_past(year: int) -> None:
    """Only this year and later ones can be changed."""
    this_year = timezone.localdate().year
    if year < this_year:
        raise ValidationError(f"只能从 {this_year} 年度或以后改起；以前年度保持当时的指标。", code="past")


@transaction.atomic
def set_indicator(*, by: Any, code: str, year_from: int, **values: Any) -> Indicator:
    """What the indicator is from a year on; the version before ends the year before. The same again changes nothing."""
    refuse_past(year_from)
    versions = {row.year_from: row for row in Indicator.objects.select_for_update().filter(code=code)}
    row = versions.get(year_from) or Indicator(code=code, year_from=year_from)
    if row.pk and all(getattr(row, name) == value for name, value in values.items()):
        return row
    for before in versions.values():
        if before.year_from < year_from and (before.year_to is None or before.year_to >= year_from):
            before.year_to = year_from - 1
            before.save(update_fields=["year_to"])
    for name, value in values.items():
        setattr(row, name, value)
    row.full_clean()
    row.save()
    summary = f"考核指标“{row.name}”自 {year_from} 年度起：权重 {row.weight.normalize():f}"
    log.record(by=by, action="assessments.indicator_set", subject=row, summary=summary)
    return row


@transaction.atomic
def end_indicator(*, by: Any, indicator: Indicator) -> None:
    """No longer asked for from this year on; a version that begins this year or later is taken back."""
    this_year = timezone.localdate().year
    versions = Indicator.objects.select_for_update().filter(code=indicator.code).since(this_year)
    ended = list(versions)
    if not ended:
        return
    summary = f"考核指标“{indicator.name}”自 {this_year} 年度起停用"
    log.record(by=by, action="assessments.indicator_end", subject=indicator, summary=summary)
    for row in ended:
        if row.year_from >= this_year:
            row.delete()
        else:
            row.year_to = this_year - 1
            row.save(update_fields=["year_to"])
