"""What a lecture may cost, by title."""

from datetime import date

from django.db import models
from django.db.models import Exists, OuterRef, Q

from juxian.rules.models import Certainty


class LecturerTitle(models.Model):
    """职称档次, by which lecture fees are capped (副高级, 正高级 …); an open list. 不计酬 is one with a cap of 0."""

    name = models.CharField(
        "名称", max_length=40, unique=True, error_messages={"unique": "已有同名的职称档次，请换一个。"}
    )
    order = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "职称档次"
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name


class FeeCapQuerySet(models.QuerySet["FeeCap"]):
    """Caps by day."""

    def in_force(self, on: date) -> "FeeCapQuerySet":
        """The last cap of each title that has begun by the local day `on`."""
        later = FeeCap.objects.filter(
            title=OuterRef("title"), valid_from__lte=on, valid_from__gt=OuterRef("valid_from")
        )
        return self.filter(Q(valid_from__lte=on) & ~Exists(later))


class FeeCap(models.Model):
    """The highest lecture fee per hour of a title from a day on, after tax. It warns and never blocks."""

    title = models.ForeignKey(LecturerTitle, models.PROTECT, verbose_name="职称档次", related_name="caps")
    per_hour = models.DecimalField("每学时上限（元，税后）", max_digits=8, decimal_places=2)
    valid_from = models.DateField("自")
    source = models.CharField("依据", max_length=200)
    certainty = models.CharField("可靠程度", max_length=1, choices=Certainty)

    objects = FeeCapQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "讲课费上限"
        ordering = ["title", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["title", "valid_from"],
                name="lecturers_feecap_one_a_day",
                violation_error_message="这个职称档次在这一天已有一个上限。",
            ),
            models.CheckConstraint(
                condition=Q(per_hour__gte=0),
                name="lecturers_feecap_not_negative",
                violation_error_message="上限不能是负数。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}（{self.valid_from} 起）"
