"""Which broadcast a session watches together."""

from datetime import datetime, time

from django.db import models
from django.utils import timezone

from courses.models import Broadcast
from juxian.people.access import TownQuerySet
from trainings.models.classes import Session

NOON, EVENING = time(12), time(18)


class ViewingQuerySet(TownQuerySet):
    """Viewings in a town's classes."""

    town_path = "session__training_class__town"


class Viewing(models.Model):
    """集体收看: a session of a class, with its roster and roll, whose programme is a broadcast."""

    session = models.OneToOneField(Session, models.CASCADE, verbose_name="课次", related_name="viewing")
    broadcast = models.ForeignKey(Broadcast, models.PROTECT, verbose_name="节目", related_name="viewings")

    objects = ViewingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "集体收看"
        ordering = ["session"]

    def __str__(self) -> str:
        return f"{self.session}：{self.broadcast}"

    @property
    def is_moved(self) -> bool:
        """Whether the broadcast begins at another moment than the session now."""
        return self.session.start != self.broadcast.starts_at


def half_of(moment: datetime) -> tuple[datetime, Session.Half]:
    """The local moment of a broadcast and the half-day it lies in."""
    local = timezone.localtime(moment)
    if local.time() < NOON:
        return local, Session.Half.MORNING
    return local, Session.Half.AFTERNOON if local.time() < EVENING else Session.Half.EVENING
