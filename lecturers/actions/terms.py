"""Terms of lecturers: begun, renewed, ended early, suspended, reviewed. All of it is the county's."""

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from centres.days import cn_date
from juxian.audit.log import record
from juxian.people.models import User
from juxian.people.rights import need_text
from lecturers.models import Appointment, Candidacy, Lecturer, Suspension, YearlyReview
from lecturers.terms import limit_of, may_renew, told_of, wrong


def _county(by: User) -> None:
    if not by.is_county:
        raise PermissionDenied


def locked_lecturer(lecturer: Lecturer) -> Lecturer:
    """The lecturer, locked: terms, suspensions and reviews of one person wait for one another."""
    found: Lecturer = Lecturer.objects.select_for_update(of=("self",)).get(pk=lecturer.pk)
    return found


def _noted(row: Any, lecturer: Lecturer, by: User, verb: str, summary: str) -> None:
    code = lecturer.town.code if lecturer.town else ""
    record(by=by, action=f"lecturers.{verb}", subject=row, summary=summary, town_code=code)


def _check_span(starts_on: date, ends_on: date) -> date:
    """The last day the rule allows; refused beyond it."""
    if ends_on <= starts_on:
        told = f"聘期最后一天（{cn_date(ends_on - timedelta(days=1))}）早于第一天（{cn_date(starts_on)}），请核对年份。"
        raise wrong("ends_on", told, "dates")
    limit = limit_of(starts_on)
    if ends_on > limit:
        last, asked = cn_date(limit - timedelta(days=1)), cn_date(ends_on - timedelta(days=1))
        told = f"一次最长聘到{last}（含这一天），{asked}超过了。要再长，到期后续聘。"
        raise wrong("ends_on", told, "beyond")
    return limit


def _check_free(lecturer: Lecturer, tier: str, starts_on: date, ends_on: date) -> None:
    """One term of a tier at a time."""
    rows = Appointment.objects.filter(lecturer=lecturer, tier=tier, starts_on__lt=ends_on)
    for other in rows.order_by("starts_on"):
        if other.ends_on is None or other.ends_on > starts_on:
            told = f"{lecturer}已聘为{other.get_tier_display()}（{other.span}），聘期不能重叠。"
            raise wrong("starts_on", told, "overlap")


@transaction.atomic
def record_term(
    *,
    lecturer: Lecturer,
    tier: str,
    starts_on: date,
    ends_on: date,
    by: User,
    number: str = "",
    candidacy: Candidacy | None = None,
    renews: Appointment | None = None,
) -> Appointment:
    """Begin a term. Refused: by anybody but the county, beyond the longest term, over another of the tier.

    The same term again is the first. Without a number the letter gets one of its own.
    """
    _county(by)
    lecturer = locked_lecturer(lecturer)
    known = Appointment.objects.filter(lecturer=lecturer, tier=tier, starts_on=starts_on, ends_on=ends_on).first()
    if known and candidacy is None and renews is None:
        return known
    limit = _check_span(starts_on, ends_on)
    _check_free(lecturer, tier, starts_on, ends_on)
    term = Appointment(
        lecturer=lecturer,
        tier=tier,
        starts_on=starts_on,
        ends_on=ends_on,
        number=number.strip(),
        limit_on=limit,
        candidacy=candidacy,
        renews=renews,
    )
    term.full_clean()
    term.save()
    if not term.number:
        term.number = f"师聘〔{starts_on.year}〕{term.pk:04d}号"
        term.save(update_fields=["number"])
    verb, word = ("renewed", "续聘") if renews else ("appointed", "聘任")
    _noted(term, lecturer, by, verb, f"{word}{lecturer}为{term.get_tier_display()}，{term.span}，聘书{term.number}")
    return term


@transaction.atomic
def renew(*, appointment: Appointment, ends_on: date, by: User, number: str = "") -> Appointment:
    """Follow a term by another of the same tier that begins the day it ends (today where it has run out).

    Refused without a yearly review of this year or the last, after one that was not passed, and after an early end.
    Again: the same new term.
    """
    _county(by)
    lecturer = locked_lecturer(appointment.lecturer)
    old = Appointment.objects.select_related("lecturer").get(pk=appointment.pk)
    known = Appointment.objects.filter(renews=old).first()
    if known:
        return known
    today = timezone.localdate()
    may_renew(old, today)
    starts_on = max(old.ends_on or today, today)
    return record_term(
        lecturer=lecturer, tier=old.tier, starts_on=starts_on, ends_on=ends_on, by=by, number=number, renews=old
    )


