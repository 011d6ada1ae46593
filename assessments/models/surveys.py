"""The satisfaction survey of a class. Who answered and what was answered are two tables without a link (design 4.4)."""

import uuid

from django.db import models

from juxian.people.access import PersonalQuerySet, TownQuerySet
from trainings.models import Enrolment, TrainingClass


class SurveyQuestion(models.Model):
    """One aspect to rate (内容, 方法, 师资水平 …), edited by the county. Scale 4 非常满意 … 1 不满意."""

    text = models.CharField("项目", max_length=60)
    order = models.PositiveSmallIntegerField("顺序", default=0)
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "测评项目"
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return self.text


class SurveyQuerySet(TownQuerySet):
    """Surveys of a town's classes."""

    town_path = "training_class__town"


class Survey(models.Model):
    """Open to those who attended. `questions` is the frozen list of {id, text}."""

    training_class = models.OneToOneField(TrainingClass, models.CASCADE, verbose_name="培训班", related_name="survey")
    questions = models.JSONField("题目")
    opens_at = models.DateTimeField("开放时间")
    closes_at = models.DateTimeField("截止时间")

    objects = SurveyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "满意度测评"
        ordering = ["-opens_at"]

    def __str__(self) -> str:
        return f"{self.training_class.title}满意度测评"


class SurveyTicketQuerySet(PersonalQuerySet):
    """Tickets of a town's classes."""

    town_path = "survey__training_class__town"
    member_path = "enrolment__member"


class SurveyTicket(models.Model):
    """Who may answer, and whether they did. No time, no order, no key to the answers."""

    id = models.UUIDField("编号", primary_key=True, default=uuid.uuid4, editable=False)
    survey = models.ForeignKey(Survey, models.CASCADE, verbose_name="测评", related_name="tickets")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, verbose_name="报名", related_name="survey_tickets")
    is_answered = models.BooleanField("已答", default=False)

    objects = SurveyTicketQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "测评资格"
        ordering = ["survey", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["survey", "enrolment"],
                name="assessments_surveyticket_once",
                violation_error_message="这个人已有测评资格。",
            ),
        ]

    def __str__(self) -> str:
        return "测评资格"


class SurveyAnswerQuerySet(TownQuerySet):
    """Answers of a town's classes; only `assessments.actions.surveys` reads them."""

    town_path = "survey__training_class__town"


class SurveyAnswer(models.Model):
    """What somebody answered. Rewritten in random order at each submission; readable in batches of five or more."""

    id = models.UUIDField("编号", primary_key=True, default=uuid.uuid4, editable=False)
    survey = models.ForeignKey(Survey, models.CASCADE, verbose_name="测评", related_name="answers")
    ratings = models.JSONField("评分")
    comment = models.TextField("意见", blank=True)
    is_readable = models.BooleanField("可汇总", default=False)

    objects = SurveyAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "测评答案"
        ordering = ["survey", "id"]

    def __str__(self) -> str:
        return "测评答案"
