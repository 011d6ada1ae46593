"""Question banks."""

from typing import Any

from django.db import models
from django.db.models import Count, Q

from juxian.people.access import TownQuerySet
from juxian.people.models import Town


class QuestionBankQuerySet(TownQuerySet):
    """Banks of a town, and the county's shared ones."""

    def visible_to(self, user: Any) -> "QuestionBankQuerySet":
        if not user.is_authenticated or not user.active_grants:
            return self.none()
        return self.filter(Q(town__in=user.towns()) | Q(town=None))

    def editable_by(self, user: Any) -> "QuestionBankQuerySet":
        """A clerk edits the own town's banks; the county edits all."""
        if not user.is_authenticated:
            return self.none()
        rows: QuestionBankQuerySet = self.filter(Q() if user.is_county else Q(town__in=user.editable_towns()))
        return rows

    def with_counts(self) -> "QuestionBankQuerySet":
        """Adds `singles`, `multiples`, `judgements`: usable questions of each kind."""
        usable = Q(questions__retired_at=None)
        counted: QuestionBankQuerySet = self.annotate(
            singles=Count("questions", filter=usable & Q(questions__kind="single")),
            multiples=Count("questions", filter=usable & Q(questions__kind="multiple")),
            judgements=Count("questions", filter=usable & Q(questions__kind="true_false")),
        )
        return counted


class QuestionBank(models.Model):
    """A bank of questions; without a town it is shared by all."""

    code = models.CharField(
        "编号", max_length=30, unique=True, error_messages={"unique": "这个编号已有题库在用，请换一个。"}
    )
    name = models.CharField("名称", max_length=60)
    town = models.ForeignKey(Town, models.PROTECT, verbose_name="镇街", null=True, blank=True, related_name="banks")

    objects = QuestionBankQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "题库"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class QuestionQuerySet(TownQuerySet):
    """Questions follow their bank."""

    town_path = "bank__town"

    def visible_to(self, user: Any) -> "QuestionQuerySet":
        return self.filter(bank__in=QuestionBank.objects.visible_to(user))

    def editable_by(self, user: Any) -> "QuestionQuerySet":
        return self.filter(bank__in=QuestionBank.objects.editable_by(user))

    def usable(self) -> "QuestionQuerySet":
        return self.filter(retired_at=None)


class Question(models.Model):
    """One question. `options` is a list of texts; `answer` a sorted list of option indexes (0-based)."""

    class Kind(models.TextChoices):
        SINGLE = "single", "单选"
        MULTIPLE = "multiple", "多选"
        TRUE_FALSE = "true_false", "判断"

    bank = models.ForeignKey(QuestionBank, models.CASCADE, verbose_name="题库", related_name="questions")
    kind = models.CharField("题型", max_length=10, choices=Kind)
    stem = models.TextField("题干")
    options = models.JSONField("选项")
    answer = models.JSONField("答案")
    digest = models.CharField("内容摘要", max_length=64, editable=False)
    retired_at = models.DateTimeField("停用时间", null=True, blank=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "试题"
        ordering = ["bank", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["bank", "digest"],
                name="assessments_question_once",
                violation_error_message="题库里已有同一道题。",
            ),
        ]

    def __str__(self) -> str:
        return self.stem[:40]
