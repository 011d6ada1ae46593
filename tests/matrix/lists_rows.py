"""A programme all towns share, and the session of a town that watches it."""

from typing import Any

from django.utils import timezone

from courses.models import Broadcast, Channel, Series
from trainings.models import Viewing

LINK = "https://example.com/live"


def add_lists(data: Any) -> None:
    """The shared programme, once; the town's session shows it."""
    series, _ = Series.objects.get_or_create(name="莒南先锋e讲堂")
    Channel.objects.get_or_create(name="示例频道", defaults={"link": LINK})
    given = {"starts_at": timezone.now(), "link": LINK, "source": "示例平台"}
    broadcast, _ = Broadcast.objects.get_or_create(series=series, title="示例节目", defaults=given)
    data.add("viewing", Viewing, session=data.session, broadcast=broadcast)
