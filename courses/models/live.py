"""Live lectures of others: series with a programme, and channels. The portal keeps links, never a picture or a sound."""

from datetime import datetime
from decimal import Decimal
from urllib.parse import urlsplit

from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models
from django.db.models import Q

HTTPS = "链接要以 https:// 开头。请从浏览器地址栏整条复制。"
SHOWN_FOR = 4  # hours after the start a broadcast still counts as coming


class LinkField(models.CharField):
    """An address of another site: https only, never fetched or shown inside a page."""

    def __init__(self, *args: object, **options: object) -> None:
        options.setdefault("max_length", 300)
        options.setdefault("validators", [URLValidator(schemes=["https"], message=HTTPS)])
        super().__init__(*args, **options)  # type: ignore[arg-type]  # handed on as they are


class Linked:
    """A row with a link to another site."""

    link: str

    @property
    def host(self) -> str:
        """Which site the link leads to, for people to read before they go."""
        return urlsplit(self.link).hostname or ""


class Series(models.Model):
    """直播专栏, such as 莒南先锋e讲堂."""

    name = models.CharField("名称", max_length=40, unique=True, error_messages={"unique": "已有同名的专栏，请换一个。"})
    organiser = models.CharField("主办", max_length=60, blank=True)
    summary = models.CharField("简介", max_length=200, blank=True)
    order = models.PositiveSmallIntegerField("顺序", default=0)
    is_active = models.BooleanField("在办", default=True, help_text="停办的专栏不再显示，以往的节目单还在。")

    class Meta:
        verbose_name = verbose_name_plural = "直播专栏"
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name


class BroadcastQuerySet(models.QuerySet["Broadcast"]):
    """Broadcasts by moment. The programme is shared by everybody who is signed in."""

    def listed(self) -> "BroadcastQuerySet":
        """Those of series that go on."""
        return self.filter(series__is_active=True).select_related("series")

    def from_moment(self, moment: datetime) -> "BroadcastQuerySet":
        return self.filter(starts_at__gte=moment)


class Broadcast(Linked, models.Model):
    """One programme of a series: when, what, where on the net."""

    series = models.ForeignKey(Series, models.PROTECT, verbose_name="专栏", related_name="broadcasts")
    title = models.CharField("节目", max_length=80)
    starts_at = models.DateTimeField("开播时间")
    link = LinkField("链接")
    source = models.CharField("来源", max_length=60, help_text="哪里播出，如某某平台、某某频道。")
    speaker = models.CharField("主讲", max_length=60, blank=True)
    hours = models.DecimalField(
        "集体收看计几学时",
        max_digits=4,
        decimal_places=2,
        default=Decimal(2),
        validators=[MinValueValidator(Decimal("0.25")), MaxValueValidator(Decimal(8))],
        help_text="镇街组织集体收看时带入课程表，可以改。个人自己看不记学时。",
    )
    cancelled = models.BooleanField("停播", default=False)

    objects = BroadcastQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "直播节目"
        ordering = ["starts_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "starts_at"],
                name="courses_broadcast_one_at_a_time",
                violation_error_message="这个专栏在这个时间已有一个节目。",
            ),
            models.CheckConstraint(
                condition=Q(link__startswith="https://"),
                name="courses_broadcast_https",
                violation_error_message=HTTPS,
            ),
            models.CheckConstraint(
                condition=Q(hours__gt=0, hours__lte=8),
                name="courses_broadcast_hours",
                violation_error_message="学时应大于 0，半天不超过 8。",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Channel(Linked, models.Model):
    """外部频道: a link worth keeping. The portal promises nothing about what is behind it."""

    name = models.CharField("名称", max_length=40, unique=True, error_messages={"unique": "已有同名的频道，请换一个。"})
    link = LinkField("链接")
    owner = models.CharField("谁办的", max_length=60, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    order = models.PositiveSmallIntegerField("顺序", default=0)
    is_active = models.BooleanField("显示", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "外部频道"
        ordering = ["order", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(link__startswith="https://"),
                name="courses_channel_https",
                violation_error_message=HTTPS,
            ),
        ]

    def __str__(self) -> str:
        return self.name
