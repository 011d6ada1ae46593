"""When a lecturer can teach: half-days they said are free or not, and the secret link to their own timetable."""

from django.db import models
from django.db.models import Q

from centres.days import cn_date
from juxian.people.models import User
from lecturers.models.pool import Lecturer


class HalfDay(models.Model):
    """有空 or 没空 on one half-day, as somebody said. A half-day without a row: nobody said anything."""

    class Half(models.TextChoices):
        MORNING = "am", "上午"
        AFTERNOON = "pm", "下午"
        EVENING = "xv", "晚上"

    lecturer = models.ForeignKey(Lecturer, models.CASCADE, verbose_name="讲师", related_name="half_days")
    day = models.DateField("日期")
    half = models.CharField("时段", max_length=2, choices=Half)
    is_free = models.BooleanField("有空")
    by = models.ForeignKey(User, models.PROTECT, verbose_name="填写人", related_name="+")
    at = models.DateTimeField("填写时间")

    class Meta:
        verbose_name = verbose_name_plural = "讲师有空时间"
        ordering = ["lecturer", "day", "half"]
        constraints = [
            models.UniqueConstraint(
                fields=["lecturer", "day", "half"],
                name="lecturers_halfday_once",
                violation_error_message="这个半天已经填过。",
            ),
        ]
        indexes = [models.Index(fields=["day", "half"], name="lecturers_halfday_when")]

    def __str__(self) -> str:
        return f"{self.lecturer}{cn_date(self.day)}{self.get_half_display()}{'有空' if self.is_free else '没空'}"


class CalendarFeed(models.Model):
    """日历订阅: one secret link at a time. The link is made from the row and the server's key, never stored."""

    lecturer = models.ForeignKey(Lecturer, models.CASCADE, verbose_name="讲师", related_name="feeds")
    opened_at = models.DateTimeField("生成时间")
    closed_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "日历订阅"
        ordering = ["lecturer", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["lecturer"],
                condition=Q(closed_at=None),
                name="lecturers_calendarfeed_one_open",
                violation_error_message="已有一个在用的日历链接。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lecturer}的日历订阅"
