"""Seats: quotas, enrolling many at once, cancelling with the first waiting moving up."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from juxian.audit.log import record
from juxian.messages.actions import Letter, tell_many
from juxian.people.models import Branch, Member, User
from trainings.actions.rights import State, locked_class, must_be, must_run, not_in
from trainings.models import Enrolment, Mark, Quota, TrainingClass

Seat = Enrolment.State


@dataclass(frozen=True)
class EnrolResult:
    """What became of a list of members, in the order it was given."""

    seated: list[Enrolment]
    waiting: list[Enrolment]
    already: list[Enrolment]


@transaction.atomic
def set_quota(*, training_class: TrainingClass, branch: Branch, seats: int, by: User) -> Quota | None:
    """Give a branch its seats; 0 takes them away. Not below those used, all together not above the class's seats."""
    training_class = locked_class(training_class)
    must_run(by, training_class.town)
    must_be(training_class, State.DRAFT, State.SUBMITTED, State.APPROVED, State.ENROLLING)
    quotas = {quota.branch_id: quota for quota in Quota.objects.filter(training_class=training_class)}
    old = quotas.get(branch.pk)
    if seats == (old.seats if old else 0):
        return old
    _check_quota(training_class, branch, seats, {pk: quota.seats for pk, quota in quotas.items()})
    summary = f"“{training_class.title}”{branch.name}名额 {seats} 人"
    record(by=by, action="class.quota", subject=training_class, summary=summary, town_code=training_class.town.code)
    if seats == 0:
        Quota.objects.filter(training_class=training_class, branch=branch).delete()
        return None
    return Quota.objects.update_or_create(
        training_class=training_class, branch=branch, defaults={"seats": seats}
    )[0]  # fmt: skip


def _check_quota(training_class: TrainingClass, branch: Branch, seats: int, given: dict[int, int]) -> None:
    if branch.town_id != training_class.town_id:
        raise ValidationError(f"{branch.name}不是{training_class.town.name}的支部。", code="town")
    if seats < 0:
        raise ValidationError("名额不能是负数。", code="negative")
    used = _quota_used(training_class)[branch.pk]
    if seats < used:
        raise ValidationError(f"{branch.name}已按名额报了 {used} 人，名额不能少于这个数。", code="used")
    total = sum((given | {branch.pk: seats}).values())
    if total > training_class.capacity:
        raise ValidationError(
            f"各支部名额合计 {total} 人，超过本班名额 {training_class.capacity} 人。", code="capacity"
        )


def _quota_used(training_class: TrainingClass) -> Counter[int]:
    rows = Enrolment.objects.filter(training_class=training_class, source=Enrolment.Source.QUOTA)
    rows = rows.exclude(state=Seat.CANCELLED).order_by().values("branch_id").annotate(n=Count("pk"))
    return Counter({row["branch_id"]: row["n"] for row in rows})


def _objection(member: Member, training_class: TrainingClass) -> str:
    """Why this member cannot be enrolled; empty when nothing stands against it."""
    if member.branch.town_id != training_class.town_id:
        return f"{member.name}不是{training_class.town.name}的党员。"
    if member.left_on:
        return f"{member.name}已转出。"
    if member.status == Member.Status.SUSPENDED:
        return f"{member.name}已停止党籍。"
    if member.is_exempt:
        return f"{member.name}（{member.branch.name}）是免训人员。"
    return ""


def _over_quota(training_class: TrainingClass, members: list[Member]) -> list[str]:
    given = dict(Quota.objects.filter(training_class=training_class).values_list("branch_id", "seats"))
    used = _quota_used(training_class)
    wanted = Counter(member.branch_id for member in members)
    names = {member.branch_id: member.branch.name for member in members}
    return [
        f"{names[pk]}名额 {given.get(pk, 0)} 人，已报 {used[pk]} 人，再报 {count} 人就超了。"
        for pk, count in wanted.items()
        if used[pk] + count > given.get(pk, 0)
    ]


@transaction.atomic
def enrol(
    *, training_class: TrainingClass, members: Iterable[Member], source: str, by: User
) -> EnrolResult:  # fmt: skip
    """Enrol members: first into seats, then onto the waiting list. All or nobody; those already in are answered first.

    Refused, naming each: other town's, left, suspended and exempt members, and those beyond a branch's quota.
    """
    training_class = locked_class(training_class)
    must_run(by, training_class.town)
    must_be(training_class, State.ENROLLING, State.RUNNING)
    order = list(dict.fromkeys(member.pk for member in members))
    rows = {row.member_id: row for row in Enrolment.objects.filter(training_class=training_class)}
    already = [rows[pk] for pk in order if pk in rows and rows[pk].state != Seat.CANCELLED]
    inside = {row.member_id for row in already}
    found = Member.objects.filter(pk__in=[pk for pk in order if pk not in inside]).select_related("branch")
    by_pk = {member.pk: member for member in found}
    new = [by_pk[pk] for pk in order if pk in by_pk]
    texts = [text for member in new if (text := _objection(member, training_class))]
    if source == Enrolment.Source.QUOTA and not texts:
        texts = _over_quota(training_class, new)
    if texts:
        raise ValidationError(texts)
    seated_before = sum(row.state == Seat.SEATED for row in rows.values())
    free = max(training_class.capacity - seated_before, 0)
    seated, waiting = _write(training_class, new, rows, free, source, by)
    if new:
        summary = f"“{training_class.title}”录取 {len(seated)} 人，候补 {len(waiting)} 人"
        record(by=by, action="class.enrol", subject=training_class, summary=summary, town_code=training_class.town.code)
    _notices(seated, training_class)
    return EnrolResult(seated, waiting, already)


