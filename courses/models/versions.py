"""Versions of a course and their materials. A published one never changes; what is wrong is put right in the next."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from courses.models.borrowing import Borrowing
from courses.models.library import Course
from juxian.files.models import StoredFile
from juxian.people.access import TownQuerySet
from juxian.people.models import Grant, User


class CourseVersionQuerySet(TownQuerySet):
    """Published versions are read by whoever reads the course; a draft by its town and the county, and its lecturers."""

    town_path = "course__town"

    def visible_to(self, user: Any) -> "CourseVersionQuerySet":
        rows: CourseVersionQuerySet = self.filter(course__in=Course.objects.visible_to(user).values("pk"))
        if not user.is_authenticated or any(grant.kind in Grant.COUNTY_WIDE for grant in user.active_grants):
            return rows
        return rows.filter(Q(published_on__isnull=False) | Q(course__town__in=user.towns()))

    def editable_by(self, user: Any) -> "CourseVersionQuerySet":
        """The county writes all; a clerk those of courses of the own town."""
        if not user.is_authenticated:
            return self.none()
        rows: CourseVersionQuerySet = self.filter(Q() if user.is_county else Q(course__town__in=user.editable_towns()))
        return rows

    def mine(self, user: Any) -> "CourseVersionQuerySet":
        """Versions of the courses this lecturer teaches, drafts too; none for others."""
        return self.filter(course__in=Course.objects.mine(user).values("pk"))


class CourseVersion(models.Model):
    """What was taught: each session keeps the version it used. Without a day of publishing it is a draft."""

    course = models.ForeignKey(Course, models.CASCADE, verbose_name="课程", related_name="versions")
    number = models.PositiveIntegerField("版次")
    outline = models.TextField("提纲", blank=True)
    note = models.CharField("改了什么", max_length=200, blank=True)
    published_on = models.DateField("发布日期", null=True, blank=True)
    by = models.ForeignKey(User, models.PROTECT, verbose_name="起草人", null=True, blank=True, related_name="+")
    at = models.DateTimeField("起草时间", default=timezone.now, editable=False)

    objects = CourseVersionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "课程版本"
        ordering = ["course", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["course", "number"],
                name="courses_courseversion_number",
                violation_error_message="该课程已有这个版次。",
            ),
            models.UniqueConstraint(
                fields=["course"],
                condition=Q(published_on=None),
                name="courses_courseversion_one_draft",
                violation_error_message="该课程已有一份草稿。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.course.title} 第{self.number}版"

    @property
    def is_draft(self) -> bool:
        return self.published_on is None


class MaterialQuerySet(TownQuerySet):
    """Materials follow their version. Other towns read no opinions of reviewers, and questions of a course lent to them."""

    town_path = "version__course__town"

    def visible_to(self, user: Any) -> "MaterialQuerySet":
        rows: MaterialQuerySet = self.filter(version__in=CourseVersion.objects.visible_to(user).values("pk"))
        if not user.is_authenticated or any(grant.kind in Grant.COUNTY_WIDE for grant in user.active_grants):
            return rows
        own = Q(version__course__town__in=user.towns())
        lent = Borrowing.objects.filter(state=Borrowing.State.GRANTED, host__in=user.towns()).values("course")
        asked = Q(sort=Material.Sort.QUESTIONS, version__course__in=lent)
        return rows.filter(own | asked | ~Q(sort__in=[Material.Sort.REVIEW, Material.Sort.QUESTIONS]))

    def mine(self, user: Any) -> "MaterialQuerySet":
        return self.filter(version__in=CourseVersion.objects.mine(user).values("pk"))

    def editable_by(self, user: Any) -> "MaterialQuerySet":
        return self.filter(version__in=CourseVersion.objects.editable_by(user).values("pk"))


class Material(models.Model):
    """One part of a version: a stored file, or a text."""

    class Sort(models.TextChoices):
        SUMMARY = "summary", "课程简介"
        PLAN = "plan", "教案/讲义"
        SLIDES = "slides", "课件"
        VIDEO = "video", "教学视频"
        SITE = "site", "现场教学点说明"
        QUESTIONS = "questions", "试题/题库"
        REVIEW = "review", "审核意见"

    version = models.ForeignKey(CourseVersion, models.CASCADE, verbose_name="版本", related_name="materials")
    sort = models.CharField("种类", max_length=10, choices=Sort)
    title = models.CharField("名称", max_length=80)
    text = models.TextField("内容", max_length=5000, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, verbose_name="文件", null=True, blank=True, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, verbose_name="经办人", null=True, blank=True, related_name="+")
    at = models.DateTimeField("存入时间", default=timezone.now, editable=False)

    objects = MaterialQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "课程资料"
        ordering = ["version", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(file=None, text__gt="") | Q(file__isnull=False, text=""),
                name="courses_material_file_or_text",
                violation_error_message="资料要么是文件，要么是文字。",
            ),
        ]

    def __str__(self) -> str:
        return self.title
