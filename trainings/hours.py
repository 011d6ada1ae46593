"""Which hour rules bind a member in a year, and how far the ledger has come against each.

Rules are shown side by side and never added up. There is no pro-rating: whoever holds a post is measured by the
whole year. Online minutes are not here, for they never become hours by themselves.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet, Sum

from juxian.people.models import Member
from trainings.models import HourEntry, HourRule, TrainingClass
from trainings.words import plain

YEARLY = "calendar_year"
NEW_SECRETARY = "once_within_6_months"
NEW_MEMBER = "probation_plus_12_months"
LOOK_BACK = 3  # years in which a centralised class can still count for a probation that lasted long


@dataclass(frozen=True)
class RuleProgress:
    """One rule that binds one member, and where they stand. `target` is None for rules without hours."""

    rule: HourRule
    hours: Decimal
    target: Decimal | None
    missing: Decimal
    centralised_done: int
    centralised_target: int | None

    @property
    def met(self) -> bool:
        """Hours and centralised classes both reached."""
        return self.missing == 0 and self.centralised_done >= (self.centralised_target or 0)

    @property
    def share(self) -> float:
        """How much of the rule is reached, between 0 and 1, for a bar or a ring."""
        if self.target:
            return min(float(self.hours / self.target), 1.0)
        return min(self.centralised_done / (self.centralised_target or 1), 1.0)

    @property
    def arc(self) -> str:
        """The share as a length on a ring of radius 52."""
        return f"{self.share * 326.7:.1f}"

    @property
    def word(self) -> str:
        """已达标, or what is missing."""
        if self.met:
            return "已达标"
        parts = [f"还差 {plain(self.missing)} 学时"] if self.missing else []
        classes = (self.centralised_target or 0) - self.centralised_done
        if classes > 0:
            parts.append(f"还差 {classes} 次县级集中培训")
        return "，".join(parts)

    @property
    def tone(self) -> str:
        return "ok" if self.met else "warn"


def _plus_months(day: date, months: int) -> date:
    """The same day `months` later, or the last of that month."""
    year, month = divmod(day.month - 1 + months, 12)
    first_of_next = date(day.year + year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(date(day.year + year, month + 1, 1) + timedelta(days=day.day - 1), first_of_next - timedelta(days=1))


def _overlaps(window: tuple[date, date], year: int) -> bool:
    return window[0] <= date(year, 12, 31) and window[1] >= date(year, 1, 1)


def window_of(key: str, member: Member, year: int) -> tuple[date, date] | None:
    """The days that count for the rule `key`; None when it does not bind the member in `year`."""
    Post = Member.Post  # noqa: N806 the choices class
    whole = (date(year, 1, 1), date(year, 12, 31))
    yearly = {
        "member.ordinary": not member.is_floating,
        "member.floating": member.is_floating,
        "org.secretary": member.party_post == Post.SECRETARY,
        "org.committee": member.party_post in Member.COMMITTEE_POSTS,
    }
    if key in yearly:
        return whole if yearly[key] else None
    window = None
    if key == "org.secretary.new" and member.party_post == Post.SECRETARY and member.post_since:
        window = (member.post_since, _plus_months(member.post_since, 6))
    if key == "member.new" and member.join_date:
        until = _plus_months(member.full_member_date or max(member.join_date, date(year, 12, 31)), 12)
        window = (member.join_date, until)
    return window if window and _overlaps(window, year) else None


def bound(member: Member) -> bool:
    """Nobody asks hours of the exempt, the suspended and those who left."""
    return member.status == Member.Status.NORMAL and not member.is_exempt and member.left_on is None


def rules_of(year: int) -> list[HourRule]:
    """Rules in force at the end of a year, those with the fewest hours first."""
    rules = HourRule.objects.in_force(date(year, 12, 31))
    return list(rules.order_by(F("min_hours").asc(nulls_last=True), "code"))


def hours_by_member(members: QuerySet[Any, Any] | list[int], year: int) -> dict[int, Decimal]:
    """Hours of a year by member id; who has none is left out. `members` are ids or a query of members."""
    sums = HourEntry.objects.in_year(year).filter(member__in=members).order_by().values_list("member_id")
    return dict(sums.annotate(total=Sum("hours")))


def _centralised_sums(year: int) -> "QuerySet[Any, Any]":
    """Centralised classes of each member whose hours stand in the ledger."""
    rows = HourEntry.objects.filter(is_centralised=True, training_class__isnull=False)
    rows = rows.filter(earned_on__range=(date(year - LOOK_BACK, 1, 1), date(year, 12, 31)))
    sums: QuerySet[Any, Any] = rows.order_by().values("member_id", "training_class_id").annotate(net=Sum("hours"))
    return sums.filter(net__gt=0)


def centralised_in_year(year: int) -> Counter[int]:
    """How many centralised classes that ended in the year stand in the ledger, by member id.

    For the whole county: these classes are few, and reading them all is faster than asking for thousands of members.
    """
    rows = _centralised_sums(year).filter(training_class__ends_on__range=(date(year, 1, 1), date(year, 12, 31)))
    return Counter(member for member, _ in rows.values_list("member_id", "training_class_id"))


def _centralised(members: list[int], year: int) -> dict[int, list[date]]:
    """Days of the centralised classes of each member that stand in the ledger, one day a class."""
    days = defaultdict(list)
    rows = _centralised_sums(year).filter(member__in=members)
    for member, _, day in rows.values_list("member_id", "training_class_id", "training_class__ends_on"):
        days[member].append(day)
    return days


def progress_against(rule: HourRule, hours: Decimal, centralised: int) -> RuleProgress:
    """Where somebody with these hours and this many centralised classes in the window stands against `rule`."""
    target = rule.min_hours if rule.window == YEARLY else None
    return RuleProgress(
        rule=rule,
        hours=hours,
        target=target,
        missing=max((target or Decimal(0)) - hours, Decimal(0)),
        centralised_done=centralised,
        centralised_target=rule.min_centralised,
    )


def _progress(
    member: Member, rules: list[HourRule], year: int, hours: Decimal, days: Iterable[date]
) -> list[RuleProgress]:
    """Progress against each of `rules` that binds `member`, from the year's hours and the days of centralised classes."""
    if not bound(member):
        return []
    windows = [(rule, window_of(rule.audience_key, member, year)) for rule in rules]
    return [
        progress_against(rule, hours, sum(window[0] <= day <= window[1] for day in days))
        for rule, window in windows
        if window
    ]


