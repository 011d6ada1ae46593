"""Posts as they are read: who holds them, since when they are vacant, and for how long is too long."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from centres.models import Post, PostHolding
from juxian.rules import lookup


@dataclass(frozen=True)
class Seat:
    """One post on a day, with its history, latest first."""

    post: Post
    on: date
    allowed_days: int
    history: list[PostHolding]

    @property
    def holding(self) -> PostHolding | None:
        """Who is in it."""
        return next((one for one in self.history if one.is_current(self.on)), None)

    @property
    def former(self) -> list[PostHolding]:
        """Who was in it."""
        return [one for one in self.history if not one.is_current(self.on)]

    @property
    def vacant_since(self) -> date | None:
        """The first day without anybody; None while it is held."""
        if self.holding:
            return None
        return max((one.ends_on for one in self.history if one.ends_on), default=self.post.opened_on)

    @property
    def vacant_days(self) -> int:
        """Days without anybody, up to today; 0 while it is held."""
        return max(0, (self.on - self.vacant_since).days) if self.vacant_since else 0

    @property
    def is_long(self) -> bool:
        """Whether it is vacant longer than the county's setting allows."""
        return self.vacant_days > self.allowed_days


def seats(posts: Iterable[Post], on: date) -> list[Seat]:
    """The posts with their holders. Two queries beside the posts' own."""
    rows = list(posts)
    held: dict[int, list[PostHolding]] = defaultdict(list)
    if rows:
        holdings = PostHolding.objects.filter(post__in=[post.pk for post in rows], starts_on__lte=on)
        for holding in holdings.order_by("-starts_on", "-pk"):
            held[holding.post_id].append(holding)
    allowed = int(lookup.value("posts.vacancy_days", on))
    return [Seat(post, on, allowed, held[post.pk]) for post in rows]
