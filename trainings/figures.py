"""Figures for the boards and desks. The caller passes rows in scope; nothing here widens them."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Sum

from juxian.people.models import Member
from juxian.people.models.members import MemberQuerySet
from trainings.hours import (
    YEARLY,
    RuleProgress,
    centralised_in_year,
    hours_by_member,
    progress_against,
    rules_of,
    window_of,
)
from trainings.models import HourEntry, HourRule, Mark, MarkStatus, TrainingClass
from trainings.models.classes import TrainingClassQuerySet
from trainings.models.marks import MarkQuerySet
from trainings.models.plans import PlanLineQuerySet

State = TrainingClass.State


def classes_held(classes: TrainingClassQuerySet, since: date | None = None) -> int:
    """期: archived classes, from the local day `since` on when it is given."""
    held = classes.held()
    return (held.filter(ends_on__gte=since) if since else held).count()


def classes_by_state(classes: TrainingClassQuerySet) -> dict[str, int]:
    """Number of classes in each state, in the order of the way; states without a class are 0."""
    found = dict(classes.order_by().values_list("state").annotate(n=Count("pk")))
    return {state.value: found.get(state.value, 0) for state in State}


def _came(classes: TrainingClassQuerySet, since: date | None) -> MarkQuerySet:
    """Effective present marks of held classes.

    Read from the marks in one pass, not enrolment by enrolment: PostgreSQL, before it has statistics of a freshly
    loaded table, turns the latter into a scan of all marks for each enrolment.
    """
    held = classes.held()
    if since:
        held = held.filter(ends_on__gte=since)
    present = list(MarkStatus.objects.filter(counts_present=True).values_list("pk", flat=True))
    marks = Mark.objects.effective().filter(status_id__in=present, session__cancelled_at=None)
    return marks.filter(session__training_class__in=held.order_by()).order_by()


@dataclass(frozen=True)
class Came:
    """Attendances by town id, and how many different members there are among them."""

    by_town: dict[int, int]
    members: int

    @property
    def attendances(self) -> int:
        return sum(self.by_town.values())


def came(classes: TrainingClassQuerySet, since: date | None = None) -> Came:
    """人次 by town and 人数, counted from the rows in one pass; an enrolment has one class and so one town."""
    rows = _came(classes, since).values_list("session__training_class__town_id", "enrolment__member_id")
    by_town: Counter[int] = Counter()
    members = set()
    for town, member, number in rows.annotate(n=Count("enrolment_id", distinct=True)):
        by_town[town] += number
        members.add(member)
    return Came(dict(by_town), len(members))


def attendances(classes: TrainingClassQuerySet, since: date | None = None) -> int:
    """人次: one person who came to one held class, counted from the rows."""
    return int(_came(classes, since).values("enrolment_id").distinct().count())


def members_trained(classes: TrainingClassQuerySet, since: date | None = None) -> int:
    """Different members among the attendances."""
    return int(_came(classes, since).values("enrolment__member_id").distinct().count())


def classes_held_by_town(classes: TrainingClassQuerySet, since: date | None = None) -> dict[int, int]:
    """Held classes by town id."""
    held = classes.held().filter(ends_on__gte=since) if since else classes.held()
    return dict(held.order_by().values_list("town_id").annotate(n=Count("pk")))


def hours_posted(classes: TrainingClassQuerySet, year: int) -> Decimal:
    """Hours of a year that stand in the ledger, from classes in scope."""
    rows = HourEntry.objects.in_year(year).filter(training_class__in=classes.order_by())
    return rows.aggregate(total=Sum("hours"))["total"] or Decimal(0)


@dataclass
class Distribution:
    """How many of those one rule binds have reached it, are within 8 hours, are further away, or have no hour yet."""

    rule: HourRule
    met: int = 0
    near: int = 0
    far: int = 0
    none: int = 0

    @property
    def bound(self) -> int:
        return self.met + self.near + self.far + self.none

    def add(self, found: RuleProgress, number: int) -> None:
        """Count `number` people who stand where `found` says."""
        if found.met:
            self.met += number
        elif not found.hours:
            self.none += number
        elif found.missing <= NEAR:
            self.near += number
        else:
            self.far += number


NEAR = Decimal(8)


def hours_distribution(members: MemberQuerySet, year: int) -> list[Distribution]:
    """One row a yearly rule, over the members given. Four queries, and no object for a member.

    People alike in what the rules look at (post, floating, hours, centralised classes) are judged together.
    """
    yearly = [rule for rule in rules_of(year) if rule.window == YEARLY]
    rows: dict[int, Distribution] = {}
    for (post, floating, hours, classes), number in _alike(members, year).items():
        somebody = Member(party_post=post, is_floating=floating)
        for rule in yearly:
            window = window_of(rule.audience_key, somebody, year)
            if window:
                row = rows.setdefault(rule.pk, Distribution(rule))
                row.add(progress_against(rule, hours, classes), number)
    return sorted(rows.values(), key=lambda row: (row.rule.min_hours or 0, row.rule.code))


def _alike(members: MemberQuerySet, year: int) -> "Counter[tuple[str, bool, Decimal, int]]":
    """How many of the members that owe hours have this post, float, and have these hours and centralised classes."""
    members = members.counted().order_by()
    people = list(members.values_list("pk", "party_post", "is_floating"))
    if not people:
        return Counter()
    hours, classes = hours_by_member(members.values("pk"), year), centralised_in_year(year)
    return Counter((post, floating, hours.get(pk, Decimal(0)), classes[pk]) for pk, post, floating in people)


@dataclass(frozen=True)
class Month:
    """Classes planned for a month and classes held in it."""

    month: int
    planned: int
    held: int


def plan_and_actual(lines: PlanLineQuerySet, classes: TrainingClassQuerySet, year: int) -> list[Month]:
    """Twelve months of approved plan lines against classes held, by the month they ended."""
    approved = lines.filter(plan__year=year, plan__state="approved").order_by()
    planned = Counter(dict(approved.values_list("month").annotate(n=Count("pk"))))
    held = Counter(day.month for day in classes.held().filter(ends_on__year=year).values_list("ends_on", flat=True))
    return [Month(month, planned[month], held[month]) for month in range(1, 13)]


def lines_without_class(lines: PlanLineQuerySet, year: int) -> PlanLineQuerySet:
    """Lines of approved plans nobody has opened a class for yet, the earliest month first."""
    standing = TrainingClass.objects.filter(line=OuterRef("pk")).exclude(state=State.CANCELLED)
    rows = lines.filter(~Exists(standing), plan__year=year, plan__state="approved")
    return rows.order_by("month", "pk")