def progress_of_all(members: Iterable[Member], year: int) -> dict[int, list[RuleProgress]]:
    """Progress by member id, for as many members as you like. Three queries."""
    people = list(members)
    rules = rules_of(year)
    pks = [member.pk for member in people]
    hours, days = hours_by_member(pks, year), _centralised(pks, year)
    return {
        member.pk: _progress(member, rules, year, hours.get(member.pk, Decimal(0)), days.get(member.pk, []))
        for member in people
    }


def progress(member: Member, year: int) -> list[RuleProgress]:
    """Each rule that binds `member` in `year`. None for the exempt and the suspended. Two queries."""
    return progress_from(member, HourEntry.objects.filter(member=member).with_class(), year)


def progress_from(member: Member, entries: Iterable[HourEntry], year: int) -> list[RuleProgress]:
    """Twin of `progress_of_all` for one member whose whole ledger is read already. One query."""
    hours, centralised = Decimal(0), defaultdict[TrainingClass, Decimal](Decimal)
    for entry in entries:
        if entry.earned_on.year == year:
            hours += entry.hours
        if entry.is_centralised and entry.training_class and year - LOOK_BACK <= entry.earned_on.year <= year:
            centralised[entry.training_class] += entry.hours
    days = [training_class.ends_on for training_class, net in centralised.items() if net > 0]
    return _progress(member, rules_of(year), year, hours, days)


@dataclass(frozen=True)
class Due:
    """A member who is still short, with the rule they are furthest from."""

    member: Member
    hours: Decimal
    missing: Decimal


def who_is_due(members: Iterable[Member], year: int, at_least: Decimal = Decimal(8)) -> list[Due]:
    """Members `at_least` hours short of a rule, by branch and name: a list to invite from, not a ranking."""
    people = list(members)
    found = progress_of_all(people, year)
    rows = []
    for member in people:
        short = max((item.missing for item in found[member.pk]), default=Decimal(0))
        if short and short >= at_least:
            rows.append(Due(member, found[member.pk][0].hours, short))
    return sorted(rows, key=lambda due: (due.member.branch.name, due.member.name, due.member.pk))
