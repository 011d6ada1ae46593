"""Wrong tries make a name at an address wait: longer with each, never for ever, and nobody anywhere else.

Five tries are free within a day. The fifth costs fifteen minutes, each further one twice as long, up to four hours; a day
without a wrong try, or a right one, forgets them. The owner at another address is not held up by somebody's guessing.
"""

from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from django.conf import settings
from django.db.models import Max, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

FIRST = timedelta(minutes=15)
LONGEST = timedelta(hours=4)


def wait_after(failures: int) -> timedelta:
    """How long nobody is let in after so many wrong tries."""
    beyond = failures - settings.AXES_FAILURE_LIMIT
    return timedelta() if beyond < 0 else min(FIRST * 2 ** min(beyond, 9), LONGEST)


class GrowingLock(AxesDatabaseHandler):
    """Axes counts and keeps the tries; how long they lock is ours."""

    def locked_until(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> datetime | None:
        """The end of the lock on this name at this address; None if there was no wrong try."""
        (tries,) = self.get_user_attempts(request, credentials)
        found = tries.aggregate(failures=Sum("failures_since_start"), last=Max("attempt_time"))
        last: datetime | None = found["last"]
        return last and last + wait_after(found["failures"])

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        until = self.locked_until(request, credentials)
        return until is not None and timezone.now() < until


def locked_page(
    request: HttpRequest, response: HttpResponse | None = None, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """The page that says how long to wait; `response` is what would have been answered."""
    until = GrowingLock().locked_until(request, credentials) if hasattr(request, "axes_attempt_time") else None
    left = max(until - timezone.now(), timedelta(minutes=1)) if until else FIRST
    return render(request, "people/locked.html", {"minutes": -(-int(left.total_seconds()) // 60)}, status=429)


def client_address(request: HttpRequest) -> str:
    """Where a request comes from, an IPv6 network as one: what the outermost of our own PROXIES saw.

    What stands left of it in X-Forwarded-For anybody can make up; without own servers in front the header is not read.
    """
    seen = request.headers.get("X-Forwarded-For", "").split(",")
    own = settings.PROXIES
    told = seen[-own].strip() if own and len(seen) >= own else ""
    for text in (told, str(request.META.get("REMOTE_ADDR", ""))):
        try:
            address = ip_address(text)
        except ValueError:
            continue
        return str(IPv6Address(int(address) >> 64 << 64)) if isinstance(address, IPv6Address) else text
    return ""
