"""Sign-in by user name or by the member's own mobile number."""

import hmac
from datetime import timedelta
from hashlib import sha256
from typing import Any

from axes.helpers import get_client_ip_address
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.backends import BaseBackend
from django.db.models import Sum
from django.http import HttpRequest
from django.utils import timezone

from juxian.people.models import Member, User

FAILURES_PER_ADDRESS = 100
WINDOW = timedelta(minutes=15)
# Asked at every request; put together by the query builder it costs six times as much.
USER_OF_SESSION = """
    SELECT people_user.*, EXISTS (SELECT 1 FROM people_grant WHERE user_id = people_user.id) AS ever_granted
    FROM people_user WHERE id = %s AND is_active
"""


class PortalBackend(BaseBackend):
    """Finds the user by login name, else by a mobile number that exactly one opened account has."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        if not username or not password:
            return None
        user = self._find(username.strip())
        if user is None:
            User().set_password(password)  # same work for unknown names
            return None
        return user if user.check_password(password) and user.is_active else None

    def _find(self, username: str) -> User | None:
        user = User.objects.filter(username=username).first()
        if user:
            return user
        users = [m.user for m in Member.objects.with_mobile(username).exclude(user=None).select_related("user")[:2]]
        return users[0] if len(users) == 1 else None

    def get_user(self, user_id: int) -> User | None:
        """The user of a session, for every request; most never held a grant, which saves reading grants."""
        user = next(iter(User.objects.raw(USER_OF_SESSION, [user_id])), None)
        if user is not None and not user.ever_granted:  # type: ignore[attr-defined]  # named in the statement
            user._all_grants = []
        return user


def too_many_from(request: HttpRequest) -> bool:
    """Whether this address failed so often, under whatever names, that somebody seems to be trying them all.

    Axes locks one name at one address; this stops one password tried on every name. A whole village hall behind one
    address stays far below the limit.
    """
    since = timezone.now() - WINDOW
    tried = AccessAttempt.objects.filter(ip_address=get_client_ip_address(request), attempt_time__gt=since)
    return (tried.aggregate(total=Sum("failures_since_start"))["total"] or 0) >= FAILURES_PER_ADDRESS


def axes_username(request: HttpRequest | None, credentials: dict[str, Any] | None) -> str:
    """A keyed digest of what was typed, so that no personal number lands in the lockout tables."""
    typed = (credentials or {}).get("username") or (request.POST.get("username", "") if request else "")
    return hmac.new(settings.SECRET_KEY.encode(), str(typed).strip().encode(), sha256).hexdigest()
