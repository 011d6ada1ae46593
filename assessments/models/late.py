"""Answers that reached us after deadline and grace: kept as they came, for a person to decide."""

from django.db import models
from django.db.models import Q

from assessments.models.attempts import Attempt
from juxian.people.access import PersonalQuerySet
from juxian.people.models import User


class LateAnswersQuerySet(PersonalQuerySet):
    """Late answers of a town's classes."""

    town_path = "attempt__exam__training_class__town"
    member_path = "attempt__enrolment__member"

    def undecided(self) -> "LateAnswersQuerySet":
        return self.filter(decision="")


class LateAnswers(models.Model):
    """`answers` is a list of number, choice and seq. Never changed after arrival; the decision is written once.

    `page_given_at` is the server's moment signed into the page they were written on; None when that cannot be read.
    `score_before` and `score_after` are what adopting did to the result of the attempt.
    """

    class Decision(models.TextChoices):
        ADOPTED = "adopted", "已采纳"
        DECLINED = "declined", "不采纳"

    attempt = models.ForeignKey(Attempt, models.PROTECT, verbose_name="答卷", related_name="late_answers")
    answers = models.JSONField("迟到的作答")
    arrived_at = models.DateTimeField("到达时间")
    page_given_at = models.DateTimeField("答题页发出时间", null=True, blank=True)
    proposed_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="提出采纳的人", null=True, blank=True, related_name="+"
    )
    decision = models.CharField("决定", max_length=8, choices=Decision, blank=True)
    reason = models.CharField("理由", max_length=300, blank=True)
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, verbose_name="决定人", null=True, blank=True, related_name="+")
    score_before = models.DecimalField("采纳前成绩", max_digits=5, decimal_places=2, null=True, blank=True)
    score_after = models.DecimalField("采纳后成绩", max_digits=5, decimal_places=2, null=True, blank=True)

    objects = LateAnswersQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "迟到的答案"
        ordering = ["arrived_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None, decided_by=None)
                | Q(decision__in=["adopted", "declined"], decided_at__isnull=False, decided_by__isnull=False)
                & ~Q(reason=""),
                name="assessments_lateanswers_decided_whole",
                violation_error_message="决定、决定人、时间和理由要同时有。",
            ),
            models.CheckConstraint(
                condition=Q(score_before=None, score_after=None)
                | Q(decision="adopted", score_before__isnull=False, score_after__isnull=False),
                name="assessments_lateanswers_scores_adopted",
                violation_error_message="只有采纳了的才有前后成绩。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attempt}，迟到 {len(self.answers)} 题"