def _write(
    training_class: TrainingClass,
    members: list[Member],
    rows: dict[int, Enrolment],
    free: int,
    source: str,
    by: User,
) -> tuple[list[Enrolment], list[Enrolment]]:
    """Store the new enrolments in order; a cancelled one is taken up again at the end of the line."""
    now = timezone.now()
    fresh: list[Enrolment] = []
    again: list[Enrolment] = []
    ordered: list[Enrolment] = []
    for place, member in enumerate(members):
        enrolment = rows.get(member.pk) or Enrolment(training_class=training_class, member=member)
        (again if enrolment.pk else fresh).append(enrolment)
        enrolment.state = Seat.SEATED if place < free else Seat.WAITING
        enrolment.town_id, enrolment.branch = training_class.town_id, member.branch
        enrolment.source, enrolment.created_by = source, by
        enrolment.created_at, enrolment.cancelled_at = now, None
        enrolment.member = member
        ordered.append(enrolment)
    Enrolment.objects.bulk_create(fresh)
    fields = ["state", "town", "branch", "source", "created_by", "created_at", "cancelled_at"]
    if again:
        Enrolment.objects.bulk_update(again, fields)
    return [row for row in ordered if row.state == Seat.SEATED], [row for row in ordered if row.state == Seat.WAITING]


def _notices(enrolments: list[Enrolment], training_class: TrainingClass) -> None:
    """Tell those who have a seat now."""
    first = training_class.starts_on
    body = f"{first.month}月{first.day}日开班，{training_class.town.name}主办。课表和地点请点开查看。"
    tell_many(
        [
            Letter(
                to=enrolment.member,
                key=f"enrolment:{enrolment.pk}:seated:{enrolment.created_at:%Y%m%d%H%M%S%f}",
                title=f"请您参加：{training_class.title}",
                body=body,
                link=f"/me/trainings/{enrolment.pk}/",
            )
            for enrolment in enrolments
        ]
    )


def promote_waiting(training_class: TrainingClass) -> list[Enrolment]:
    """Give free seats to the waiting, first come first served. The class row must be locked."""
    rows = Enrolment.objects.filter(training_class=training_class)
    free = training_class.capacity - rows.seated().count()
    if free <= 0:
        return []
    first = list(rows.filter(state=Seat.WAITING).select_related("member").order_by("created_at", "pk")[:free])
    Enrolment.objects.filter(pk__in=[row.pk for row in first]).update(state=Seat.SEATED)
    for enrolment in first:
        enrolment.state = Seat.SEATED
    _notices(first, training_class)
    return first


def enrolment_barred(enrolment: Enrolment) -> str:
    """Why this enrolment cannot be cancelled now; empty when it can."""
    refusal = not_in(enrolment.training_class, State.ENROLLING, State.RUNNING)
    if refusal:
        return refusal
    if enrolment.state == Seat.CANCELLED:
        return f"{enrolment.member.name}的报名已经取消了。"
    if Mark.objects.filter(enrolment=enrolment).exists():
        return f"{enrolment.member.name}已经点过名，不能取消报名；没来的请点“缺席”或“请假”。"
    return ""


@transaction.atomic
def cancel_enrolment(*, enrolment: Enrolment, by: User, reason: str = "") -> Enrolment:
    """Take a person out of a class; the first waiting one moves up. Not once they were marked in a session."""
    training_class = locked_class(enrolment.training_class)
    must_run(by, training_class.town)
    enrolment = Enrolment.objects.select_related("member").get(pk=enrolment.pk)
    if enrolment.state == Seat.CANCELLED:
        return enrolment
    must_be(training_class, State.ENROLLING, State.RUNNING)
    if Mark.objects.filter(enrolment=enrolment).exists():
        raise ValidationError(
            f"{enrolment.member.name}已经点过名，不能取消报名；没来的请点“缺席”或“请假”。", code="marked"
        )
    enrolment.state, enrolment.cancelled_at = Seat.CANCELLED, timezone.now()
    enrolment.save(update_fields=["state", "cancelled_at"])
    summary = f"取消{enrolment.member.name}在“{training_class.title}”的报名" + (f"：{reason}" if reason else "")
    record(
        by=by, action="class.enrolment_cancel", subject=enrolment, summary=summary, town_code=training_class.town.code
    )
    promote_waiting(training_class)
    return enrolment
