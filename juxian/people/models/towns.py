"""The town-level units. Codes change, so a code is an attribute with history, never a key."""

from datetime import date

from django.db import models
from django.db.models import F, Q


class UnitQuerySet(models.QuerySet["Town"]):
    """Towns in official code order."""

    def active(self, on: date) -> "UnitQuerySet":
        """Units that existed on the local day `on`."""
        return self.filter(active_from__lte=on).filter(Q(active_to=None) | Q(active_to__gt=on))


class Town(models.Model):
    """One of the county's town-level units (镇 or 街道)."""

    class Kind(models.TextChoices):
        TOWN = "town", "镇"
        SUBDISTRICT = "subdistrict", "街道"

    code = models.CharField(
        "行政区划代码", max_length=12, unique=True, error_messages={"unique": "这个代码已有镇街在用，请核对。"}
    )
    name = models.CharField("名称", max_length=30, unique=True, error_messages={"unique": "已有同名的镇街，请核对。"})
    pinyin = models.CharField("拼音", max_length=30, blank=True)
    kind = models.CharField("类别", max_length=12, choices=Kind)
    active_from = models.DateField("自")
    active_to = models.DateField("至（不含）", null=True, blank=True)
    led_by = models.CharField("党委由谁领导", max_length=60, default="莒南县委")

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "镇街"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(active_to=None) | Q(active_to__gt=F("active_from")),
                name="people_town_dates",
                violation_error_message="“至”要晚于“自”。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def committee(self) -> str:
        """党工委 in a subdistrict, 党委 in a town."""
        return f"{self.name}{'党工委' if self.kind == self.Kind.SUBDISTRICT else '党委'}"


class TownCode(models.Model):
    """A code the unit carried during a time (NBS division codes; four of sixteen changed within a year)."""

    town = models.ForeignKey(Town, models.CASCADE, verbose_name="镇街", related_name="codes")
    code = models.CharField("代码", max_length=12)
    valid_from = models.DateField("自")
    valid_to = models.DateField("至（不含）", null=True, blank=True)
    source = models.CharField("依据", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "镇街代码沿革"
        ordering = ["town", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["town", "valid_from"],
                name="people_towncode_one_per_day",
                violation_error_message="同一镇街同一天只能有一个代码。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}（{self.valid_from} 起）"
