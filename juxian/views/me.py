"""The member's home."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from assessments.due import Owed, owed_for, parted
from juxian.charts import ring
from juxian.people.access import member_required
from juxian.people.models import Member
from juxian.templatetags.portal import cn_day
from trainings.hours import RuleProgress, progress_from
from trainings.models import Enrolment, HourEntry, Session, TrainingClass
from trainings.views.asking import SignedRequest

COMING, RECORD = 5, 6
REMEDIES = ("retake", "make_up")
TODAY = 6  # read more than is shown: sessions of today may be over
SHOWN_OF_A_SESSION = (
    "training_class_id", "day", "half", "starts_at", "topic", "room__name", "room__centre__name", "point__name", "site__name",
)  # fmt: skip
State = TrainingClass.State
SEATED = Enrolment.State.SEATED


@dataclass(frozen=True)
class Ring:
    """One rule as a ring with words."""

    progress: RuleProgress
    title: str
    figure: str
    unit: str
    dash: str


@dataclass(frozen=True)
class Learned:
    """One class in the record."""

    title: str
    days: str
    words: str
    hours: Decimal


def _ring(one: RuleProgress) -> Ring:
    if one.target:
        title = f"{one.rule.audience} {one.target.normalize():f} 学时"
        return Ring(one, title, f"{one.hours.normalize():f}", "学时", ring(one.share))
    title = f"{one.rule.audience}集中培训 {one.centralised_target} 次"
    return Ring(one, title, str(one.centralised_done), "次", ring(one.share))


def _notes(rules: list[RuleProgress], pending: Decimal) -> list[str]:
    asked = [one for one in rules if one.target and one.centralised_target]
    notes = [
        f"{one.rule.audience}县级集中培训要求 {one.centralised_target} 次，已参加 {one.centralised_done} 次。"
        for one in asked
    ]
    if pending:
        notes.append(f"还有 {pending.normalize():f} 学时，归档后入账。")
    return notes or ["学时按点名确认的课次计算，归档后入账。"]


def _due_word(due: datetime | date, now: datetime) -> tuple[str, str]:
    day = timezone.localdate(due) if isinstance(due, datetime) else due
    left = (day - timezone.localdate(now)).days
    if left < 0:
        return f"已过期 {-left} 天", "st-bad"
    word = f"今天 {timezone.localtime(due):%H:%M} 前" if isinstance(due, datetime) and left == 0 else f"{cn_day(day)}前"
    return word, "st-bad" if left <= 3 else "st-warn"


def _worded(rows: list[Owed], now: datetime) -> list[tuple[Owed, str, str]]:
    return [(row, *_due_word(row.due, now)) for row in rows]


def _in(seats: list[Enrolment], *states: State) -> list[Enrolment]:
    """Those of the member's own seats whose class is in one of `states`."""
    return [seat for seat in seats if seat.state == SEATED and seat.training_class.state in states]


def _coming(seats: list[Enrolment], now: datetime) -> list[tuple[Session, Enrolment]]:
    """The next sessions of classes this member has a seat in, with the enrolment that leads to their page."""
    own = {seat.training_class_id: seat for seat in _in(seats, State.ENROLLING, State.RUNNING)}
    # scope: sessions of classes the member has a seat in
    rows = Session.objects.filter(training_class__in=own, day__gte=timezone.localdate(now)).standing()
    rows = rows.select_related("room__centre", "point", "site").only(*SHOWN_OF_A_SESSION).order_by("day", "half")
    ahead = sorted((one for one in rows[: COMING + TODAY] if not one.is_over(now)), key=lambda one: one.start)
    return [(one, own[one.training_class_id]) for one in ahead[:COMING]]


def _record(entries: list[HourEntry]) -> list[Learned]:
    """Classes with hours in the ledger, the newest first. `entries` are in the ledger's order, newest first."""
    classes: dict[int | None, list[HourEntry]] = defaultdict(list)
    for entry in entries:
        classes[entry.training_class_id].append(entry)
    found = [rows for rows in classes.values() if sum(row.hours for row in rows) > 0]
    found.sort(key=lambda rows: (rows[0].earned_on, rows[0].training_class_id or 0), reverse=True)
    return [_learned(rows) for rows in found[:RECORD]]


def _learned(rows: list[HourEntry]) -> Learned:
    last, first = cn_day(rows[0].earned_on), cn_day(rows[-1].earned_on)
    title = rows[0].training_class.title if rows[0].training_class else "其他学时"
    return Learned(
        title, last if first == last else f"{first}至{last}", "已入账", sum((r.hours for r in rows), Decimal(0))
    )


def _pending(seats: list[Enrolment]) -> Decimal:
    """Hours attended in classes that are not in the file yet."""
    # scope: sessions the member was marked present in
    rows = Session.objects.filter(
        marks__enrolment__in=_in(seats, State.RUNNING, State.CLOSING),
        marks__replaced_by=None,
        marks__status__counts_present=True,
    )
    return sum((hours for _, hours in rows.standing().order_by("pk").values_list("pk", "hours").distinct()), Decimal(0))


def _member(request: SignedRequest) -> Member:
    member = request.user.member_or_none
    if member is None:  # `member_required` let nobody else in
        raise PermissionDenied
    return member


@member_required
def home(request: SignedRequest) -> HttpResponse:
    """What the member owes first, then hours against each rule, what comes, the record."""
    user, now = request.user, timezone.now()
    member = _member(request)
    today = timezone.localdate(now)
    seats = list(Enrolment.objects.mine(user).with_class())
    entries = list(HourEntry.objects.mine(user).with_class())
    debts, surveys = parted(owed_for(seats, now))
    rules = progress_from(member, entries, today.year)
    ctx = {
        "nav": "me",
        "member": member,
        "year": today.year,
        "debts": _worded(debts, now),
        "only_remedies": all(row.kind in REMEDIES for row in debts),
        "surveys": _worded(surveys, now),
        "rings": [_ring(one) for one in rules],
        "notes": _notes(rules, _pending(seats)),
        "coming": _coming(seats, now),
        "record": _record(entries),
    }
    return render(request, "juxian/me.html", ctx)
