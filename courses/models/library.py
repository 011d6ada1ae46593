"""The county's featured courses, shared by all towns."""

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from centres.models import Brand, BrandTheme
from juxian.people.models import Town
from lecturers.models import Lecturer


class CourseQuerySet(models.QuerySet["Course"]):
    """Courses by standing."""

    def featured(self, on: date) -> "CourseQuerySet":
        """精品课程 on the local day `on`."""
        return self.filter(featured_on__lte=on).filter(Q(retired_on=None) | Q(retired_on__gt=on))


class Course(models.Model):
    """One lesson (堂) of the library."""

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


class CourseVersion(models.Model):
    """What was taught: each session keeps the version it used."""

    course = models.ForeignKey(Course, models.CASCADE, verbose_name="课程", related_name="versions")
    number = models.PositiveIntegerField("版次")
    outline = models.TextField("提纲", blank=True)
    published_on = models.DateField("发布日期")

    class Meta:
        verbose_name = verbose_name_plural = "课程版本"
        ordering = ["course", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["course", "number"],
                name="courses_courseversion_number",
                violation_error_message="该课程已有这个版次。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.course.title} 第{self.number}版"
