"""The secret in a calendar link: the number of its row, signed by the server's key; closing the row ends the link."""

from django.core.signing import BadSignature, Signer

from lecturers.models import CalendarFeed

_signer = Signer(salt="lecturers.calendar", sep=".")


def token_of(feed: CalendarFeed) -> str:
    """What stands in the link."""
    return _signer.sign(str(feed.pk))


def feed_of(token: str) -> CalendarFeed | None:
    """The open feed a link leads to; None for a wrong or an ended one."""
    try:
        number = _signer.unsign(token)
    except BadSignature:
        return None
    return CalendarFeed.objects.filter(pk=int(number), closed_at=None).select_related("lecturer").first()
