"""What learners think of each lesson of a class: counters and shuffled remarks, never who.

A rating only raises one of four counters of its lesson, so there is no row of a person at all: nothing tells which
ratings came from one hand, and nobody can hold the lessons somebody left out against the roster. Remarks are rows
without a link to anything but the lesson, written again in random order at each submission (design 4.4).
"""

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import F

from assessments.models.surveys import Survey
from juxian.people.access import TownQuerySet
from trainings.models import Session

RATED = F("very_good") + F("good") + F("fair") + F("poor")
POINTS = 4 * F("very_good") + 3 * F("good") + 2 * F("fair") + F("poor")
# An answer that came in the last second is written by then, so that what is shown once never changes.
SETTLED = timedelta(minutes=10)


class SurveyLessonQuerySet(TownQuerySet):
    """Lessons of a town's surveys."""

    town_path = "survey__training_class__town"

    def published(self, now: datetime) -> "SurveyLessonQuerySet":
        """Lessons that may be shown and counted anywhere: the survey is over and the group is large enough.

        Shown once and whole, and only whole lessons are summed up: whatever is subtracted from whatever else, at
        least `threshold` answers are left together.
        """
        rows = self.filter(survey__closes_at__lte=now - SETTLED, session__cancelled_at=None)
        shown: SurveyLessonQuerySet = rows.annotate(rated=RATED, points=POINTS).filter(rated__gte=F("threshold"))
        return shown


class SurveyLesson(models.Model):
    """A lesson the survey asks about. Whose it is says its session, which names who really taught."""

    survey = models.ForeignKey(Survey, models.CASCADE, verbose_name="测评", related_name="lessons")
    session = models.ForeignKey(Session, models.CASCADE, verbose_name="课次", related_name="survey_lessons")
    topic = models.CharField("课题", max_length=80)
    threshold = models.PositiveSmallIntegerField("最少份数")
    very_good = models.PositiveIntegerField("非常满意", default=0)
    good = models.PositiveIntegerField("满意", default=0)
    fair = models.PositiveIntegerField("基本满意", default=0)
    poor = models.PositiveIntegerField("不满意", default=0)

    objects = SurveyLessonQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "课次测评"
        ordering = ["session__day", "session__half", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["survey", "session"],
                name="assessments_surveylesson_once",
                violation_error_message="这一课已在测评里。",
            ),
            models.CheckConstraint(
                condition=models.Q(threshold__gte=5),
                name="assessments_surveylesson_threshold",
                violation_error_message="最少份数不能少于 5。",
            ),
        ]

    def __str__(self) -> str:
        return self.topic


class LessonRemarkQuerySet(TownQuerySet):
    """Remarks of a town's surveys."""

    town_path = "lesson__survey__training_class__town"


class LessonRemark(models.Model):
    """What somebody wrote about a lesson."""

    id = models.UUIDField("编号", primary_key=True, default=uuid.uuid4, editable=False)
    lesson = models.ForeignKey(SurveyLesson, models.CASCADE, verbose_name="课次", related_name="remarks")
    text = models.TextField("意见")

    objects = LessonRemarkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "课次意见"
        ordering = ["lesson", "id"]

    def __str__(self) -> str:
        return "课次意见"