@transaction.atomic
def leave(*, lecturer: Lecturer, on: date, kind: str, reason: str, by: User) -> list[Appointment]:
    """End every term of a lecturer on a day, with a reason; later ones never begin. Nothing left to end: refused."""
    _county(by)
    lecturer = locked_lecturer(lecturer)
    if on > timezone.localdate():
        raise wrong("on", "退出日期不能晚于今天，到那天再登记。", "future")
    said = need_text(reason, "写明退出的具体情况。")
    rows = list(Appointment.objects.standing_or_coming(on).filter(lecturer=lecturer, starts_on__lte=on, end_kind=""))
    if not rows:
        raise wrong("on", f"{lecturer}在{cn_date(on)}没有聘任，不用办退出。", "none")
    Appointment.objects.filter(lecturer=lecturer, starts_on__gt=on).delete()  # those that never begin
    for term in rows:
        end = max(on, term.starts_on + timedelta(days=1))  # a term lasts one day at least
        term.agreed_until, term.ends_on, term.end_kind, term.end_reason = term.ends_on, end, kind, said
        term.full_clean()
        term.save(update_fields=["agreed_until", "ends_on", "end_kind", "end_reason"])
    open_one = Suspension.objects.filter(lecturer=lecturer, ends_on=None).first()
    if open_one:
        open_one.ends_on = max(on, open_one.starts_on)
        open_one.lift_reason = "退出师资库"
        open_one.save(update_fields=["ends_on", "lift_reason"])
    label = Appointment.EndKind(kind).label
    _noted(rows[0], lecturer, by, "left", f"{lecturer}自{cn_date(on)}起退出：{label}。{said}")
    return rows


@transaction.atomic
def suspend(*, lecturer: Lecturer, starts_on: date, reason: str, by: User) -> Suspension:
    """From a day on nobody plans this lecturer in; the term runs on. Twice is once."""
    _county(by)
    lecturer = locked_lecturer(lecturer)
    known = Suspension.objects.filter(lecturer=lecturer, ends_on=None).first()
    if known:
        return known
    if not Appointment.objects.in_force(starts_on).filter(lecturer=lecturer).exists():
        raise wrong("starts_on", f"{lecturer}在{cn_date(starts_on)}没有聘任，不用暂停。", "none")
    before = Suspension.objects.filter(lecturer=lecturer, ends_on__gt=starts_on).order_by("-ends_on").first()
    if before and before.ends_on:
        raise wrong("starts_on", f"{lecturer}{cn_date(before.ends_on)}才恢复授课，再暂停不能更早。", "overlap")
    row = Suspension(lecturer=lecturer, starts_on=starts_on, reason=need_text(reason, "写明暂停的原因。"), by=by)
    row.full_clean()
    row.save()
    _noted(row, lecturer, by, "suspended", f"{lecturer}自{cn_date(starts_on)}起暂停授课：{row.reason}")
    return row


@transaction.atomic
def lift(*, suspension: Suspension, on: date, reason: str, by: User) -> Suspension:
    """The lecturer may teach again from a day on. Twice is once."""
    _county(by)
    lecturer = locked_lecturer(suspension.lecturer)
    row = Suspension.objects.get(pk=suspension.pk)
    if row.ends_on:
        return row
    if on < row.starts_on:
        raise wrong("on", f"{cn_date(row.starts_on)}才暂停，恢复日期不能更早。", "before")
    row.ends_on, row.lift_reason = on, need_text(reason, "写明为什么恢复。")
    row.full_clean(exclude=["by"])  # unknown for rows of a demo county
    row.save(update_fields=["ends_on", "lift_reason"])
    _noted(row, lecturer, by, "suspension_lifted", f"{lecturer}自{cn_date(on)}起恢复授课：{row.lift_reason}")
    return row


@transaction.atomic
def review(*, lecturer: Lecturer, year: int, result: str, note: str, by: User) -> YearlyReview:
    """Write down the review of a year, with what was known of it then. Once a year; the same again is the first."""
    _county(by)
    lecturer = locked_lecturer(lecturer)
    known = YearlyReview.objects.filter(lecturer=lecturer, year=year).first()
    said = need_text(note, "写明考核意见。")
    if known:
        if (known.result, known.note) == (result, said):
            return known
        told = f"{lecturer} {year} 年已考核为“{known.get_result_display()}”，不能再改。"
        raise ValidationError(told, code="reviewed")
    today = timezone.localdate()
    if year > today.year:
        raise wrong("year", f"{year} 年还没到，不能考核。", "future")
    if not Lecturer.objects.appointed_in(year).filter(pk=lecturer.pk).exists():
        raise wrong("year", f"{lecturer}在 {year} 年没有聘任，不用考核。", "none")
    row = YearlyReview(
        lecturer=lecturer, year=year, result=result, note=said, facts=told_of(lecturer), by=by, at=timezone.now()
    )
    row.full_clean()
    row.save()
    _noted(row, lecturer, by, "reviewed", f"{lecturer} {year} 年考核为{row.get_result_display()}")
    return row
