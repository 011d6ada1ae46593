"""What the rules say of terms, and how a lecturer stands on a day."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import ValidationError

from juxian.people.facts import Rating
from juxian.rules.lookup import value
from lecturers.facts import facts_of
from lecturers.models import Appointment, Lecturer, YearlyReview
from lecturers.models.pool import AppointmentQuerySet


def wrong(field: str, text: str, code: str) -> ValidationError:
    """A refusal that belongs to one field of a form."""
    return ValidationError({field: ValidationError(text, code=code)})


def years_later(day: date, years: int) -> date:
    """The same day of another year; the last of February where there is no 29th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def limit_of(starts_on: date) -> date:
    """The day (not included) to which a term beginning on `starts_on` may run."""
    return years_later(starts_on, int(value("pool.term_years", starts_on)))


def warned_until(today: date) -> date:
    """Terms that end by this day are warned of."""
    return today + timedelta(days=int(value("pool.remind_days", today)))


def ending(today: date) -> AppointmentQuerySet:
    """Terms in force that end within the days of warning, and are not renewed."""
    return Appointment.objects.in_force(today).filter(ends_on__lte=warned_until(today), renewed_by=None, end_kind="")


def may_renew(term: Appointment, today: date) -> None:
    """Refuses in a sentence where a term cannot be followed by another."""
    who = term.lecturer
    if term.end_kind:
        raise ValidationError(f"{who}这一聘期已经提前退出，要再聘请重新推荐。", code="left")
    if term.starts_on > today:
        raise ValidationError(f"{who}这一聘期还没有开始，一次只续一届，到时候再续。", code="coming")
    if term.ends_on is None:
        raise ValidationError(f"{who}这一聘期没有结束日期，还不用续聘。", code="endless")
    last = YearlyReview.objects.filter(lecturer=who, year__gte=today.year - 1).order_by("-year").first()
    if last is None:
        told = f"{who}今年和去年都没有年度考核，先考核再续聘。"
        raise ValidationError(told, code="unreviewed")
    if last.result == YearlyReview.Result.UNFIT:
        raise ValidationError(f"{who} {last.year} 年考核不合格，不能续聘。", code="unfit")


def told_of(lecturer: Lecturer) -> str:
    """What upper floors know of a lecturer at this moment, in a line; empty where they know nothing."""
    rating = facts_of("rating", [lecturer.pk]).get(lecturer.pk)
    return f"授课评分 {rating.mean:.1f}（{rating.n} 份）" if isinstance(rating, Rating) else ""


@dataclass(frozen=True)
class Target:
    """How many there are of a tier against how many there should be."""

    label: str
    number: int
    wanted: int

    @property
    def css(self) -> str:
        return "st-ok" if self.number >= self.wanted else "st-warn"

    @property
    def words(self) -> str:
        """The difference, in words."""
        left = self.wanted - self.number
        return f"还差 {left} 名" if left > 0 else "已达到"


@dataclass(frozen=True)
class Strength:
    """Both tiers beside one another; somebody in both is counted in each, so the two are never added."""

    targets: list[Target]
    both: int


def strength(today: date) -> Strength:
    """How many are in each tier on a day, how many in both."""
    tiers = Appointment.Tier
    held: dict[str, set[int]] = {tier: set() for tier in tiers.values}
    for tier, pk in Appointment.objects.in_force(today).order_by().values_list("tier", "lecturer"):
        held[tier].add(pk)
    keys = {tiers.EXPERT: "pool.target_experts", tiers.POOL: "pool.target_lecturers"}
    targets = [Target(tier.label, len(held[tier]), int(value(key, today))) for tier, key in keys.items()]
    return Strength(targets, len(held[tiers.EXPERT] & held[tiers.POOL]))
