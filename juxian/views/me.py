"""The member's home."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Max, Min, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from assessments.due import Owed, owed_by
from juxian.charts import ring
from juxian.people.access import member_required
from juxian.people.models import Member, User
from juxian.templatetags.portal import cn_day
from trainings.hours import RuleProgress, progress
from trainings.models import Enrolment, HourEntry, Session, TrainingClass
from trainings.views.asking import SignedRequest

COMING, RECORD = 5, 6
REMEDIES = ("retake", "make_up")
TODAY = 6  # read more than is shown: sessions of today may be over
State = TrainingClass.State


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


def _coming(user: User, now: datetime) -> list[tuple[Session, int]]:
    """The next sessions of classes this member has a seat in, with the enrolment that leads to their page."""
    seats = dict(Enrolment.objects.mine(user).seated().values_list("training_class", "pk"))
    # scope: sessions of classes the member has a seat in
    rows = Session.objects.filter(training_class__in=seats, day__gte=timezone.localdate(now)).standing()
    rows = rows.filter(training_class__state__in=(State.ENROLLING, State.RUNNING))
    rows = rows.select_related("training_class", "room__centre", "point").order_by("day", "half")[: COMING + TODAY]
    ahead = sorted((one for one in rows if not one.is_over(now)), key=lambda one: one.start)
    return [(one, seats[one.training_class_id]) for one in ahead[:COMING]]


def _record(user: User) -> list[Learned]:
    """Classes with hours in the ledger, the newest first."""
    rows = HourEntry.objects.mine(user).order_by().values("training_class", "training_class__title")
    rows = rows.annotate(total=Sum("hours"), first=Min("earned_on"), last=Max("earned_on")).filter(total__gt=0)
    return [
        Learned(
            row["training_class__title"] or "其他学时",
            cn_day(row["first"]) if row["first"] == row["last"] else f"{cn_day(row['first'])}至{cn_day(row['last'])}",
            "已入账",
            row["total"],
        )
        for row in rows.order_by("-last", "-training_class")[:RECORD]
    ]


def _pending(user: User) -> Decimal:
    """Hours attended in classes that are not in the file yet."""
    # scope: sessions the member was marked present in
    rows = Session.objects.filter(
        training_class__state__in=(State.RUNNING, State.CLOSING),
        marks__enrolment__member__user=user,
        marks__enrolment__state=Enrolment.State.SEATED,
        marks__replaced_by=None,
        marks__status__counts_present=True,
    )
    return rows.standing().distinct().aggregate(total=Sum("hours"))["total"] or Decimal(0)


@member_required
def home(request: SignedRequest) -> HttpResponse:
    """What the member owes first, then hours against each rule, what comes, the record."""
    user, now = request.user, timezone.now()
    member = get_object_or_404(Member.objects.mine(user).select_related("branch__town"))
    today = timezone.localdate(now)
    owed = owed_by(member, now)
    rules = progress(member, today.year)
    ctx = {
        "nav": "me",
        "member": member,
        "year": today.year,
        "debts": _worded([row for row in owed if row.kind != "survey"], now),
        "only_remedies": all(row.kind in REMEDIES for row in owed if row.kind != "survey"),
        "surveys": _worded([row for row in owed if row.kind == "survey"], now),
        "rings": [_ring(one) for one in rules],
        "notes": _notes(rules, _pending(user)),
        "coming": _coming(user, now),
        "record": _record(user),
    }
    return render(request, "juxian/me.html", ctx)
