"""One-time slips with which a member opens the own account. Nothing is hashed in bulk."""

from datetime import datetime

from django.db import models

from juxian.people.access import TownQuerySet
from juxian.people.models.members import Member
from juxian.people.models.users import User


class SlipQuerySet(TownQuerySet):
    """Slips of a town's members."""

    town_path = "member__branch__town"

    def open(self, now: datetime) -> "SlipQuerySet":
        """Slips that still open an account."""
        return self.filter(used_at=None, cancelled_at=None, expires_at__gt=now)


class ActivationSlip(models.Model):
    """A printed or read-out code: single use, 14 days, bound to one member. Only a keyed digest is stored."""

    member = models.ForeignKey(Member, models.CASCADE, verbose_name="党员", related_name="slips")
    code_digest = models.CharField("开通码摘要", max_length=64, unique=True)
    username = models.CharField("登录名", max_length=40)
    made_by = models.ForeignKey(User, models.PROTECT, verbose_name="经办人", related_name="+")
    made_at = models.DateTimeField("制作时间", auto_now_add=True)
    expires_at = models.DateTimeField("有效期至")
    used_at = models.DateTimeField("使用时间", null=True, blank=True)
    cancelled_at = models.DateTimeField("作废时间", null=True, blank=True)

    objects = SlipQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "开通条"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.member} 的开通条"

    def is_open(self, now: datetime) -> bool:
        """Twin of the queryset's `open`."""
        return self.used_at is None and self.cancelled_at is None and self.expires_at > now


class ActivationTry(models.Model):
    """A failed try to use a slip, kept to limit guessing. Holds a keyed digest of the address, not the address."""

    at = models.DateTimeField("时间", db_index=True)
    origin_digest = models.CharField("来源摘要", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "开通尝试"
        ordering = ["-id"]

    def __str__(self) -> str:
        return str(self.at)
