"""Letters to the county when something waits for its decision."""

from django.utils import timezone

from juxian.messages.actions import Letter, tell_many
from juxian.people.models import Grant, User


def tell_county(*, key: str, title: str, body: str, link: str, by: User) -> None:
    """One letter to everybody who decides for the county today, but not to the sender; the same `key` writes no second."""
    holders = Grant.objects.in_force(timezone.localdate()).filter(kind=Grant.Kind.COUNTY)
    readers = User.objects.filter(pk__in=holders.values("user"), is_active=True).exclude(pk=by.pk).order_by("pk")
    tell_many([Letter(to=reader, key=f"{key}:{reader.pk}", title=title, body=body, link=link) for reader in readers])
