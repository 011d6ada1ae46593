"""The exam of a class: blueprint, window, release."""

from django.db import models
from django.db.models import F, Q

from assessments.models.banks import QuestionBank
from juxian.people.access import TownQuerySet
from juxian.people.models import User
from trainings.models import TrainingClass


class ExamQuerySet(TownQuerySet):
    """Exams of a town's classes."""

    town_path = "training_class__town"


class Exam(models.Model):
    """结业考试 of one class. The paper is drawn by this blueprint and frozen per attempt."""

    training_class = models.OneToOneField(TrainingClass, models.CASCADE, verbose_name="培训班", related_name="exam")
    bank = models.ForeignKey(QuestionBank, models.PROTECT, verbose_name="题库", related_name="exams")
    opens_at = models.DateTimeField("开考时间")
    closes_at = models.DateTimeField("截止进入时间")
    duration_minutes = models.PositiveSmallIntegerField("时长（分钟）")
    single_count = models.PositiveSmallIntegerField("单选题数", default=10)
    single_points = models.PositiveSmallIntegerField("单选每题分", default=4)
    multiple_count = models.PositiveSmallIntegerField("多选题数", default=5)
    multiple_points = models.PositiveSmallIntegerField("多选每题分", default=6)
    true_false_count = models.PositiveSmallIntegerField("判断题数", default=10)
    true_false_points = models.PositiveSmallIntegerField("判断每题分", default=3)
    pass_mark = models.PositiveSmallIntegerField("及格线（百分制）")
    grace_seconds = models.PositiveSmallIntegerField("网络宽限（秒）")
    retake_max = models.PositiveSmallIntegerField("补考次数上限")
    retake_days = models.PositiveSmallIntegerField("补考期限（天）")
    released_at = models.DateTimeField("公布成绩时间", null=True, blank=True)
    released_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="公布人", null=True, blank=True, related_name="+"
    )

    objects = ExamQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "结业考试"
        ordering = ["-opens_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")),
                name="assessments_exam_window",
                violation_error_message="截止时间要晚于开考时间。",
            ),
            models.CheckConstraint(
                condition=Q(pass_mark__gte=1, pass_mark__lte=100),
                name="assessments_exam_pass_mark",
                violation_error_message="及格线应在 1 到 100 之间。",
            ),
            models.CheckConstraint(
                condition=Q(released_by=None, released_at=None)
                | Q(released_by__isnull=False, released_at__isnull=False),
                name="assessments_exam_released_pair",
                violation_error_message="公布人和公布时间要同时有。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.training_class.title}结业考试"
