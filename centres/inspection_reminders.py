"""Reminding a town of what inspections ask of it: faults to put right by a day, results to sign."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from centres.models import Finding, Inspection
from juxian.messages.actions import tell
from juxian.obligations.models import Obligation
from juxian.obligations.registry import Done, Draft, Outcome, Superseded
from juxian.rules.lookup import value

FINDING_DUE = "centres.finding_due"
CONFIRM = "centres.inspection_confirm"
FINDING, INSPECTION = "centres.finding", "centres.inspection"
REMIND_AT = time(9, 0)
ROUND, MIDDLE = 1000, 500  # stage: the round of a finding, then the day around its due date


def _nine(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, REMIND_AT))


def findings_due(now: datetime) -> Iterable[Draft]:
    """Stages around the due date of findings that are the town's turn, none before the finding was there."""
    today = timezone.localdate(now)
    days = [-n for n in value("inspection.remind_before", today)] + list(value("inspection.remind_after", today))
    for finding in Finding.objects.filter(state__in=Finding.TOWNS_TURN).order_by("pk"):
        for offset in sorted(days):
            day = finding.due_on + timedelta(days=offset)
            if finding.opened_on < day and _nine(day) <= now:
                stage = finding.rounds * ROUND + MIDDLE + offset
                yield Draft(FINDING_DUE, FINDING, finding.pk, _nine(day), stage=stage)


def remind_of_finding(row: Obligation, now: datetime, prepared: Any) -> Outcome:
    """Write to the town, unless it has done its part or the finding is in another round."""
    rows = Finding.objects.select_related("result__item", "result__inspection__centre__town")
    finding = rows.filter(pk=row.subject_id, state__in=Finding.TOWNS_TURN, rounds=row.stage // ROUND).first()
    if finding is None:
        return Superseded("已经整改")
    left = (finding.due_on - timezone.localdate(now)).days
    name = finding.result.item.name
    when = f"{finding.due_on.month}月{finding.due_on.day}日"
    words = f"还有 {left} 天到期" if left > 0 else ("今天到期" if left == 0 else f"已逾期 {-left} 天")
    tell(
        to=finding.result.inspection.centre.town,
        key=f"{FINDING_DUE}:{finding.pk}:{row.stage}",
        title=f"整改{words}：{name}",
        body=f"“{name}”应在{when}以前改好，责任人{finding.owner}。改好以后写明怎么改的，附上照片。",
        link=reverse("centres:finding", args=[finding.pk]),
    )
    return Done()


def unsigned(now: datetime) -> Iterable[Draft]:
    """County inspections that were handed in and wait for the town's signature."""
    days = value("inspection.confirm_days", timezone.localdate(now))
    rows = Inspection.objects.filter(state=Inspection.State.SUBMITTED).exclude(kind=Inspection.Kind.SELF)
    for pk, day in rows.order_by("pk").values_list("pk", "inspected_on"):
        for offset in days:
            if _nine(day + timedelta(days=offset)) <= now:
                due = _nine(day + timedelta(days=offset))
                yield Draft(CONFIRM, INSPECTION, pk, due, stage=day.toordinal() * ROUND + offset)


def remind_to_sign(row: Obligation, now: datetime, prepared: Any) -> Outcome:
    """Write to the town, unless it has signed or sent it back."""
    rows = Inspection.objects.select_related("centre__town")
    inspection = rows.filter(pk=row.subject_id, state=Inspection.State.SUBMITTED).first()
    if inspection is None:
        return Superseded("已经确认或退回")
    what, day = inspection.get_kind_display(), inspection.inspected_on
    tell(
        to=inspection.centre.town,
        key=f"{CONFIRM}:{inspection.pk}:{row.stage}",
        title=f"{what}结果还没确认",
        body=f"{day.month}月{day.day}日的{what}等镇街确认。请核对后确认，有出入的写明原因退回。",
        link=reverse("centres:inspection", args=[inspection.pk]),
    )
    return Done()
