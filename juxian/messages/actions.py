"""Telling somebody something inside the portal, with copies outside for those who have an address."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from django.db import transaction
from django.utils import timezone

from juxian.audit import log
from juxian.messages import channels
from juxian.messages.channels import CHANNELS, Recipient
from juxian.messages.models import InboxMessage, InboxMessageQuerySet, OutboundSend
from juxian.messages.outbound import SUBJECT, kind_of
from juxian.obligations.models import Obligation
from juxian.obligations.owe import owe, owe_many
from juxian.obligations.registry import Draft
from juxian.people.models import Member, Town, User

FIELD = {Member: "member_id", User: "user_id", Town: "town_id"}


@dataclass(frozen=True)
class Letter:
    """One message to one recipient; `link` is a path inside the portal.

    `on_doubt`: whether a copy of which nobody knows if it went out is sent again (a notice) or left (a reminder).
    `until`: later no copy goes out any more.
    """

    to: Recipient
    key: str
    title: str
    body: str
    link: str = ""
    on_doubt: OutboundSend.OnDoubt = OutboundSend.OnDoubt.AGAIN
    until: datetime | None = None

    def __post_init__(self) -> None:
        if self.link and (not self.link.startswith("/") or self.link.startswith("//")):
            raise ValueError(f"the link of a message must be a path of this portal: {self.link}")


def tell(*, to: Recipient, key: str, title: str, body: str, link: str = "") -> InboxMessage:
    """Write one inbox message; the same `key` again returns the first one. Plans outbound copies where there are any."""
    tell_many([Letter(to, key, title, body, link)])
    return InboxMessage.objects.get(key=key)


@transaction.atomic(savepoint=False)  # told in thousands from inside a sweep's transaction
def tell_many(letters: Sequence[Letter]) -> None:
    """Write many messages in few queries; those whose key exists stay as they are. Plans the copies."""
    now = timezone.now()
    InboxMessage.objects.bulk_create(
        [
            InboxMessage(
                **{FIELD[type(letter.to)]: letter.to.pk},
                key=letter.key,
                title=letter.title[:100],
                body=letter.body,
                link=letter.link,
                created_at=now,
            )
            for letter in letters
        ],
        ignore_conflicts=True,
    )
    for channel in channels.in_use():
        _plan_copies(channel, letters)


def _plan_copies(channel: channels.Channel, letters: Sequence[Letter]) -> None:
    """One copy for each reachable recipient; planned again it stays the one it was."""
    reached = {(type(to), to.pk) for to in channel.reachable([letter.to for letter in letters])}
    wanted = {letter.key: letter for letter in letters if (type(letter.to), letter.to.pk) in reached}
    if not wanted:
        return
    messages = dict(InboxMessage.objects.filter(key__in=wanted).values_list("pk", "key"))
    OutboundSend.objects.bulk_create(
        [
            OutboundSend(
                message_id=pk,
                channel=channel.code,
                provider_key=uuid5(NAMESPACE_URL, f"{key}/{channel.code}"),
                on_doubt=wanted[key].on_doubt,
                expires_at=wanted[key].until,
            )
            for pk, key in messages.items()
        ],
        ignore_conflicts=True,
    )
    sends = OutboundSend.objects.filter(message__in=messages, channel=channel.code, state=OutboundSend.State.PLANNED)
    now = timezone.now()
    owe_many([Draft(kind_of(channel.code), SUBJECT, pk, now) for pk in sends.values_list("pk", flat=True)])


@transaction.atomic
def send_again(*, send: OutboundSend, by: User) -> OutboundSend:
    """Plan a copy once more that failed or of which nobody knows; any other stays as it is."""
    was, key_is_known = send.state, CHANNELS[send.channel].knows_keys()
    ended = OutboundSend.objects.filter(pk=send.pk, state__in=(OutboundSend.State.FAILED, OutboundSend.State.UNKNOWN))
    twice = {"is_maybe_twice": True} if was == OutboundSend.State.UNKNOWN and not key_is_known else {}
    if ended.update(state=OutboundSend.State.PLANNED, planned_at=timezone.now(), provider_ref="", **twice):
        kind = kind_of(send.channel)
        stage = Obligation.objects.filter(kind=kind, subject_kind=SUBJECT, subject_id=send.pk).count()
        owe(Draft(kind, SUBJECT, send.pk, timezone.now(), stage))
        log.record(
            by=by,
            action="inbox.send_again",
            subject=send,
            summary=f"再发一次：{CHANNELS[send.channel].label}，消息 {send.message_id}",
            body={"was": was},
        )
    send.refresh_from_db()
    return send


def read(*, message: InboxMessage, by: User) -> InboxMessage:
    """Mark a message as read by the one it is for; a second time changes nothing. Others' messages stay unread."""
    InboxMessage.objects.addressed_to(by).filter(pk=message.pk, read_at=None).update(read_at=timezone.now())
    message.refresh_from_db(fields=["read_at"])
    return message


def read_all(*, messages: InboxMessageQuerySet, by: User) -> int:
    """Mark those of `messages` that are addressed to `by` as read; return how many were unread."""
    return int(messages.addressed_to(by).unread().update(read_at=timezone.now()))
