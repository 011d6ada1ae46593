"""What somebody owes after a class: a retake, a make-up lesson, or both."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone

from assessments.models.attempts import Attempt
from assessments.models.exams import Exam
from juxian.people.access import PersonalQuerySet
from trainings.models import Enrolment


class RetakeQuerySet(PersonalQuerySet):
    """Retakes of a town's classes."""

    town_path = "exam__training_class__town"
    member_path = "enrolment__member"

    def open(self) -> "RetakeQuerySet":
        return self.filter(state=Retake.State.OPEN)

    def overdue(self, now: datetime) -> "RetakeQuerySet":
        return self.open().filter(due_at__lte=now)


class Retake(models.Model):
    """补考: the n-th further sitting, made by the sweep for the weak and for those who did not sit."""

    class Reason(models.TextChoices):
        WEAK = "weak", "成绩不及格"
        ABSENT = "absent", "未参加考试"

    class State(models.TextChoices):
        OPEN = "open", "待补考"
        PASSED = "passed", "补考及格"
        FAILED = "failed", "补考未及格"
        EXPIRED = "expired", "逾期未补考"
        CANCELLED = "cancelled", "已取消"

    exam = models.ForeignKey(Exam, models.PROTECT, verbose_name="考试", related_name="retakes")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, verbose_name="报名", related_name="retakes")
    sequence = models.PositiveSmallIntegerField("第几次补考")
    reason = models.CharField("缘由", max_length=8, choices=Reason)
    after = models.ForeignKey(Attempt, models.PROTECT, verbose_name="上次答卷", null=True, blank=True, related_name="+")
    opens_at = models.DateTimeField("可以补考自")
    due_at = models.DateTimeField("补考截止")
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    closed_at = models.DateTimeField("了结时间", null=True, blank=True)

    objects = RetakeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "补考"
        ordering = ["exam", "enrolment", "sequence"]
        constraints = [
            models.UniqueConstraint(
                fields=["exam", "enrolment", "sequence"],
                name="assessments_retake_sequence",
                violation_error_message="这次补考已经安排过。",
            ),
            models.UniqueConstraint(
                fields=["exam", "enrolment"],
                condition=Q(state="open"),
                name="assessments_retake_one_open",
                violation_error_message="这个人已有一次待补考。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment} 第 {self.sequence} 次补考"


class MakeUpQuerySet(PersonalQuerySet):
    """Make-ups of a town's classes."""

    town_path = "enrolment__training_class__town"
    member_path = "enrolment__member"

    def open(self) -> "MakeUpQuerySet":
        return self.filter(state=MakeUp.State.OPEN)

    def overdue(self, now: datetime) -> "MakeUpQuerySet":
        return self.open().filter(due_on__lt=timezone.localdate(now))


class MakeUp(models.Model):
    """补课: owed by somebody who missed more of the class hours than the limit."""

    class State(models.TextChoices):
        OPEN = "open", "待补课"
        DONE = "done", "已补课"
        CANCELLED = "cancelled", "已取消"

    enrolment = models.OneToOneField(Enrolment, models.PROTECT, verbose_name="报名", related_name="make_up")
    missed_hours = models.DecimalField("缺课学时", max_digits=5, decimal_places=2)
    due_on = models.DateField("补课截止")
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    closed_at = models.DateTimeField("了结时间", null=True, blank=True)
    note = models.CharField("补课情况", max_length=300, blank=True)
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = MakeUpQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "补课"
        ordering = ["due_on", "id"]

    def __str__(self) -> str:
        return f"{self.enrolment} 补课"
