"""Ways out of the portal: e-mail, SMS and the console of the server. A channel knows addresses and hands over."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils import timezone

from juxian.messages.gateways import InDoubt, NotSent, Refused, gateway
from juxian.messages.models import InboxMessage
from juxian.people.models import Grant, Member, Town, User

logger = logging.getLogger(__name__)
HARMLESS_BACKENDS = {
    f"django.core.mail.backends.{name}.EmailBackend" for name in ("filebased", "locmem", "console", "dummy")
}
DEMO = "演示数据库不往外发"
SIGN = "【莒南党员教育】"
LONGEST_TEXT = 300
Recipient = Member | User | Town


@dataclass(frozen=True)
class Channel:
    """`reachable` picks those of many recipients who have an address; `send` hands over and returns a reference.

    `send` raises NotSent, Refused or InDoubt. `refusal` says in a sentence why this message cannot go out, or is empty.
    `disturbs`: hours, caps and rates are kept. `knows_keys()`: the same key again is no second message.
    """

    code: str
    label: str
    reachable: Callable[[Sequence[Recipient]], list[Recipient]]
    send: Callable[[InboxMessage, UUID], str]
    refusal: Callable[[InboxMessage], str] = lambda message: ""
    disturbs: bool = True
    knows_keys: Callable[[], bool] = lambda: False


def in_use() -> list[Channel]:
    """The channels this portal is set to use."""
    return [CHANNELS[code] for code in settings.OUTBOUND_CHANNELS]


def _everybody(recipients: Sequence[Recipient]) -> list[Recipient]:
    return list(recipients)


def _log(message: InboxMessage, key: UUID) -> str:
    logger.info("message %s goes out, key %s", message.pk, key)  # neither name nor text
    return ""


def _with_mail(recipients: Sequence[Recipient]) -> list[Recipient]:
    """One query for each sort of recipient that is there."""
    members = {r.user_id for r in recipients if isinstance(r, Member) and r.user_id}
    users = members | {r.pk for r in recipients if isinstance(r, User)}
    reached = set(_mail_users().filter(pk__in=users).values_list("pk", flat=True)) if users else set()
    towns = {r.pk for r in recipients if isinstance(r, Town)}
    desks = set(_desk_grants().filter(town__in=towns).values_list("town_id", flat=True)) if towns else set()
    return [r for r in recipients if (r.pk in desks if isinstance(r, Town) else _user_id(r) in reached)]


def _user_id(recipient: Member | User) -> int | None:
    return recipient.user_id if isinstance(recipient, Member) else recipient.pk


def _mail_users() -> Any:
    return User.objects.filter(is_active=True).exclude(email="")


def _desk_grants() -> Any:
    clerks = Grant.objects.in_force(timezone.localdate()).filter(kind=Grant.Kind.CLERK, user__is_active=True)
    return clerks.exclude(user__email="")


def addresses(message: InboxMessage) -> list[str]:
    """The e-mail addresses of a message's recipient today."""
    if message.town_id:
        return sorted(set(_desk_grants().filter(town=message.town_id).values_list("user__email", flat=True)))
    user_id = message.user_id or (message.member.user_id if message.member else None)
    return list(_mail_users().filter(pk=user_id).values_list("email", flat=True))


def _mail(message: InboxMessage, key: UUID) -> str:
    link = "\n\n请登录莒南党员培训系统办理。" if message.link else ""
    connection = get_connection()
    mail = EmailMessage(
        subject=" ".join(message.title.split()),
        body=f"{message.body}{link}\n",
        bcc=addresses(message),
        headers={"Message-ID": f"<{key}@junan>"},
        connection=connection,
    )
    try:
        connection.open()
    except (OSError, SMTPException) as error:
        raise NotSent(type(error).__name__) from error
    try:
        mail.send()
    except SMTPRecipientsRefused as error:
        raise Refused("邮件服务器不收这个地址") from error
    except SMTPResponseException as error:
        raise NotSent(type(error).__name__) from error
    except (OSError, SMTPException) as error:
        raise InDoubt(type(error).__name__) from error
    finally:
        connection.close()
    return ""


def _no_mail(message: InboxMessage) -> str:
    """Without an address; and a demo database writes mails into files only."""
    if not addresses(message):
        return "没有可用的邮箱地址"
    if settings.EMAIL_BACKEND not in HARMLESS_BACKENDS and Member.objects.filter(is_demo=True).exists():
        return DEMO
    return ""


def _with_mobile(recipients: Sequence[Recipient]) -> list[Recipient]:
    """Members who gave a number; nothing is decrypted here."""
    members = [r.pk for r in recipients if isinstance(r, Member)]
    reached = set(_mobile_members().filter(pk__in=members).values_list("pk", flat=True)) if members else set()
    return [r for r in recipients if isinstance(r, Member) and r.pk in reached]


def _mobile_members() -> Any:
    """Those who belong here today, whose account (if there is one) is open."""
    here = Member.objects.filter(status=Member.Status.NORMAL, left_on=None, mobile_index__isnull=False)
    return here.exclude(user__is_active=False)


def _sms(message: InboxMessage, key: UUID) -> str:
    """The number is decrypted for this call and kept nowhere."""
    number = _mobile_members().values_list("mobile", flat=True).get(pk=message.member_id)
    text = " ".join(f"{SIGN}{message.title}。{message.body}".split())
    return gateway().send(number, text[:LONGEST_TEXT], key)


def _no_sms(message: InboxMessage) -> str:
    """Gone or suspended, or without a number; and a demo database writes files only."""
    if not _mobile_members().filter(pk=message.member_id).exists():
        return "没有可用的手机号，或已不在册"
    if gateway().is_real and Member.objects.filter(is_demo=True).exists():
        return DEMO
    return ""


CHANNELS = {
    "console": Channel("console", "控制台", _everybody, _log, disturbs=False),
    "email": Channel("email", "电子邮件", _with_mail, _mail, _no_mail),
    "sms": Channel("sms", "短信", _with_mobile, _sms, _no_sms, knows_keys=lambda: gateway().knows_keys),
}
