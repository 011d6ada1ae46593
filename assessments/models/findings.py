"""A finding about a lecturer or a course, the reply to it, the county's decision and what is to become better."""

from typing import Any

from django.db import models
from django.db.models import F, Q

from courses.models import Course
from juxian.people.access import TownQuerySet
from juxian.people.models import Town, User
from lecturers.models import Lecturer


class TeachingFindingQuerySet(TownQuerySet):
    """The county side sees all, a town those about its own lecturers and courses; those concerned their own."""

    def visible_to(self, user: Any) -> "TeachingFindingQuerySet":
        if not user.is_authenticated or not user.active_grants:
            return self.none()
        rows: TeachingFindingQuerySet = self.filter(Q(town__in=user.towns()) | _of_nobody(user))
        return rows

    def editable_by(self, user: Any) -> "TeachingFindingQuerySet":
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q() if user.is_county else Q(town__in=user.editable_towns()))

    def mine(self, user: Any) -> "TeachingFindingQuerySet":
        """Those the lecturer who signs in as `user` may reply to: about themself, or about a course of theirs."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(lecturer__user=user) | Q(course__in=Course.objects.filter(lecturers__user=user)))

    def open(self) -> "TeachingFindingQuerySet":
        """Not decided yet."""
        return self.filter(decided_at=None)


def _of_nobody(user: Any) -> Q:
    """Findings of no town are the county side's."""
    return Q(town=None) if user.is_county or user.is_inspector or user.is_auditor else Q(pk=None)


class TeachingFinding(models.Model):
    """Raised by the county or by a low rating. The county decides when there is a reply or the time for one is over."""

    class Origin(models.TextChoices):
        COUNTY = "county", "县里提出"
        RATING = "rating", "评价偏低"

    class Verdict(models.TextChoices):
        IMPROVE = "improve", "要改进"
        NOTED = "noted", "了解情况，不作要求"
        DISMISSED = "dismissed", "不成立"

    lecturer = models.ForeignKey(
        Lecturer, models.PROTECT, verbose_name="讲师", null=True, blank=True, related_name="findings"
    )
    course = models.ForeignKey(
        Course, models.PROTECT, verbose_name="课程", null=True, blank=True, related_name="findings"
    )
    town = models.ForeignKey(Town, models.PROTECT, verbose_name="镇街", null=True, blank=True, related_name="+")
    origin = models.CharField("来由", max_length=8, choices=Origin)
    year = models.PositiveSmallIntegerField("年度")
    text = models.TextField("意见")
    opened_at = models.DateTimeField("提出时间")
    opened_by = models.ForeignKey(User, models.PROTECT, verbose_name="提出人", null=True, blank=True, related_name="+")
    reply_due_at = models.DateTimeField("申辩截止")
    reply = models.TextField("申辩", blank=True)
    heard = models.CharField("怎样听取的", max_length=60, blank=True)
    replied_at = models.DateTimeField("申辩时间", null=True, blank=True)
    replied_by = models.ForeignKey(User, models.PROTECT, verbose_name="填写人", null=True, blank=True, related_name="+")
    verdict = models.CharField("决定", max_length=10, choices=Verdict, blank=True)
    reason = models.TextField("理由", blank=True)
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, verbose_name="决定人", null=True, blank=True, related_name="+")

    objects = TeachingFindingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "教学意见"
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(lecturer=None, course__isnull=False) | Q(lecturer__isnull=False, course=None),
                name="assessments_teachingfinding_about_one",
                violation_error_message="一条意见只针对一位讲师或一门课程。",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None)
                | Q(replied_at__isnull=False, replied_at__lte=F("decided_at"))
                | Q(decided_at__gt=F("reply_due_at")),
                name="assessments_teachingfinding_heard_first",
                violation_error_message="还没有听取申辩，申辩期也没过，不能决定。",
            ),
            models.CheckConstraint(
                condition=Q(replied_at=None, reply="", replied_by=None)
                | Q(replied_at__isnull=False, replied_by__isnull=False) & ~Q(reply=""),
                name="assessments_teachingfinding_reply",
                violation_error_message="申辩要有内容、时间和填写人。",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, verdict="", decided_by=None)
                | Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(verdict="") & ~Q(reason=""),
                name="assessments_teachingfinding_decision",
                violation_error_message="决定要有结论、理由、时间和决定人。",
            ),
            models.UniqueConstraint(
                fields=["lecturer", "year"],
                condition=Q(origin="rating"),
                name="assessments_teachingfinding_lecturer_year",
                violation_error_message="这位讲师本年度的评价偏低已经提出过。",
            ),
            models.UniqueConstraint(
                fields=["course", "year"],
                condition=Q(origin="rating"),
                name="assessments_teachingfinding_course_year",
                violation_error_message="这门课程本年度的评价偏低已经提出过。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.about}：{self.text[:20]}"

    @property
    def about(self) -> str:
        """Whom or what it is about."""
        return str(self.lecturer or self.course)

    @property
    def standing(self) -> tuple[str, str]:
        """Where it stands: class of the status and words."""
        if self.decided_at:
            return ("st-warn" if self.verdict == self.Verdict.IMPROVE else "", self.get_verdict_display())
        return ("st-info", "已申辩，待决定") if self.replied_at else ("st-warn", "待申辩")


class ImprovementQuerySet(TownQuerySet):
    """Improvements a town's findings asked for."""

    town_path = "finding__town"

    def visible_to(self, user: Any) -> "ImprovementQuerySet":
        return self.filter(finding__in=TeachingFinding.objects.visible_to(user))

    def editable_by(self, user: Any) -> "ImprovementQuerySet":
        return self.filter(finding__in=TeachingFinding.objects.editable_by(user))

    def open(self) -> "ImprovementQuerySet":
        return self.filter(done_at=None)


class Improvement(models.Model):
    """What is to become better, who sees to it and until when."""

    finding = models.OneToOneField(TeachingFinding, models.PROTECT, verbose_name="教学意见", related_name="improvement")
    what = models.TextField("改进什么")
    owner = models.CharField("责任人", max_length=30)
    due_on = models.DateField("完成期限")
    done_at = models.DateTimeField("完成时间", null=True, blank=True)
    done_by = models.ForeignKey(User, models.PROTECT, verbose_name="登记人", null=True, blank=True, related_name="+")
    outcome = models.TextField("改进情况", blank=True)

    objects = ImprovementQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "教学改进"
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at=None, outcome="", done_by=None)
                | Q(done_at__isnull=False, done_by__isnull=False) & ~Q(outcome=""),
                name="assessments_improvement_done",
                violation_error_message="登记完成要有情况、时间和登记人。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding.about}：{self.what[:20]}"
