"""Telling a clerk that evidence ends soon. The newest of an item speaks; what was replaced or withdrawn is silent."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone

from centres.evidence import ending, remind_days
from juxian.messages.actions import tell
from juxian.obligations.models import Obligation
from juxian.obligations.registry import Done, Draft, Outcome, Superseded

EVIDENCE_ENDING, EVIDENCE_ROW = "centres.evidence_ending", "centres.evidence"
TELL_AT = time(9, 0)


def endings(now: datetime) -> Iterable[Draft]:
    """One for each piece of evidence that is due to be told, however long ago; nine in the morning."""
    today = timezone.localdate(now)
    days = remind_days(today)
    for pk, until in ending(today).values_list("pk", "valid_until"):
        due = timezone.make_aware(datetime.combine(until or today, TELL_AT) - timedelta(days=days))
        if due <= now:
            yield Draft(EVIDENCE_ENDING, EVIDENCE_ROW, pk, due)


def tell_ending(row: Obligation, now: datetime, prepared: Any) -> Outcome:
    """Write to the town's desk once, unless there is newer evidence by now."""
    today = timezone.localdate(now)
    found = ending(today).filter(pk=row.subject_id).select_related("centre__town").first()
    until = found.valid_until if found else None
    if found is None or until is None:
        return Superseded("已有新的依据，或不再需要")
    day = f"{until.year}年{until.month}月{until.day}日"
    taken, has_ended = found.taken_on, found.has_ended(today)
    tell(
        to=found.centre.town,
        key=f"centres.evidence_ending/{found.pk}",
        title=f"“{found.item_name}”的依据{'已经到期' if has_ended else f' {day}到期'}",
        body=f"最近一份是 {taken.year}年{taken.month}月{taken.day}日的{found.get_kind_display()}，有效到 {day}。"
        "到期后对照标准里这一项变成“依据过期”。请传一份新的，传了就不再提醒。",
        link=f"/town/centre/standard/{found.item_key}/",
    )
    return Done()
