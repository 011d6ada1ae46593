"""The circuit breaker of each channel: a provider that is down is left alone, then tried with one message."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from juxian.messages.models import ChannelHealth

AFTER = 3  # failures in a row
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
PROBE = timedelta(seconds=90)  # as long as a worker may keep the one message that tries


def is_closed_until(channel: str, now: datetime) -> datetime | None:
    """Until when nothing goes out this way; None if something may be tried."""
    found = ChannelHealth.objects.filter(channel=channel, paused_until__gt=now).first()
    return found.paused_until if found else None


def may_call(channel: str, now: datetime) -> bool:
    """Take the permission for one call: always while all is well; after a pause only one asker gets it."""
    ill = ChannelHealth.objects.filter(channel=channel, failures__gte=AFTER)
    if not ill.exists():
        return True
    free = ill.filter(Q(paused_until=None) | Q(paused_until__lte=now))
    return free.update(paused_until=now + PROBE) == 1


@transaction.atomic
def failed(channel: str, now: datetime, error: str) -> datetime:
    """Count a failure; return when it makes sense to try again, an hour ahead at most."""
    ChannelHealth.objects.get_or_create(channel=channel)
    row = ChannelHealth.objects.select_for_update(of=("self",)).get(channel=channel)
    row.failures += 1
    wait: timedelta = min(FIRST_WAIT * 2 ** min(row.failures - 1, 10), LONGEST_WAIT)
    row.paused_until = now + wait if row.failures >= AFTER else None
    row.last_error, row.failed_at = error[:300], now
    row.save(update_fields=["failures", "paused_until", "last_error", "failed_at"])
    return now + wait


def worked(channel: str) -> None:
    """The provider answered: all is well."""
    ChannelHealth.objects.filter(channel=channel, failures__gt=0).update(failures=0, paused_until=None)
