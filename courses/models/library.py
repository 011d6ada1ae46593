"""The county's featured courses, shared by all towns."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from centres.models import Brand, BrandTheme
from juxian.people.access import TownQuerySet
from juxian.people.models import Grant, Town
from juxian.people.search import TitleTextField
from juxian.vault.derived import DerivedModel, DerivedQuerySet
from lecturers.models import Lecturer


class Audience(models.Model):
    """Whom a course is for (农村, 社区, 机关, 企业, 两新 …); an open list."""

    name = models.CharField(
        "名称", max_length=20, unique=True, error_messages={"unique": "已有同名的适用对象，请换一个。"}
    )
    order = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "课程适用对象"
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name


class ContentTask(models.Model):
    """What a course teaches: the seven tasks of the Regulations of 2019, chapter 3. Not the themes of the brands."""

    name = models.CharField(
        "名称", max_length=20, unique=True, error_messages={"unique": "已有同名的内容任务，请换一个。"}
    )
    order = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "教育内容任务"
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name


class CourseQuerySet(DerivedQuerySet, TownQuerySet):  # type: ignore[override]  # both bases are only querysets
    """Courses by standing. One that was ever featured is shared; on its way there it is its town's and the county's."""

    def visible_to(self, user: Any) -> "CourseQuerySet":
        """For staff: all that were ever featured, and those of the user's towns; who sees the county sees every one."""
        if not user.is_authenticated or not user.active_grants:
            return self.none()
        if any(grant.kind in Grant.COUNTY_WIDE for grant in user.active_grants):
            return self.all()
        return self.filter(Q(featured_on__isnull=False) | Q(town__in=user.towns()))

    def mine(self, user: Any) -> "CourseQuerySet":
        """The courses this lecturer teaches, in whatever town; none for others."""
        return self.filter(lecturers__user_id=user.pk) if user.is_authenticated else self.none()

    def featured(self, on: date) -> "CourseQuerySet":
        """精品课程 on the local day `on`."""
        return self.filter(featured_on__lte=on).filter(Q(retired_on=None) | Q(retired_on__gt=on))


class Course(DerivedModel):
    """One lesson (堂) of the library."""

    class Form(models.TextChoices):
        CLASSROOM = "classroom", "课堂讲授"
        ON_SITE = "on_site", "现场教学"
        MICRO = "micro", "微课"
        LIVE = "live", "直播"

    code = models.CharField(
        "编号", max_length=20, unique=True, error_messages={"unique": "这个编号已有课程在用，请换一个。"}
    )
    title = models.CharField("课程名称", max_length=80)
    theme = models.ForeignKey(BrandTheme, models.PROTECT, verbose_name="品牌类别", related_name="courses")
    town = models.ForeignKey(
        Town, models.PROTECT, verbose_name="申报镇街", null=True, blank=True, related_name="courses"
    )
    hours = models.DecimalField(
        "学时", max_digits=5, decimal_places=2, default=Decimal(4), validators=[MinValueValidator(Decimal("0.25"))]
    )
    lecturers = models.ManyToManyField(Lecturer, verbose_name="主讲", blank=True, related_name="courses")
    form = models.CharField("形式", max_length=10, choices=Form, default=Form.CLASSROOM)
    summary = models.CharField("简介", max_length=300, blank=True)
    audiences = models.ManyToManyField(Audience, verbose_name="适用对象", blank=True, related_name="courses")
    tasks = models.ManyToManyField(ContentTask, verbose_name="教育内容任务", blank=True, related_name="courses")
    featured_on = models.DateField("入选精品日期", null=True, blank=True)
    retired_on = models.DateField("退出日期", null=True, blank=True)
    key_of = models.OneToOneField(
        Brand,
        models.PROTECT,
        verbose_name="是哪个品牌的重点课程",
        null=True,
        blank=True,
        related_name="key_course",
        error_messages={"unique": "这个品牌已有重点课程，先取消那一个，再标这一个。"},
    )
    search_text = TitleTextField("检索文字", source="title", max_length=800)

    objects = CourseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "课程"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(featured_on=None) | Q(retired_on=None) | Q(retired_on__gte=F("featured_on")),
                name="courses_course_dates",
                violation_error_message="退出日期不能早于入选精品日期。",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """The key of a brand is of its town or of the county."""
        if self.key_of and self.town_id not in (None, self.key_of.town_id):
            raise ValidationError({"key_of": "别的镇街申报的课程，不能做这个品牌的重点课程。"})
