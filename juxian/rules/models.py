"""Dated county settings. A past day keeps the value it had."""

from django.db import models
from django.db.models import F, Q


class Certainty(models.TextChoices):
    """How well a figure is known."""

    READ = "A", "读过原文"
    SECOND_HAND = "B", "转引"
    ASSUMED = "C", "待核实"


class Rule(models.Model):
    """One value of one key, in force from `valid_from` until the day before `valid_to`."""

    key = models.CharField("键", max_length=60)
    value = models.JSONField("值")
    unit = models.CharField("单位", max_length=20, blank=True)
    label = models.CharField("名称", max_length=100)
    valid_from = models.DateField("自")
    valid_to = models.DateField("至（不含）", null=True, blank=True)
    source = models.CharField("依据", max_length=200)
    certainty = models.CharField("可靠程度", max_length=1, choices=Certainty)

    class Meta:
        verbose_name = verbose_name_plural = "县级设置"
        ordering = ["key", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["key", "valid_from"],
                name="rules_rule_one_per_day",
                violation_error_message="同一设置在同一天只能有一个起始值。",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                name="rules_rule_dates",
                violation_error_message="“至”要晚于“自”。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}（{self.valid_from} 起）"
