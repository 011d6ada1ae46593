"""The hour ledger and the dated rules it is read against."""

from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import Q, Sum

from juxian.people.access import PersonalQuerySet
from juxian.people.models import Member, Town, User
from juxian.rules.models import Certainty
from trainings.models.classes import Session, TrainingClass
from trainings.models.enrolments import Enrolment


class HourRuleQuerySet(models.QuerySet["HourRule"]):
    """Rules by day."""

    def in_force(self, on: date) -> "HourRuleQuerySet":
        return self.filter(valid_from__lte=on).filter(Q(valid_to=None) | Q(valid_to__gte=on))


class HourRule(models.Model):
    """How many hours somebody owes in a window (学时). 一般: the portal reports, it never blocks."""

    class Audience(models.TextChoices):
        ORDINARY = "member.ordinary", "普通党员"
        FLOATING = "member.floating", "流动党员"
        NEW = "member.new", "新党员"
        EXEMPT = "member.exempt", "年老体弱等"
        SECRETARY = "org.secretary", "基层党组织书记"
        COMMITTEE = "org.committee", "基层党组织班子成员"
        NEW_SECRETARY = "org.secretary.new", "新任基层党组织书记"
        CANDIDATE = "candidate.development", "发展对象"
        TOWN_CADRE = "cadre.township", "乡科级及以下干部"
        COUNTY_CADRE = "cadre.county", "县处级以上干部"
        ONLINE_CADRE = "cadre.online", "干部网络自学"

    class Window(models.TextChoices):
        YEAR = "calendar_year", "每年"
        ONCE = "once", "一次"
        SIX_MONTHS = "once_within_6_months", "任职 6 个月内一次"
        PROBATION = "probation_plus_12_months", "预备期到转正后一年内一次"
        FIVE_YEARS = "rolling_5_years", "每 5 年"

    code = models.CharField(
        "代码",
        max_length=40,
        unique=True,
        help_text="字母、数字和点，全县不重复，如 org.secretary.2029。",
        error_messages={"unique": "这个代码已有学时规定在用，请换一个。"},
    )
    audience = models.CharField("适用对象", max_length=40, help_text="页面上怎么称呼这些人。")
    audience_key = models.CharField(
        "对象类别", max_length=40, choices=Audience, help_text="系统按它判断一个人受不受这条约束。"
    )
    window = models.CharField("周期", max_length=40, choices=Window)
    min_hours = models.DecimalField("最低学时", max_digits=6, decimal_places=2, null=True, blank=True)
    min_centralised = models.PositiveSmallIntegerField("集中培训次数", null=True, blank=True)
    valid_from = models.DateField("自")
    valid_to = models.DateField("至（含）", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    source = models.CharField("依据", max_length=100)
    certainty = models.CharField("可靠程度", max_length=1, choices=Certainty)

    objects = HourRuleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "学时规定"
        ordering = ["audience_key", "valid_from"]

    def __str__(self) -> str:
        return f"{self.audience}（{self.valid_from} 起）"


class HourEntryQuerySet(PersonalQuerySet):
    """Ledger rows by town as it was; totals are sums of rows."""

    def in_year(self, year: int) -> "HourEntryQuerySet":
        return self.filter(earned_on__year=year)

    def with_class(self) -> "HourEntryQuerySet":
        """What is needed to add up hours by class: amount, day, and the class's title and end."""
        rows = self.select_related("training_class")
        return rows.only("hours", "earned_on", "is_centralised", "training_class__title", "training_class__ends_on")

    def total(self) -> Decimal:
        """Sum in 学时, 0 when there is no row."""
        return self.aggregate(total=Sum("hours"))["total"] or Decimal(0)


class HourEntry(models.Model):
    """One posting of class hours. Never edited: reverse and post again (triggers refuse update and delete)."""

    member = models.ForeignKey(Member, models.PROTECT, verbose_name="党员", related_name="hour_entries")
    town = models.ForeignKey(Town, models.PROTECT, verbose_name="当时镇街", related_name="+")
    branch_name = models.CharField("当时党支部", max_length=80)
    training_class = models.ForeignKey(
        TrainingClass, models.PROTECT, verbose_name="培训班", null=True, blank=True, related_name="hour_entries"
    )
    enrolment = models.ForeignKey(
        Enrolment, models.PROTECT, verbose_name="报名", null=True, blank=True, related_name="hour_entries"
    )
    session = models.ForeignKey(Session, models.PROTECT, verbose_name="课次", null=True, blank=True, related_name="+")
    hours = models.DecimalField("学时", max_digits=5, decimal_places=2)
    earned_on = models.DateField("日期")
    is_centralised = models.BooleanField("县级及以上集中培训", default=False)
    title = models.CharField("事由", max_length=120)
    key = models.CharField("入账号", max_length=80, unique=True)
    reverses = models.OneToOneField(
        "self", models.PROTECT, verbose_name="冲销", null=True, blank=True, related_name="reversed_by"
    )
    reason = models.CharField("原因", max_length=200, blank=True)
    rule_note = models.CharField("折算依据", max_length=100, blank=True)
    posted_by = models.ForeignKey(User, models.PROTECT, verbose_name="入账人", null=True, blank=True, related_name="+")
    posted_at = models.DateTimeField("入账时间")

    objects = HourEntryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "学时账"
        ordering = ["-earned_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reverses=None, hours__gt=0) | Q(reverses__isnull=False, hours__lt=0),
                name="trainings_hourentry_sign",
                violation_error_message="入账学时要大于 0；冲销要写负数并指明冲销哪一笔。",
            ),
            models.CheckConstraint(
                condition=Q(reverses=None) | ~Q(reason=""),
                name="trainings_hourentry_reversal_reason",
                violation_error_message="冲销要写原因。",
            ),
        ]
        indexes = [  # with the hours in it, a year's total is read without touching the rows
            models.Index(fields=["member", "earned_on", "hours"], name="trainings_hours_member"),
            models.Index(
                fields=["training_class", "member", "earned_on", "hours"],
                condition=Q(is_centralised=True),
                name="trainings_hours_centralised",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.hours} 学时"
