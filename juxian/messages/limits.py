"""When copies may go out: not at night, not too many to one person a day, not too many a minute in the whole county."""

from datetime import datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone

from juxian.messages.models import InboxMessage, OutboundSend
from juxian.people.models import Member, User
from juxian.rules.lookup import value

State = OutboundSend.State
MINUTE = timedelta(minutes=1)


def end_of_quiet(now: datetime) -> datetime | None:
    """When the quiet hours end that `now` lies in; None by day."""
    local = timezone.localtime(now)
    begins = value("outbound.quiet_from", local.date())
    ends = value("outbound.quiet_until", local.date())
    is_quiet = begins <= local.hour < ends if begins < ends else local.hour >= begins or local.hour < ends
    if begins == ends or not is_quiet:
        return None
    morning = local.date() + timedelta(days=1 if local.hour >= ends else 0)
    return timezone.make_aware(datetime.combine(morning, time(ends)))


def is_full(now: datetime) -> bool:
    """Whether as many copies went out in the last minute as may."""
    recent = OutboundSend.objects.filter(tried_at__gt=now - MINUTE)
    return recent.count() >= int(value("outbound.per_minute", timezone.localdate(now)))


def end_of_cap(message: InboxMessage, now: datetime) -> datetime | None:
    """The next morning if this person had enough messages today; None if not. Holds the person's row until commit."""
    person = _lock_person(message)
    if person is None:
        return None
    today = timezone.localdate(now)
    midnight = timezone.make_aware(datetime.combine(today, time()))
    sent = OutboundSend.objects.filter(
        person, tried_at__gte=midnight, state__in=(State.SENDING, State.SENT, State.UNKNOWN)
    )
    if sent.exclude(message=message).values("message").distinct().count() < value("outbound.daily_cap", today):
        return None
    tomorrow = today + timedelta(days=1)
    return timezone.make_aware(datetime.combine(tomorrow, time(value("outbound.quiet_until", tomorrow))))


def _lock_person(message: InboxMessage) -> Q | None:
    """A desk is no person: nobody sleeps there."""
    if message.member_id:
        Member.objects.select_for_update(of=("self",)).only("pk").get(pk=message.member_id)
        return Q(message__member=message.member_id)
    if message.user_id:
        User.objects.select_for_update(of=("self",)).only("pk").get(pk=message.user_id)
        return Q(message__user=message.user_id)
    return None
