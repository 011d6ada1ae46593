"""Who taught instead of whom. Rows are only added; the session itself names the one who really teaches."""

from django.db import models
from django.db.models import F, Q

from juxian.people.access import TownQuerySet
from juxian.people.models import User
from lecturers.models import Lecturer
from trainings.models.classes import Session


class SubstitutionQuerySet(TownQuerySet):
    """Substitutions in a town's classes."""

    town_path = "session__training_class__town"


class Substitution(models.Model):
    """代课: one lecturer in the place of another, with the reason. A mistake is set right by one more row."""

    session = models.ForeignKey(Session, models.PROTECT, verbose_name="课次", related_name="substitutions")
    planned = models.ForeignKey(Lecturer, models.PROTECT, verbose_name="原定授课人", related_name="+")
    actual = models.ForeignKey(Lecturer, models.PROTECT, verbose_name="实际授课人", related_name="+")
    reason = models.CharField("原因", max_length=200)
    by = models.ForeignKey(User, models.PROTECT, verbose_name="经办人", related_name="+")
    at = models.DateTimeField("记录时间")

    objects = SubstitutionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "代课记录"
        ordering = ["session", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(planned=F("actual")),
                name="trainings_substitution_somebody_else",
                violation_error_message="代课的人不能就是原定的授课人。",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="trainings_substitution_reason",
                violation_error_message="请写明代课的原因。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session}：{self.planned}改由{self.actual}"
