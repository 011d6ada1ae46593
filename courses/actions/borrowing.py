"""Asking another town for its course, and that town's answer. Both towns are told."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from courses.models import Borrowing, Course
from juxian.audit.log import record
from juxian.messages.actions import tell
from juxian.people.models import Town, User
from juxian.people.rights import must_run, need_text

State = Borrowing.State


@transaction.atomic
def request_borrowing(*, course: Course, host: Town, year: int, purpose: str, by: User) -> Borrowing:
    """Ask the owner of a featured course for it, for one year. The same again is the first; another purpose is refused."""
    must_run(by, host)
    said = need_text(purpose, "写明用在哪个班、讲给谁，对方才好答复。")
    row = Course.objects.select_for_update(of=("self",)).select_related("town").get(pk=course.pk)
    known: Borrowing | None = Borrowing.objects.open().filter(course=row, host=host, year=year).first()
    if known and known.purpose == said:
        return known
    if known:
        raise ValidationError(_asked_already(known), code="asked")
    _may_be_asked_for(row, host, year)
    made = Borrowing(
        course=row, owner=row.town, host=host, year=year, requested_by=by, requested_at=timezone.now(),
        purpose=said,
    )  # fmt: skip
    made.full_clean()
    made.save()
    _noted(made, by, "borrowing_request", f"申请借用“{row}”（{made.owner.name}，{year}年）")
    _told(made, made.owner, f"{host.name}想借用“{row}”", f"{year}年用。用途：{made.purpose}。请在课程借用里答复。")
    return made


def _asked_already(known: Borrowing) -> str:
    """Why another purpose was not stored, and what to do."""
    if known.state == State.GRANTED:
        return f"{known.year}年借用“{known.course}”对方已经同意，排课时直接选用，不用再申请。新的用途没有保存。"
    told = f"{known.year}年借用“{known.course}”已经申请过，等对方答复，写的用途是：{known.purpose}"
    return f"{told.rstrip('。')}。要改用途，先到课程借用里撤回，再重新申请。"


def _may_be_asked_for(course: Course, host: Town, year: int) -> None:
    today = timezone.localdate()
    if course.town is None:
        raise ValidationError("县级课程全县共用，不用借，排课时直接选。", code="county")
    if course.town_id == host.pk:
        raise ValidationError("这是本镇街的课程，不用借。", code="own")
    if not Course.objects.featured(today).filter(pk=course.pk).exists():
        raise ValidationError(f"“{course}”现在不是精品课程，不能借用。", code="not_featured")
    if year not in (today.year, today.year + 1):
        raise ValidationError(f"只能申请{today.year}年或{today.year + 1}年。", code="year")


@transaction.atomic
def grant_borrowing(*, borrowing: Borrowing, by: User) -> Borrowing:
    """The owner (or the county for it) agrees."""
    row = _locked(borrowing)
    must_run(by, row.owner)
    if row.state == State.GRANTED:
        return row
    return _decide(row, by, State.GRANTED, "")


@transaction.atomic
def refuse_borrowing(*, borrowing: Borrowing, reason: str, by: User) -> Borrowing:
    """The owner (or the county for it) does not agree, and says why."""
    row = _locked(borrowing)
    must_run(by, row.owner)
    why = need_text(reason, "不同意要写明原因，对方才知道怎么办。")
    if row.state == State.REFUSED and row.reason == why:
        return row
    return _decide(row, by, State.REFUSED, why)


@transaction.atomic
def withdraw_borrowing(*, borrowing: Borrowing, by: User) -> Borrowing:
    """The town that asked takes its request back before there is an answer."""
    row = _locked(borrowing)
    must_run(by, row.host)
    if row.state == State.WITHDRAWN:
        return row
    if row.state != State.REQUESTED:
        raise ValidationError(f"{row.owner.name}已经答复（{row.get_state_display()}），不能撤回。", code="state")
    row.state = State.WITHDRAWN
    row.save(update_fields=["state"])
    _noted(row, by, "borrowing_withdraw", f"撤回借用“{row.course}”的申请")
    return row


def _locked(borrowing: Borrowing) -> Borrowing:
    rows = Borrowing.objects.select_for_update(of=("self",)).select_related("course", "owner", "host")
    found: Borrowing = rows.get(pk=borrowing.pk)
    return found


def _decide(row: Borrowing, by: User, state: State, reason: str) -> Borrowing:
    if row.state != State.REQUESTED:
        raise ValidationError(f"这份申请是“{row.get_state_display()}”，不能再答复。", code="state")
    row.state, row.decided_by, row.decided_at, row.reason = state, by, timezone.now(), reason
    row.full_clean()
    row.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    verb = "同意" if state == State.GRANTED else "没有同意"
    why = f"：{reason}" if reason else ""
    _noted(row, by, f"borrowing_{state}", f"{verb}{row.host.name}借用“{row.course}”{why}")
    body = f"原因：{reason}" if reason else f"{row.year}年排课时可以选用这门课，讲过的课次会记在双方名下。"
    _told(row, row.host, f"{row.owner.name}{verb}借用“{row.course}”", body)
    return row


def _noted(row: Borrowing, by: User, verb: str, summary: str) -> None:
    """On record for the town that did it: the owner for an answer, else the host."""
    town = row.owner if verb in ("borrowing_granted", "borrowing_refused") else row.host
    record(by=by, action=f"courses.{verb}", subject=row, summary=summary, town_code=town.code)


def _told(row: Borrowing, town: Town, title: str, body: str) -> None:
    tell(to=town, key=f"borrowing:{row.pk}:{row.state}", title=title, body=body, link=reverse("courses:borrowings"))
