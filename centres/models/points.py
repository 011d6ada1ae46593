"""Where a class goes from its centre: teaching points, and reception sites with a screen."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from centres import limits
from centres.models.places import Centre, PlaceQuerySet
from centres.models.themes import BrandTheme


class TeachingPoint(models.Model):
    """现场教学点: one centre, N points. One that is not ready is in no timetable."""

    centre = models.ForeignKey(Centre, models.CASCADE, verbose_name="培训中心", related_name="points")
    name = models.CharField("名称", max_length=60)
    theme = models.ForeignKey(
        BrandTheme, models.PROTECT, verbose_name="类别", null=True, blank=True, related_name="points"
    )
    capacity = models.PositiveIntegerField("容纳人数", default=50, validators=limits.SEATS)
    address = models.CharField("地址", max_length=100, blank=True)
    route = models.CharField("路线", max_length=200, blank=True)
    guide = models.CharField("讲解人", max_length=40, blank=True)
    opens_in = models.PositiveSmallIntegerField("开放月份自", null=True, blank=True, validators=limits.MONTH)
    closes_in = models.PositiveSmallIntegerField("开放月份至", null=True, blank=True, validators=limits.MONTH)
    safety_note = models.CharField("安全提示", max_length=300, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)
    is_ready = models.BooleanField("可以使用", default=True)
    unready_reason = models.CharField("不能使用的原因", max_length=100, blank=True)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "现场教学点"
        ordering = ["centre__town__code", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "name"],
                name="centres_teachingpoint_name",
                violation_error_message="本中心已有同名教学点。",
            ),
            models.CheckConstraint(
                condition=Q(is_ready=True) | ~Q(unready_reason=""),
                name="centres_teachingpoint_unready_has_reason",
                violation_error_message="不能使用的教学点要写明原因。",
            ),
            models.CheckConstraint(
                condition=Q(opens_in=None, closes_in=None)
                | Q(
                    opens_in__isnull=False,
                    closes_in__isnull=False,
                    opens_in__range=(1, 12),
                    closes_in__range=(1, 12),
                ),
                name="centres_teachingpoint_season",
                violation_error_message="开放月份两头都要填 1 到 12，全年开放就都不填。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def season(self) -> str:
        """4 月至 10 月, or 全年."""
        return f"{self.opens_in} 月至 {self.closes_in} 月" if self.opens_in and self.closes_in else "全年"

    def is_open(self, on: date) -> bool:
        """Whether the month of `on` is in the season; a season may go across New Year."""
        if not self.opens_in or not self.closes_in:
            return True
        if self.opens_in <= self.closes_in:
            return self.opens_in <= on.month <= self.closes_in
        return on.month >= self.opens_in or on.month <= self.closes_in

    @property
    def refusal(self) -> str:
        """Why no class may go there, in a clerk's words; empty where it may."""
        if self.is_ready:
            return ""
        return f"现场教学点“{self.name}”暂停使用（{self.unready_reason}），请换个地点。"


class ReceptionSite(models.Model):
    """A place with a screen in a village or the town: 灯塔e站, television, outdoor screen."""

    class Kind(models.TextChoices):
        BEACON = "beacon", "灯塔e站"
        TELEVISION = "television", "电视"
        OUTDOOR = "outdoor", "村级户外大屏"

    centre = models.ForeignKey(Centre, models.CASCADE, verbose_name="培训中心", related_name="sites")
    name = models.CharField("名称", max_length=60)
    village = models.CharField("村居", max_length=40)
    kind = models.CharField("种类", max_length=12, choices=Kind, default=Kind.BEACON)
    capacity = models.PositiveIntegerField("可供收看人数", default=30, validators=limits.SEATS)
    working_since = models.DateField("启用日期", validators=[limits.known_day])
    checked_on = models.DateField("最近检查日期", null=True, blank=True, validators=[limits.past_day])
    is_working = models.BooleanField("正常使用", default=True)
    note = models.CharField("说明", max_length=200, blank=True)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "接收站点"
        ordering = ["centre__town__code", "village", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "name"],
                name="centres_receptionsite_name",
                violation_error_message="本镇街已有同名接收站点。",
            ),
            models.CheckConstraint(
                condition=Q(checked_on=None) | Q(checked_on__gte=F("working_since")),
                name="centres_receptionsite_dates",
                violation_error_message="检查日期不能早于启用日期。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def refusal(self) -> str:
        """Why nobody can watch there, in a clerk's words; empty where they can."""
        return "" if self.is_working else f"接收站点“{self.name}”不能正常使用，请换个地点，或修好后再排。"
