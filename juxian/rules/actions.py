"""Setting a county value from a day on. Days that have passed keep the value they had."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from juxian.audit import log
from juxian.rules.lookup import DEFAULTS
from juxian.rules.models import Rule
from juxian.rules.words import check_value, in_words


@transaction.atomic
def set_value(
    *, by: Any, key: str, value: Any, valid_from: date, valid_to: date | None = None, source: str, certainty: str
) -> Rule:
    """Write a new dated row; it takes over from `valid_from`, today at the earliest. The same again returns the row."""
    if key not in DEFAULTS:
        raise ValidationError(f"没有“{key}”这项设置。", code="unknown")
    if valid_from < timezone.localdate():
        raise ValidationError("只能从今天或以后起改；过去的日子保持当时的值。", code="past")
    check_value(key, value)
    _, unit, label, _, _ = DEFAULTS[key]
    rule, is_new = Rule.objects.get_or_create(
        key=key,
        valid_from=valid_from,
        defaults={
            "value": value,
            "unit": unit,
            "label": label,
            "valid_to": valid_to,
            "source": source,
            "certainty": certainty,
        },
    )
    if not is_new and (rule.value, rule.valid_to) != (value, valid_to):
        raise ValidationError(f"“{label}”从 {valid_from} 起已有一个值，请换一天。", code="taken")
    if is_new:
        summary = f"县级设置“{label}”自 {valid_from} 起为 {in_words(key, value)}"
        log.record(by=by, action="rules.set", subject=rule, summary=summary)
    return rule


@transaction.atomic
def withdraw(*, by: Any, rule: Rule) -> None:
    """Take back a row that has not begun yet."""
    if rule.valid_from <= timezone.localdate():
        raise ValidationError("已经起用的设置不能撤回，请从今天起另设一个值。", code="past")
    log.record(
        by=by, action="rules.withdraw", subject=rule, summary=f"撤回县级设置“{rule.label}”（自 {rule.valid_from}）"
    )
    rule.delete()
