"""One sitting of one person, with its frozen paper and answers saved one by one."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from assessments.models.exams import Exam
from juxian.people.access import PersonalQuerySet
from trainings.models import Enrolment


class AttemptQuerySet(PersonalQuerySet):
    """Attempts of a town's classes."""

    town_path = "exam__training_class__town"
    member_path = "enrolment__member"

    def open(self) -> "AttemptQuerySet":
        return self.filter(finished_at=None)

    def overdue(self, now: datetime) -> "AttemptQuerySet":
        """Open attempts past deadline and grace."""
        return self.open().filter(closes_at__lte=now)


class Attempt(models.Model):
    """`paper` is the frozen list of questions: kind, stem, options, answer, points. Times are UTC, server clock only.

    `sitting` 0 is the exam itself, n the n-th retake. `closes_at` = `deadline_at` + grace.
    """

    class ClosedBy(models.TextChoices):
        MEMBER = "member", "本人交卷"
        SWEEP = "sweep", "到时自动收卷"

    exam = models.ForeignKey(Exam, models.PROTECT, verbose_name="考试", related_name="attempts")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, verbose_name="报名", related_name="attempts")
    sitting = models.PositiveSmallIntegerField("第几次", default=0)
    paper = models.JSONField("试卷")
    started_at = models.DateTimeField("开始时间")
    deadline_at = models.DateTimeField("应交卷时间")
    closes_at = models.DateTimeField("收卷时间")
    finished_at = models.DateTimeField("交卷时间", null=True, blank=True)
    closed_by = models.CharField("收卷方式", max_length=8, choices=ClosedBy, blank=True)
    score = models.DecimalField("成绩（百分制）", max_digits=5, decimal_places=2, null=True, blank=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "答卷"
        ordering = ["exam", "enrolment", "sitting"]
        constraints = [
            models.UniqueConstraint(
                fields=["exam", "enrolment", "sitting"],
                name="assessments_attempt_once",
                violation_error_message="这次考试已经开始过。",
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None, score=None, closed_by="")
                | Q(finished_at__isnull=False, score__isnull=False, closed_by__in=["member", "sweep"]),
                name="assessments_attempt_finished_whole",
                violation_error_message="交卷时间、成绩和收卷方式要同时有。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment} 第 {self.sitting + 1} 次"


class AnswerQuerySet(PersonalQuerySet):
    """Answers of a town's classes."""

    town_path = "attempt__exam__training_class__town"
    member_path = "attempt__enrolment__member"


class Answer(models.Model):
    """The latest choice for one question of an attempt; an older `client_seq` never overwrites a newer one."""

    attempt = models.ForeignKey(Attempt, models.CASCADE, verbose_name="答卷", related_name="answers")
    number = models.PositiveSmallIntegerField("题号")
    choice = models.JSONField("所选")
    client_seq = models.PositiveBigIntegerField("本机序号")
    saved_at = models.DateTimeField("保存时间")

    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "作答"
        ordering = ["attempt", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["attempt", "number"],
                name="assessments_answer_once",
                violation_error_message="这道题已有作答。",
            ),
        ]

    def __str__(self) -> str:
        return f"第 {self.number} 题"
