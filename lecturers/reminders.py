"""Telling the county, and the town that recommended, that a term ends soon. A term that was renewed is silent."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from juxian.messages.actions import Letter, tell_many
from juxian.obligations.models import Obligation
from juxian.obligations.registry import Done, Draft, Outcome, Superseded
from juxian.people.models import Town, User
from juxian.people.rights import deciders
from juxian.rules.lookup import value
from lecturers.models import Appointment
from lecturers.terms import ending

TERM_ENDING, APPOINTMENT = "lecturers.term_ending", "lecturers.appointment"
TELL_AT = time(9, 0)


def _due(ends_on: date, days: int) -> datetime:
    return timezone.make_aware(datetime.combine(ends_on - timedelta(days=days), TELL_AT))


def endings(now: datetime) -> Iterable[Draft]:
    """One for each term that ends within the days of warning; another end is another warning."""
    today = timezone.localdate(now)
    days = int(value("pool.remind_days", today))
    for pk, ends_on in ending(today).order_by("pk").values_list("pk", "ends_on"):
        due = _due(ends_on, days) if ends_on else None
        if ends_on and due and due <= now:
            yield Draft(TERM_ENDING, APPOINTMENT, pk, due, stage=ends_on.toordinal())


def tell_ending(row: Obligation, now: datetime, prepared: Any) -> Outcome:
    """Write once to everybody who decides for the county, and to the town's desk."""
    rows = Appointment.objects.select_related("lecturer__town")
    term = rows.filter(pk=row.subject_id, renewed_by=None, end_kind="").first()
    if term is None or term.ends_on is None or term.ends_on.toordinal() != row.stage:
        return Superseded("已经续聘、退出或改了聘期")
    who = term.lecturer
    last = term.last_day or term.ends_on
    over = term.ends_on <= timezone.localdate(now)
    day = f"{last.year}年{last.month}月{last.day}日"
    title = f"{who}的聘期{'已经届满' if over else f'{last.month}月{last.day}日届满'}"
    body = (
        f"{who}，{term.get_tier_display()}，聘期到 {day}。"
        "要续聘的，先做年度考核再续聘；不续的，到期自己结束，不用办手续。"
    )
    link = reverse("lecturers:detail", args=[who.pk])
    to: list[User | Town] = [*deciders().order_by("pk"), *([who.town] if who.town else [])]
    tell_many(
        [
            Letter(one, f"{TERM_ENDING}:{term.pk}:{row.stage}:{one._meta.model_name}{one.pk}", title, body, link)
            for one in to
        ]
    )
    return Done()
