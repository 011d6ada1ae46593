"""Letters to the county when something waits for its decision."""

from juxian.messages.actions import Letter, tell_many
from juxian.people.models import User
from juxian.people.rights import deciders


def tell_county(*, key: str, title: str, body: str, link: str, by: User) -> None:
    """One letter to everybody who decides for the county today, but not to the sender; the same `key` writes no second."""
    readers = deciders().exclude(pk=by.pk).order_by("pk")
    tell_many([Letter(to=reader, key=f"{key}:{reader.pk}", title=title, body=body, link=link) for reader in readers])
