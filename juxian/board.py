"""What the county board shows, pulled from the figures of every floor."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Max, Min
from django.urls import reverse
from django.utils import timezone

from assessments.figures import Open, open_by_town, pass_rate, survey_answers
from centres.compliance import compliance
from centres.figures import coverage, teaching_points
from centres.models import BrandRevision, Budget, BudgetReturn, Disclosure, Finding, Inspection
from centres.words import VERDICTS
from courses.figures import featured_by_theme
from juxian.charts import Columns, Segment, divided, paired, rule_place
from juxian.people.models import Member, Town, User
from lecturers.figures import experts, pool
from trainings.figures import (
    Came,
    Distribution,
    attendances,
    came,
    classes_held,
    classes_held_by_town,
    hours_distribution,
    plan_and_actual,
)
from trainings.models import PlanLine, TrainingClass, YearPlan

State = TrainingClass.State
REVIEW_DAYS = 7  # in which the county answers what a town sent


@dataclass(frozen=True)
class HoursRow:
    """One rule and how far those it binds have come."""

    label: str
    words: str
    found: Distribution
    bar: list[Segment]

    @property
    def rate(self) -> str:
        return f"{100 * self.found.met / self.found.bound:.1f}" if self.found.bound else "—"


@dataclass(frozen=True)
class TownRow:
    """One town in code order; never a ranking."""

    town: Town
    held: int
    attendances: int
    open: Open


@dataclass(frozen=True)
class Waiting:
    """Something the county has to decide."""

    title: str
    words: str
    due: date
    url: str

    @property
    def is_admin(self) -> bool:
        """Whether the place of deciding is open to county staff only."""
        return self.url.startswith(reverse("admin:index"))

    def tone(self, today: date) -> str:
        days = (self.due - today).days
        return "st-bad" if days <= 1 else "st-warn" if days <= 7 else ""


def totals(today: date, counted: Came | None = None) -> dict[str, object]:
    """The figures of the strip, each counted from its rows; nothing here names a person.

    `counted`: the attendances of all classes, where the caller has counted them already.
    """
    classes = TrainingClass.objects.all()
    themes = {theme.slot: theme for theme in featured_by_theme(today)}
    return {
        "coverage": coverage(today),
        "points": teaching_points(),
        "held": classes_held(classes),
        "attendances": counted.attendances if counted else attendances(classes),
        "courses": sum(theme.count for theme in themes.values()),
        "named_themes": [themes[slot] for slot in (1, 2) if slot in themes],
        "experts": experts(today),
        "pool": pool(today),
    }


def hours_rows(found: list[Distribution]) -> list[HoursRow]:
    """Rules with the bar of their people."""
    return [
        HoursRow(
            label=row.rule.audience,
            words=_rule_words(row),
            found=row,
            bar=divided([("f-ok", row.met), ("f-warn", row.near), ("f-bad", row.far), ("f-idle", row.none)]),
        )
        for row in sorted(found, key=rule_place)
        if row.bound
    ]


def _rule_words(row: Distribution) -> str:
    target = row.rule.min_hours or Decimal(0)
    words = f"每年 {target.normalize():f} 学时"
    return f"{words}，集中 {row.rule.min_centralised} 次" if row.rule.min_centralised else words


def waiting(user: User, today: date) -> list[Waiting]:
    """What towns sent the county to decide, to sign or to look at again, the earliest first."""
    rows = []
    classes = TrainingClass.objects.visible_to(user).filter(state=State.SUBMITTED)
    first = classes.aggregate(first=Min("starts_on"))["first"]
    if first:
        url = f"{reverse('admin:trainings_trainingclass_changelist')}?state__exact=submitted"
        words = f"{classes.count()} 个班，最早的 {first.month}月{first.day}日开班"
        rows.append(Waiting("开班审批", words, first, url))
    plans = YearPlan.objects.visible_to(user).filter(state=YearPlan.State.SUBMITTED)
    for year in sorted(set(plans.values_list("year", flat=True))):
        towns = [plan.town.name for plan in plans.filter(year=year).select_related("town").order_by("town__code")]
        url = f"{reverse('admin:trainings_yearplan_changelist')}?state__exact=submitted"
        words = f"{towns[0]}等 {len(towns)} 个镇街已送审" if len(towns) > 1 else f"{towns[0]}已送审"
        rows.append(Waiting(f"{year}年度计划审批", words, date(year, 1, 1), url))
    rows += [*_brands_waiting(user), *_disclosures_waiting(user), *_budgets_waiting(user), *_checks_waiting(user)]
    return sorted(rows, key=lambda row: row.due)


def _brands_waiting(user: User) -> list[Waiting]:
    """Brands sent for review, a week from the day the first one came."""
    sent = BrandRevision.objects.visible_to(user).filter(state=BrandRevision.State.SUBMITTED)
    found = [
        (row.submitted_at, row.brand.town.name) for row in sent.select_related("brand__town").order_by("submitted_at")
    ]
    if not found:
        return []
    first, name = found[0]
    words = f"{name}等 {len(found)} 个镇街已送审" if len(found) > 1 else f"{name}已送审"
    due = timezone.localdate(first) + timedelta(days=REVIEW_DAYS)
    return [Waiting("品牌审批", words, due, reverse("trainings:county-brands"))]


def _disclosures_waiting(user: User) -> list[Waiting]:
    """Accounts that passed somebody else's secrecy check, a week from the day the first one did."""
    found = Disclosure.objects.visible_to(user).filter(state=Disclosure.State.CHECKED)
    found = found.exclude(checked_by=user).exclude(proposed_by=user)
    sums = found.aggregate(number=Count("pk"), first=Min("checked_at"))
    if not sums["number"]:
        return []
    due = timezone.localdate(sums["first"]) + timedelta(days=REVIEW_DAYS)
    return [Waiting("账目公开审批", f"{sums['number']} 份已通过保密审查", due, reverse("centres:county-disclosures"))]


