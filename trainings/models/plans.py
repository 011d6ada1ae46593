"""The year plan of a town and its lines."""

from django.db import models

from centres import limits
from centres.models import BrandTheme
from juxian.people.access import TownQuerySet
from juxian.people.models import Town, User


class YearPlanQuerySet(TownQuerySet):
    """Plans of a town."""


class YearPlan(models.Model):
    """年度培训计划 of one town and year: draft → submitted → approved (or returned to draft with a comment)."""

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        SUBMITTED = "submitted", "已送审"
        APPROVED = "approved", "已批准"

    town = models.ForeignKey(Town, models.PROTECT, verbose_name="镇街", related_name="plans")
    year = models.PositiveSmallIntegerField("年度")
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    submitted_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="送审人", null=True, blank=True, related_name="+"
    )
    submitted_at = models.DateTimeField("送审时间", null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, verbose_name="审批人", null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    comment = models.CharField("审批意见", max_length=300, blank=True)

    objects = YearPlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "年度培训计划"
        ordering = ["-year", "town__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["town", "year"],
                name="trainings_yearplan_one_a_year",
                violation_error_message="该镇街本年度已有计划。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.town.name}{self.year}年度培训计划"


class PlanLineQuerySet(TownQuerySet):
    """Lines of a town's plans."""

    town_path = "plan__town"


class PlanLine(models.Model):
    """One class the town means to hold."""

    plan = models.ForeignKey(YearPlan, models.CASCADE, verbose_name="年度计划", related_name="lines")
    title = models.CharField("班次名称", max_length=80)
    audience = models.CharField("培训对象", max_length=100)
    theme = models.ForeignKey(BrandTheme, models.PROTECT, verbose_name="类别", null=True, blank=True, related_name="+")
    month = models.PositiveSmallIntegerField("计划月份")
    days = models.DecimalField("天数", max_digits=4, decimal_places=1)
    people = models.PositiveIntegerField("计划人数", validators=limits.SEATS)
    budget = models.DecimalField("计划经费（元）", max_digits=12, decimal_places=2, null=True, blank=True)

    objects = PlanLineQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "计划班次"
        ordering = ["plan", "month", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(month__gte=1, month__lte=12),
                name="trainings_planline_month",
                violation_error_message="月份应在 1 到 12 之间。",
            ),
            models.CheckConstraint(
                condition=models.Q(people__gt=0, days__gt=0),
                name="trainings_planline_positive",
                violation_error_message="人数和天数都要大于 0。",
            ),
            models.CheckConstraint(
                condition=models.Q(budget=None) | models.Q(budget__gte=0),
                name="trainings_planline_budget",
                violation_error_message="计划经费不能是负数。",
            ),
        ]

    def __str__(self) -> str:
        return self.title
