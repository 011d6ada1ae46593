"""Centres, their rooms and teaching points."""

from datetime import date

from django.db import models
from django.db.models import Q

from centres.models.themes import BrandTheme
from juxian.people.access import TownQuerySet
from juxian.people.models import Town


class CentreQuerySet(TownQuerySet):
    """Centres by day."""

    def running(self, on: date) -> "CentreQuerySet":
        """Centres opened on or before `on`, not closed by then, in a town of that day."""
        return self.filter(opened_on__lte=on, town__in=Town.objects.active(on)).filter(
            Q(closed_on=None) | Q(closed_on__gt=on)
        )


class Centre(models.Model):
    """The place a town trains in: 党员培训中心(党校); the office that runs it is the 党员教育中心."""

    class Venue(models.TextChoices):
        SERVICE_CENTRE = "service_centre", "党群服务中心"
        PARTY_BASE = "party_base", "党性教育基地"
        SCHOOL = "school", "闲置校舍"
        FARM_PARK = "farm_park", "农业产业园"
        MEETING_ROOM = "meeting_room", "党委会议室"
        OTHER = "other", "其他"

    town = models.OneToOneField(
        Town,
        models.PROTECT,
        verbose_name="镇街",
        related_name="centre",
        error_messages={"unique": "这个镇街已有培训中心，请修改那一个。"},
    )
    name = models.CharField("名称", max_length=60)
    education_centre_name = models.CharField("党员教育中心名称", max_length=60)
    venue_source = models.CharField("场所来源", max_length=20, choices=Venue, default=Venue.OTHER)
    address = models.CharField("地址", max_length=100, blank=True)
    opened_on = models.DateField("挂牌运行日期", null=True, blank=True)
    closed_on = models.DateField("停用日期", null=True, blank=True)

    objects = CentreQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "培训中心（党校）"
        ordering = ["town__code"]

    def __str__(self) -> str:
        return self.name


class PlaceQuerySet(TownQuerySet):
    """Rooms and teaching points of a town's centre."""

    town_path = "centre__town"


class Room(models.Model):
    """A room of a centre."""

    centre = models.ForeignKey(Centre, models.CASCADE, verbose_name="培训中心", related_name="rooms")
    name = models.CharField("名称", max_length=40)
    capacity = models.PositiveIntegerField("容纳人数")

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "教室"
        ordering = ["centre__town__code", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "name"], name="centres_room_name", violation_error_message="本中心已有同名教室。"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.centre.name}{self.name}"


class TeachingPoint(models.Model):
    """现场教学点: one centre, N points."""

    centre = models.ForeignKey(Centre, models.CASCADE, verbose_name="培训中心", related_name="points")
    name = models.CharField("名称", max_length=60)
    theme = models.ForeignKey(
        BrandTheme, models.PROTECT, verbose_name="类别", null=True, blank=True, related_name="points"
    )
    capacity = models.PositiveIntegerField("容纳人数", default=50)
    address = models.CharField("地址", max_length=100, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)
    is_ready = models.BooleanField("可以使用", default=True)

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
        ]

    def __str__(self) -> str:
        return self.name
