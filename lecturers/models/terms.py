"""What happens in a term: the yearly review, and suspensions."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q

from centres.days import cn_date
from juxian.people.models import User
from lecturers.models.pool import Lecturer


class SuspensionQuerySet(models.QuerySet["Suspension"]):
    """Suspensions by day."""

    def in_force(self, on: date) -> "SuspensionQuerySet":
        return self.filter(starts_on__lte=on).filter(Q(ends_on=None) | Q(ends_on__gt=on))


class Suspension(models.Model):
    """From a day on a lecturer is not asked to teach; the term runs on."""

    lecturer = models.ForeignKey(Lecturer, models.PROTECT, verbose_name="讲师", related_name="suspensions")
    starts_on = models.DateField("自")
    ends_on = models.DateField("至（不含）", null=True, blank=True)
    reason = models.CharField("暂停原因", max_length=300)
    by = models.ForeignKey(User, models.PROTECT, verbose_name="登记人", related_name="+", null=True)
    lift_reason = models.CharField("恢复说明", max_length=300, blank=True)

    objects = SuspensionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "暂停授课"
        ordering = ["lecturer", "-starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["lecturer"],
                condition=Q(ends_on=None),
                name="lecturers_suspension_one_open",
                violation_error_message="这位讲师已经暂停授课。",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="lecturers_suspension_dates",
                violation_error_message="恢复的日期不能早于暂停的日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lecturer}{cn_date(self.starts_on)}起暂停"


class YearlyReview(models.Model):
    """What the county found of a lecturer's year; one a year, and it stays."""

    class Result(models.TextChoices):
        GOOD = "good", "优秀"
        FIT = "fit", "合格"
        WEAK = "weak", "基本合格"
        UNFIT = "unfit", "不合格"

    CSS: dict[str, Any] = {Result.GOOD: "st-ok", Result.FIT: "st-ok", Result.WEAK: "st-warn", Result.UNFIT: "st-bad"}

    lecturer = models.ForeignKey(Lecturer, models.PROTECT, verbose_name="讲师", related_name="reviews")
    year = models.PositiveSmallIntegerField("年度")
    result = models.CharField("考核结果", max_length=10, choices=Result)
    facts = models.CharField("当时的授课情况", max_length=300, blank=True)
    note = models.CharField("考核意见", max_length=300)
    by = models.ForeignKey(User, models.PROTECT, verbose_name="考核登记人", related_name="+", null=True)
    at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = verbose_name_plural = "年度考核"
        ordering = ["lecturer", "-year"]
        constraints = [
            models.UniqueConstraint(
                fields=["lecturer", "year"],
                name="lecturers_yearlyreview_one_a_year",
                violation_error_message="这位讲师这一年已经考核过。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.lecturer} {self.year} 年 {self.get_result_display()}"

    @property
    def css(self) -> str:
        return str(self.CSS[self.Result(self.result)])
