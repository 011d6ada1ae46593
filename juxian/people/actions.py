"""Accounts: one-time slips, opening an account, passwords, and looking at a number."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from secrets import randbelow
from typing import NamedTuple
from unicodedata import normalize

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from juxian.audit import log
from juxian.people.codes import code_digest, new_code, spaced
from juxian.people.models import ActivationSlip, ActivationTry, Branch, Grant, Member, Town, User

SLIP_DAYS = 14
TRY_WINDOW = timedelta(minutes=15)
TRIES_PER_ORIGIN = 10
TRIES_IN_ALL = 1000
WRONG_SLIP = "开通码或姓名不对，也可能已用过、已过期。请对照开通条再输一次；还不行，请找镇街干事重新打一张。"
TOO_MANY_TRIES = "试的次数太多了，请过 15 分钟再来。"


class PrintedSlip(NamedTuple):
    """A slip with its code in the clear: lives as long as the answer that prints it."""

    slip: ActivationSlip
    code: str


def free_usernames(count: int) -> list[str]:
    """Login names that are easy to read out (`dy` + six digits), taken by nobody and promised on no open slip."""
    names: dict[str, None] = {}
    while len(names) < count:
        drawn = [f"dy{randbelow(1_000_000):06d}" for _ in range(count - len(names))]
        taken = set(User.objects.filter(username__in=drawn).values_list("username", flat=True))
        taken |= set(ActivationSlip.objects.filter(username__in=drawn).values_list("username", flat=True))
        names.update(dict.fromkeys(name for name in drawn if name not in taken))
    return list(names)


@transaction.atomic
def make_slips(*, members: Sequence[Member], by: User) -> list[PrintedSlip]:
    """One slip per member; earlier unused ones are cancelled. The codes are in the answer and nowhere else."""
    if not members:
        raise ValidationError("没有要打印开通条的党员。", code="nobody")
    _refuse_guarded(members, by)
    now = timezone.now()
    pks = [member.pk for member in members]
    promised = dict(
        ActivationSlip.objects.filter(member__in=pks, member__user=None)
        .order_by("pk")
        .values_list("member", "username")
    )
    names = iter(free_usernames(sum(not m.user_id and m.pk not in promised for m in members)))
    ActivationSlip.objects.filter(member__in=pks, used_at=None, cancelled_at=None).update(cancelled_at=now)
    printed = []
    for member in members:
        username = member.user.username if member.user else promised.get(member.pk) or next(names)
        code = new_code()
        slip = ActivationSlip(
            member=member,
            code_digest=code_digest(code),
            username=username,
            made_by=by,
            expires_at=now + timedelta(days=SLIP_DAYS),
        )
        printed.append(PrintedSlip(slip, spaced(code)))
    ActivationSlip.objects.bulk_create([item.slip for item in printed])
    _record_slips(printed, by)
    return printed


def guarded(members: Iterable[Member]) -> set[int]:
    """Members whose account also holds rights: a slip would hand these over, so only the county makes one."""
    users = [member.user_id for member in members if member.user_id]
    held = Grant.objects.in_force(timezone.localdate()).filter(user__in=users)
    return set(held.values_list("user__member", flat=True))


def _refuse_guarded(members: Sequence[Member], by: User) -> None:
    asleep = [member.name for member in members if member.user and not member.user.is_active]
    if asleep:
        raise ValidationError(f"{'、'.join(asleep)}的账号已停用，请先联系县里恢复。", code="asleep")
    staff = guarded(members) if not by.is_county else set()
    if staff:
        names = "、".join(member.name for member in members if member.pk in staff)
        raise ValidationError(f"{names}是工作人员，账号带有权限，请联系县里重设密码。", code="staff")


def _record_slips(printed: Sequence[PrintedSlip], by: User) -> None:
    """One audit row per branch, so that a sheet of hundreds stays one page of the log."""
    by_branch: dict[int, list[ActivationSlip]] = {}
    for item in printed:
        by_branch.setdefault(item.slip.member.branch_id, []).append(item.slip)
    for slips in by_branch.values():
        branch: Branch = slips[0].member.branch
        who = str(slips[0].member) if len(slips) == 1 else f"{len(slips)} 人"
        log.record(
            by=by,
            action="people.slips_made",
            subject=branch,
            summary=f"打印开通条：{branch}，{who}",
            town_code=branch.town.code,
            body={"slips": [{"slip": slip.pk, "member": slip.member_id} for slip in slips]},
        )


def count_try(*, origin: str, now: datetime) -> ActivationTry:
    """Write the try down before looking at it, so that many at once cannot slip past the limit."""
    this = ActivationTry.objects.create(at=now, origin_digest=origin)
    recent = ActivationTry.objects.filter(at__gt=now - TRY_WINDOW, pk__lte=this.pk)
    if recent.filter(origin_digest=origin).count() > TRIES_PER_ORIGIN or recent.count() > TRIES_IN_ALL:
        raise ValidationError(TOO_MANY_TRIES, code="slow")
    return this


def forget_tries(*, now: datetime) -> int:
    """Drop tries older than a day; nothing looks at them any more."""
    return ActivationTry.objects.filter(at__lt=now - timedelta(days=1)).delete()[0]


def activate(*, code: str, name: str, password: str, origin: str) -> User:
    """Open the account a slip is for, or give an opened one a new password. A slip works once.

    1. Count the try. 2. Find the open slip; wrong, used, expired or another's name: one answer.
    3. Check and hash the password outside the transaction. 4. Take the slip by a conditional update.
    """
    now = timezone.now()
    this_try = count_try(origin=origin, now=now)
    slip = (
        ActivationSlip.objects.open(now)
        .select_related("member__user", "member__branch__town", "made_by")
        .filter(code_digest=code_digest(code))
        .first()
    )
    if slip is None or _plain(slip.member.name) != _plain(name) or not _still_good(slip):
        raise ValidationError(WRONG_SLIP, code="slip")
    this_try.delete()
    forget_tries(now=now)
    validate_password(password, _as_user(slip))
    return _take(slip=slip, hashed=make_password(password), now=now)


def _still_good(slip: ActivationSlip) -> bool:
    """Whether the person may still open the account with a slip of this maker; things may have changed since."""
    member = slip.member
    if member.left_on or (member.user and not member.user.is_active):
        return False
    return slip.made_by.is_county or not guarded([member])


def _plain(name: str) -> str:
    """A name as compared: width, blanks and the many middle dots do not matter."""
    folded = normalize("NFKC", name)
    return "".join("·" if sign in "•・‧∙●.．" else sign for sign in folded if not sign.isspace())


def _as_user(slip: ActivationSlip) -> User:
    """The user the password is for, as far as validators look."""
    member = slip.member
    user: User = member.user or User(username=slip.username, name=member.name)
    user.member_or_none = member
    return user


@transaction.atomic
def _take(*, slip: ActivationSlip, hashed: str, now: datetime) -> User:
    taken = ActivationSlip.objects.open(now).filter(pk=slip.pk).update(used_at=now)
    if taken != 1:
        raise ValidationError(WRONG_SLIP, code="slip")
    member = (
        Member.objects.select_for_update(of=("self",)).select_related("branch__town", "user").get(pk=slip.member_id)
    )
    user: User | None = member.user
    opened = user is None
    if user is None:
        taken_name = User.objects.filter(username=slip.username).exists()
        username = free_usernames(1)[0] if taken_name else slip.username
        user = User.objects.create(username=username, name=member.name, password=hashed)
        member.user = user
        member.save(update_fields=["user"])
    else:
        user.password, user.must_change_password = hashed, False
        user.save(update_fields=["password", "must_change_password"])
    log.record(
        by=user,
        action="people.account_opened" if opened else "people.password_reset_by_slip",
        subject=member,
        summary=f"{'凭开通条开通账号' if opened else '凭开通条重设密码'}：{member}",
        town_code=member.branch.town.code,
        body={"slip": slip.pk, "user": user.pk},
    )
    return user


@transaction.atomic
def reset_password(*, user: User, by: User) -> str:
    """A one-time password for a user without a slip (staff). The user must change it; all sessions end."""
    password = spaced(new_code(12), 4)
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    log.record(by=by, action="people.password_reset", subject=user, summary=f"重设密码：{user}")
    return password


@transaction.atomic
def change_own_password(*, by: User, password: str) -> User:
    """The user's own new password; other sessions end."""
    by.set_password(password)
    by.must_change_password = False
    by.save(update_fields=["password", "must_change_password"])
    log.record(by=by, action="people.password_changed", subject=by, summary="修改自己的密码")
    return by


@transaction.atomic
def unmask(*, member: Member, field: str, reason: str, by: User) -> str:
    """The full number for one look. The reason is kept; the number is not."""
    labels = {"id_number": "身份证号", "mobile": "联系电话"}
    if field not in labels:
        raise ValidationError("只能查看身份证号或联系电话。", code="field")
    if len(reason.strip()) < 2:
        raise ValidationError("请写明为什么要看，例如“核对补录信息”。", code="reason")
    town: Town = member.branch.town
    log.record(
        by=by,
        action="people.unmask",
        subject=member,
        summary=f"查看{labels[field]}：{member}",
        town_code=town.code,
        body={"field": field, "reason": reason.strip()[:200]},
    )
    return str(getattr(member, field))