def _budgets_waiting(user: User) -> list[Waiting]:
    """Budgets with amounts that wait for the county, a week from the day the first one was saved."""
    returned = BudgetReturn.objects.visible_to(user).standing()
    drafts = Budget.objects.visible_to(user).filter(state=Budget.State.DRAFT, lines__amount__gt=0)
    drafts = drafts.exclude(pk__in=returned.values("budget"))
    found = list(drafts.distinct().order_by("saved_at").values_list("saved_at", "town__name", "year"))
    if not found:
        return []
    first, name, year = found[0]
    words = f"{name}等 {len(found)} 份待批准" if len(found) > 1 else f"{name} {year} 年的待批准"
    url = f"{reverse('centres:county-money')}?year={year}"
    return [Waiting("经费预算审批", words, timezone.localdate(first) + timedelta(days=REVIEW_DAYS), url)]


def _checks_waiting(user: User) -> list[Waiting]:
    """Self-checks to sign, and what was put right and waits to be looked at again."""
    own = Inspection.objects.visible_to(user).filter(kind=Inspection.Kind.SELF, state=Inspection.State.SUBMITTED)
    signs = own.aggregate(number=Count("pk"), first=Min("inspected_on"))
    done = Finding.objects.visible_to(user).filter(state=Finding.State.RECTIFIED)
    told = done.annotate(at=Max("rectifications__at")).values_list("at", "result__inspection__centre__town")
    rows, url, days = [], reverse("inspect"), timedelta(days=REVIEW_DAYS)
    if signs["number"]:
        words = f"{signs['number']} 个中心的自查等县里确认"
        rows.append(Waiting("自查确认", words, signs["first"] + days, url))
    if found := list(told):
        words = f"{len({town for _, town in found})} 个镇街报来 {len(found)} 个问题已整改"
        rows.append(Waiting("整改复查", words, timezone.localdate(min(at for at, _ in found)) + days, url))
    return rows


def town_rows(user: User, counted: Came, now: datetime) -> list[TownRow]:
    """One row a town of today, in code order."""
    held, owed = classes_held_by_town(TrainingClass.objects.visible_to(user)), open_by_town(now)
    return [
        TownRow(town, held.get(town.pk, 0), counted.by_town.get(town.pk, 0), owed.get(town.pk, Open()))
        for town in Town.objects.active(timezone.localdate(now))
    ]


def months(user: User, year: int) -> tuple[Columns, int, int]:
    """The columns of a year, and how many classes were planned and held in it."""
    rows = plan_and_actual(PlanLine.objects.visible_to(user), TrainingClass.objects.visible_to(user), year)
    columns = paired([(str(row.month), row.planned, row.held) for row in rows])
    return columns, sum(row.planned for row in rows), sum(row.held for row in rows)


def years(user: User, today: date) -> list[int]:
    """Years that can be chosen, the newest first."""
    found = {day.year for day in TrainingClass.objects.visible_to(user).dates("starts_on", "year")}
    return sorted(found | {today.year}, reverse=True)


def board(user: User, year: int, now: datetime) -> dict[str, object]:
    """Everything on the page. Whoever sees it sees all towns, so the attendances are counted once for it all.

    A `year` without records gives way to the present one, and the page says so.
    """
    today = timezone.localdate(now)
    listed = years(user, today)
    missing_year, year = (None, year) if year in listed else (year, today.year)
    counted = came(TrainingClass.objects.all())
    towns = town_rows(user, counted, now)
    owed = Open(
        sum(row.open.retakes for row in towns),
        sum(row.open.make_ups for row in towns),
        sum(row.open.overdue for row in towns),
    )
    columns, planned, held = months(user, year)
    standing = compliance(today)
    members = Member.objects.visible_to(user).counted()
    bound = members.count()
    return {
        **totals(today, counted),
        "now": now,
        "today": today,
        "year": year,
        "years": listed,
        "missing_year": missing_year,
        "hours": hours_rows(hours_distribution(members, year)),
        "bound": bound,
        "exempt": Member.objects.visible_to(user).filter(is_exempt=True, left_on=None).count(),
        "trained": counted.members,
        "waiting": [(row, row.tone(today)) for row in waiting(user, today)],
        "towns": towns,
        "owed": owed,
        "passed": pass_rate(),
        "surveyed": survey_answers(),
        "owed_bar": divided([("f-bad", owed.overdue), ("f-info", owed.total - owed.overdue)]),
        "chart": columns,
        "planned": planned,
        "held_this_year": held,
        "compliance": standing,
        "verdicts": [(word, standing.counts[code]) for code, word in VERDICTS.items()],
    }
