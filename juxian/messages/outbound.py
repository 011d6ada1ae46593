"""Delivering copies outside in two phases, so that a death in between is noticed.

1. `hand_over` (outside any transaction): planned → sending, committed; then the channel is called.
2. `finish` (in the transaction that ends the obligation): sending → sent.
A copy found in `sending` was in hand when a worker died, or its provider did not answer. A channel that knows its keys
is asked again with the same one; else the copy's `on_doubt` decides, and staff see it as unknown.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from juxian.messages import breaker, limits
from juxian.messages.channels import CHANNELS, Channel
from juxian.messages.gateways import InDoubt, NotSent, Refused
from juxian.messages.models import OutboundSend
from juxian.obligations.models import Obligation
from juxian.obligations.registry import Done, Kind, Later, Outcome, Superseded

SEND = "inbox.send"
SUBJECT = "inbox.outboundsend"
GIVEN_UP_AFTER = timedelta(days=3)
State = OutboundSend.State


@dataclass(frozen=True)
class Receipt:
    """What came of handing over: the state the copy ends in."""

    state: State
    reference: str = ""
    is_sent: bool = True


def kind_of(channel: str) -> str:
    """The obligation kind of a channel's copies."""
    return f"{SEND}.{channel}"


def is_open(code: str) -> bool:
    """Whether copies may go out this way at this moment."""
    now = timezone.now()
    if breaker.is_closed_until(code, now):
        return False
    return not CHANNELS[code].disturbs or not (limits.end_of_quiet(now) or limits.is_full(now))


def hand_over(obligation: Obligation) -> Receipt | Later | None:
    """Send the copy unless it has ended or must wait; None if there is nothing to send."""
    send = OutboundSend.objects.filter(pk=obligation.subject_id).select_related("message").first()
    if send is None or send.state not in (State.PLANNED, State.SENDING):
        return None
    now, channel = timezone.now(), CHANNELS[send.channel]
    if send.state == State.SENDING:
        return _resolve(send, channel, now)
    if reason := _moot(send, now):
        return Receipt(State.DROPPED, reason, is_sent=False)
    if refusal := channel.refusal(send.message):
        return Receipt(State.FAILED, refusal, is_sent=False)
    if now > send.planned_at + GIVEN_UP_AFTER:
        return Receipt(State.FAILED, "三天没能发出", is_sent=False)
    return _begin(send, channel, now) or _call(send, channel, now)


def _moot(send: OutboundSend, now: datetime) -> str:
    if send.message.is_read:
        return "已在站内读过"
    return "已过时" if send.expires_at and now >= send.expires_at else ""


def _begin(send: OutboundSend, channel: Channel, now: datetime) -> Later | None:
    """Planned → sending, unless the copy must wait."""
    with transaction.atomic():
        if channel.disturbs and (tomorrow := limits.end_of_cap(send.message, now)):
            return Later(tomorrow, "今天已发够")
        if not breaker.may_call(channel.code, now):
            return Later(now + breaker.FIRST_WAIT, "渠道暂停")
        _move(send, State.PLANNED, state=State.SENDING, tried_at=now)
    return None


def _resolve(send: OutboundSend, channel: Channel, now: datetime) -> Receipt | Later:
    """Finish a copy that was in hand when a worker died or a provider fell silent."""
    may_repeat = send.on_doubt == OutboundSend.OnDoubt.AGAIN and not send.is_maybe_twice
    if not channel.knows_keys() and not may_repeat:
        return Receipt(State.UNKNOWN, is_sent=False)
    if not breaker.may_call(channel.code, now):
        return Later(now + breaker.FIRST_WAIT, "渠道暂停")
    if channel.knows_keys():
        return _call(send, channel, now)
    _move(send, State.SENDING, is_maybe_twice=True, tried_at=now)
    return _call(send, channel, now, ends=State.UNKNOWN)


def _call(send: OutboundSend, channel: Channel, now: datetime, ends: State = State.SENT) -> Receipt | Later:
    try:
        reference = channel.send(send.message, send.provider_key)
    except Refused as error:
        breaker.worked(channel.code)
        return Receipt(State.FAILED, str(error), is_sent=False)
    except NotSent as error:
        undone = {"state": State.PLANNED, "tried_at": None} if ends == State.SENT else {"is_maybe_twice": False}
        _move(send, State.SENDING, **undone)
        return Later(breaker.failed(channel.code, now, str(error)), str(error))
    except InDoubt as error:
        return Later(breaker.failed(channel.code, now, str(error)), str(error))
    breaker.worked(channel.code)
    return Receipt(ends, reference)


def finish(obligation: Obligation, now: datetime, receipt: Receipt | Later | None) -> Outcome:
    """Write down what came of it."""
    if receipt is None:
        return Superseded("已经发过或不必再发")
    if isinstance(receipt, Later):
        return receipt
    OutboundSend.objects.filter(pk=obligation.subject_id, state__in=(State.PLANNED, State.SENDING)).update(
        state=receipt.state, provider_ref=receipt.reference[:100], sent_at=now if receipt.is_sent else None
    )
    if receipt.state in (State.FAILED, State.DROPPED):
        return Superseded(receipt.reference)
    return Done("" if receipt.state == State.SENT else State.UNKNOWN.label)


def _move(send: OutboundSend, old: State, **new: Any) -> None:
    if not OutboundSend.objects.filter(pk=send.pk, state=old).update(**new):
        raise RuntimeError("another worker moved this copy")


def _kind(code: str, label: str, **more: Any) -> Kind:
    return Kind(code, label, prepare=hand_over, perform=finish, turn=1, lease_seconds=90, max_attempts=8, **more)


KINDS = [
    _kind(SEND, "发送消息副本"),  # rows planned before each channel had its own kind
    *[_kind(kind_of(c.code), f"外发：{c.label}", gate=partial(is_open, c.code)) for c in CHANNELS.values()],
]
