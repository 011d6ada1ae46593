"""Seats: quotas of branches and the people enrolled."""

from django.db import models
from django.db.models import Q

from juxian.people.access import PersonalQuerySet, TownQuerySet
from juxian.people.models import Branch, Member, Town, User
from trainings.models.classes import TrainingClass


class QuotaQuerySet(TownQuerySet):
    """Quotas of a town's classes."""

    town_path = "training_class__town"


class Quota(models.Model):
    """How many people a branch may send."""

    training_class = models.ForeignKey(TrainingClass, models.CASCADE, verbose_name="培训班", related_name="quotas")
    branch = models.ForeignKey(Branch, models.PROTECT, verbose_name="党支部", related_name="quotas")
    seats = models.PositiveIntegerField("名额")

    objects = QuotaQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "支部名额"
        ordering = ["training_class", "branch__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["training_class", "branch"],
                name="trainings_quota_once",
                violation_error_message="这个支部已经分配过名额。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch} {self.seats} 人"


class EnrolmentQuerySet(PersonalQuerySet):
    """Enrolments: the host town sees all of a class."""

    town_path = "training_class__town"

    def seated(self) -> "EnrolmentQuerySet":
        return self.filter(state=Enrolment.State.SEATED)

    def with_class(self) -> "EnrolmentQuerySet":
        """The seat and what a member's pages say of its class, nothing else."""
        rows = self.select_related("training_class").order_by("pk")
        return rows.only("state", "training_class__title", "training_class__state", "training_class__contact")


class Enrolment(models.Model):
    """One person in one class. Town and branch stay as they were that day."""

    class State(models.TextChoices):
        SEATED = "seated", "已录取"
        WAITING = "waiting", "候补"
        CANCELLED = "cancelled", "已取消"

    class Source(models.TextChoices):
        QUOTA = "quota", "支部名额"
        LIST = "list", "名单补报"
        IMPORT = "import", "名单导入"

    class Outcome(models.TextChoices):
        OPEN = "open", "未结"
        COMPLETED = "completed", "结业"
        NOT_COMPLETED = "not_completed", "未结业"

    training_class = models.ForeignKey(TrainingClass, models.PROTECT, verbose_name="培训班", related_name="enrolments")
    member = models.ForeignKey(Member, models.PROTECT, verbose_name="党员", related_name="enrolments")
    town = models.ForeignKey(Town, models.PROTECT, verbose_name="当时镇街", related_name="+")
    branch = models.ForeignKey(Branch, models.PROTECT, verbose_name="当时党支部", related_name="+")
    state = models.CharField("状态", max_length=10, choices=State)
    source = models.CharField("来源", max_length=8, choices=Source)
    outcome = models.CharField("结业情况", max_length=14, choices=Outcome, default=Outcome.OPEN)
    outcome_note = models.CharField("结业说明", max_length=200, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, verbose_name="报名经办人", related_name="+")
    created_at = models.DateTimeField("报名时间", auto_now_add=True)
    cancelled_at = models.DateTimeField("取消时间", null=True, blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "报名"
        ordering = ["training_class", "branch__name", "member__name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["training_class", "member"],
                name="trainings_enrolment_once",
                violation_error_message="这名党员已经在这个班里。",
            ),
            models.CheckConstraint(
                condition=Q(state="cancelled", cancelled_at__isnull=False)
                | (~Q(state="cancelled") & Q(cancelled_at=None)),
                name="trainings_enrolment_cancelled_pair",
                violation_error_message="取消报名要有取消时间。",
            ),
        ]
        indexes = [models.Index(fields=["member", "state"], name="trainings_enrolment_member")]

    def __str__(self) -> str:
        return f"{self.member} · {self.training_class}"
