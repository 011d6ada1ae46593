"""Telling somebody something inside the portal."""

from django.utils import timezone

from juxian.messages.models import InboxMessage
from juxian.people.models import Member, Town, User


def tell(*, to: Member | User | Town, key: str, title: str, body: str, link: str = "") -> InboxMessage:
    """Write one inbox message; the same `key` again returns the first one. Plans outbound copies where there are any."""
    field = {Member: "member", User: "user", Town: "town"}[type(to)]
    message, _ = InboxMessage.objects.get_or_create(
        key=key, defaults={field: to, "title": title, "body": body, "link": link, "created_at": timezone.now()}
    )
    return message
