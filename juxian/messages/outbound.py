"""Delivering copies outside in two phases, so that a death in between is noticed.

1. `hand_over` (outside any transaction): planned → sending, committed; then the channel is called.
2. `finish` (in the transaction that ends the obligation): sending → sent.
A copy found in `sending` was in hand when a worker died; its `on_doubt` decides, staff see it as unknown.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from juxian.messages.channels import CHANNELS, NotSent
from juxian.messages.models import OutboundSend
from juxian.obligations.models import Obligation
from juxian.obligations.registry import Done, Kind, Outcome, Superseded

SEND = "inbox.send"
SUBJECT = "inbox.outboundsend"
State = OutboundSend.State


@dataclass(frozen=True)
class Receipt:
    """What came of handing over: the state the copy ends in."""

    state: State
    reference: str = ""
    is_sent: bool = True


def hand_over(obligation: Obligation) -> Receipt | None:
    """Send the copy unless it has ended; None if there is nothing to send."""
    send = OutboundSend.objects.filter(pk=obligation.subject_id).select_related("message__member").first()
    if send is None or send.state not in (State.PLANNED, State.SENDING):
        return None
    channel = CHANNELS[send.channel]
    if refusal := channel.refusal(send.message):
        return Receipt(State.FAILED, refusal, is_sent=False)
    in_doubt = send.state == State.SENDING
    if in_doubt and send.on_doubt == OutboundSend.OnDoubt.LEAVE:
        return Receipt(State.UNKNOWN, is_sent=False)
    if not in_doubt:
        _move(send, State.PLANNED, state=State.SENDING)
    try:
        reference = channel.send(send.message, send.provider_key)
    except NotSent:
        _move(send, State.SENDING, state=State.PLANNED)
        raise
    return Receipt(State.UNKNOWN if in_doubt else State.SENT, reference)


def finish(obligation: Obligation, now: datetime, receipt: Receipt | None) -> Outcome:
    """Write down what came of it."""
    if receipt is None:
        return Superseded("已经发过或不必再发")
    OutboundSend.objects.filter(pk=obligation.subject_id, state__in=(State.PLANNED, State.SENDING)).update(
        state=receipt.state, provider_ref=receipt.reference[:100], sent_at=now if receipt.is_sent else None
    )
    if receipt.state == State.FAILED:
        return Superseded(receipt.reference)
    return Done("" if receipt.state == State.SENT else State.UNKNOWN.label)


def _move(send: OutboundSend, old: State, **new: Any) -> None:
    if not OutboundSend.objects.filter(pk=send.pk, state=old).update(**new):
        raise RuntimeError("another worker moved this copy")


KIND = Kind(
    code=SEND,
    label="发送消息副本",
    prepare=hand_over,
    perform=finish,
    lease_seconds=90,
    max_attempts=8,
)
