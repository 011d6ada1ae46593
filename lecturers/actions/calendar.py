"""What a lecturer, or a clerk for them, says of their time; and the secret link to their timetable."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from centres.models import BrandTheme
from juxian.audit.log import record
from juxian.people.models import Grant, Town, User
from lecturers.models import CalendarFeed, HalfDay, Lecturer

AHEAD = timedelta(days=366)
Slot = tuple[date, str]


def may_keep(by: User, lecturer: Lecturer) -> bool:
    """Whether `by` writes down the time of `lecturer`: themselves, the county, a clerk of the town that proposed them."""
    if lecturer.user_id == by.pk or by.is_county:
        return True
    return any(
        grant.kind == Grant.Kind.CLERK and grant.town_id == lecturer.town_id
        for grant in by.active_grants
        if grant.town_id
    )


def _locked(lecturer: Lecturer, by: User) -> Lecturer:
    if not may_keep(by, lecturer):
        raise PermissionDenied
    row: Lecturer = Lecturer.objects.select_for_update(of=("self",)).get(pk=lecturer.pk)
    return row


def _note(lecturer: Lecturer, by: User, verb: str, summary: str) -> None:
    code = lecturer.town.code if lecturer.town else ""
    record(by=by, action=f"lecturers.{verb}", subject=lecturer, summary=summary, town_code=code)


@transaction.atomic
def say_when(*, lecturer: Lecturer, said: Mapping[Slot, bool | None], by: User) -> int:
    """Write down for each half-day whether the lecturer is free; None takes back what was said. How many changed.

    Only half-days from today on, at most a year ahead.
    """
    lecturer = _locked(lecturer, by)
    today = timezone.localdate()
    if any(not today <= day <= today + AHEAD for day, _ in said):
        raise ValidationError("只能填今天起一年内的日子。", code="day")
    days = {day for day, _ in said}
    rows = HalfDay.objects.filter(lecturer=lecturer, day__in=days)
    known = {(row.day, row.half): row for row in rows}
    changed = {slot: free for slot, free in said.items() if free != getattr(known.get(slot), "is_free", None)}
    if not changed:
        return 0
    HalfDay.objects.filter(pk__in=[known[slot].pk for slot in changed if slot in known]).delete()
    now = timezone.now()
    HalfDay.objects.bulk_create(
        HalfDay(lecturer=lecturer, day=day, half=half, is_free=free, by=by, at=now)
        for (day, half), free in changed.items()
        if free is not None
    )
    first, last = min(changed)[0], max(changed)[0]
    _note(lecturer, by, "say_when", f"填写{lecturer}的有空时间：{first} 至 {last}，{len(changed)} 个半天")
    return len(changed)


@transaction.atomic
def say_what(
    *, lecturer: Lecturer, topics: str, themes: Sequence[BrandTheme], goes_to: Sequence[Town], by: User
) -> Lecturer:
    """What the lecturer can teach, and in which towns; no town means all of them."""
    lecturer = _locked(lecturer, by)
    lecturer.topics = topics.strip()
    lecturer.full_clean(exclude=["user", "key_of"])
    lecturer.save(update_fields=["topics"])
    lecturer.themes.set(themes)
    lecturer.goes_to.set(goes_to)
    towns = "、".join(town.name for town in goes_to) or "全县"
    _note(lecturer, by, "say_what", f"填写{lecturer}能讲什么：{lecturer.topics or '没有填方向'}，{towns}"[:300])
    return lecturer


@transaction.atomic
def open_feed(*, lecturer: Lecturer, by: User) -> CalendarFeed:
    """A new secret link; one that was open ends. Only the lecturer's own, by themselves."""
    _own(lecturer, by)
    lecturer = _locked(lecturer, by)
    now = timezone.now()
    CalendarFeed.objects.filter(lecturer=lecturer, closed_at=None).update(closed_at=now)
    feed = CalendarFeed.objects.create(lecturer=lecturer, opened_at=now)
    _note(lecturer, by, "open_feed", f"{lecturer}生成了新的日历订阅链接")
    return feed


@transaction.atomic
def close_feed(*, lecturer: Lecturer, by: User) -> None:
    """The link ends; without an open one nothing happens."""
    _own(lecturer, by)
    lecturer = _locked(lecturer, by)
    ended = CalendarFeed.objects.filter(lecturer=lecturer, closed_at=None).update(closed_at=timezone.now())
    if ended:
        _note(lecturer, by, "close_feed", f"{lecturer}停用了日历订阅链接")


def _own(lecturer: Lecturer, by: User) -> None:
    if lecturer.user_id != by.pk:
        raise PermissionDenied
