"""What a town's year is appraised by: indicators with their weights, each row for the years it says."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Sum

from juxian.rules.models import Certainty


class IndicatorQuerySet(models.QuerySet["Indicator"]):
    """Indicators by year."""

    def in_year(self, year: int) -> "IndicatorQuerySet":
        """What a year is appraised by, one row a code."""
        return self.since(year).filter(year_from__lte=year)

    def since(self, year: int) -> "IndicatorQuerySet":
        """Rows in force in a year or later."""
        return self.filter(Q(year_to=None) | Q(year_to__gte=year))

    def weight(self) -> Decimal:
        """Sum of the weights."""
        return self.aggregate(total=Sum("weight"))["total"] or Decimal(0)


class Indicator(models.Model):
    """One version of one indicator. Past years keep the version they had (`assessments.actions.set_indicator`)."""

    code = models.SlugField("代码", max_length=40)
    name = models.CharField("名称", max_length=40)
    weight = models.DecimalField(
        "权重",
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(Decimal(100))],
        help_text="同一年度各项合计 100。",
    )
    formula = models.SlugField("算法键", max_length=40, help_text="系统按它取数计算；只改说明时不要动。")
    method = models.CharField("计算方法", max_length=300)
    data_source = models.CharField("数据来源", max_length=200)
    as_of = models.CharField("截止口径", max_length=40)
    year_from = models.PositiveSmallIntegerField("自（年度）", validators=[MinValueValidator(2000)])
    year_to = models.PositiveSmallIntegerField("至（年度，含）", null=True, blank=True, help_text="空着表示一直有效。")
    source = models.CharField("依据", max_length=200)
    certainty = models.CharField("可靠程度", max_length=1, choices=Certainty)
    order = models.PositiveSmallIntegerField("顺序", default=0)

    objects = IndicatorQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "考核指标"
        ordering = ["order", "code", "year_from"]
        constraints = [  # and triggers: the years of one code never overlap
            models.UniqueConstraint(
                fields=["code", "year_from"],
                name="assessments_indicator_one_per_year",
                violation_error_message="这项指标在这一年度已有一条，请打开那一条修改。",
            ),
            models.CheckConstraint(
                condition=Q(year_to=None) | Q(year_to__gte=F("year_from")),
                name="assessments_indicator_years",
                violation_error_message="“至”不能早于“自”。",
            ),
            models.CheckConstraint(
                condition=Q(weight__gt=0, weight__lte=100),
                name="assessments_indicator_weight",
                violation_error_message="权重应大于 0，不超过 100。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.years}）"

    @property
    def years(self) -> str:
        """2021 年起, or 2021–2025 年."""
        return f"{self.year_from}–{self.year_to} 年" if self.year_to else f"{self.year_from} 年起"

    def clean(self) -> None:
        """The years of one code do not overlap."""
        if not self.code or self.year_from is None:
            return
        others = Indicator.objects.filter(code=self.code).exclude(pk=self.pk).since(self.year_from)
        other = others.filter(year_from__lte=self.year_to).first() if self.year_to else others.first()
        if other is not None:
            raise ValidationError(f"这项指标已有 {other.years}的一条，年度不能重叠。", code="overlap")
