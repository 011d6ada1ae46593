"""The due work of this floor: the yearly review of featured courses, told once a month while any is due."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from courses import rereview
from juxian.messages.actions import Letter, tell_many
from juxian.obligations.models import Obligation
from juxian.obligations.registry import CatchUp, Done, Draft, Kind, Outcome, Superseded, registry
from juxian.people.models import Town
from juxian.people.rights import deciders

REVIEW_DUE, MONTH = "courses.review_due", "courses.month"
TELL_AT = time(9, 0)
PAGE = "/town/reviews/"


def _month_end(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def reviews_due(now: datetime) -> Iterable[Draft]:
    """One for the month of `now` while a course is due in it or before; what an earlier month left is in it too."""
    today = timezone.localdate(now)
    first = timezone.make_aware(datetime.combine(today.replace(day=1), TELL_AT))
    if first <= now and rereview.due_rows(today, _month_end(today)).exists():
        yield Draft(REVIEW_DUE, MONTH, today.year * 100 + today.month, first)


def tell_reviews(row: Obligation, now: datetime, prepared: Any) -> Outcome:
    """Write to the county how many are due, and to each town about its own."""
    today = timezone.localdate(now)
    found = rereview.due(today, _month_end(today))
    if not found:
        return Superseded("都已复审")
    month, key = f"{today.year}年{today.month}月", f"{REVIEW_DUE}/{row.subject_id}"
    own: dict[Town, int] = {}
    for one in found:
        if one.course.town:
            own[one.course.town] = own.get(one.course.town, 0) + 1
    letters = [
        Letter(
            to=reader,
            key=f"{key}/u{reader.pk}",
            title=f"{month}该复审 {len(found)} 堂精品课程",
            body="含以前到期还没有复审的。请逐堂定：继续作为精品、限期改进、退出精品。",
            link=PAGE,
        )
        for reader in deciders().order_by("pk")
    ]
    letters += [
        Letter(
            to=town,
            key=f"{key}/t{town.pk}",
            title=f"本镇 {number} 堂精品课程{month}复审",
            body="县里会看课件、测评和授课情况。要补的材料请先补上。",
            link=PAGE,
        )
        for town, number in sorted(own.items(), key=lambda pair: pair[0].code)
    ]
    tell_many(letters)
    return Done()


KINDS = [Kind(REVIEW_DUE, "精品课程复审提醒", tell_reviews, generate=reviews_due, catch_up=CatchUp.ALWAYS)]


def register() -> None:
    """Called when the apps are ready; again, nothing is added."""
    for kind in KINDS:
        if registry.kinds.get(kind.code) is not kind:
            registry.add(kind)
