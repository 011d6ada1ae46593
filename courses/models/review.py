"""How a course becomes featured: topic, declaration, script, panel of judges, trial lecture; and its yearly review."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from centres.models import BrandTheme
from courses.models.library import Course
from juxian.files.models import StoredFile
from juxian.people.access import TownQuerySet
from juxian.people.models import Town, User
from lecturers.models import Lecturer


class Topic(models.Model):
    """教学选题 of a town, and everything declared under it until it is a course. The town's and the county's alone."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "待批选题"
        RETURNED = "returned", "选题退回"
        APPROVED = "approved", "待申报"
        DECLARED = "declared", "待审稿"
        VETTED = "vetted", "待评审"
        JUDGING = "judging", "评审中"
        TRIAL = "trial", "待试讲"
        PASSED = "passed", "待入选"
        FEATURED = "featured", "已入选"
        IMPROVE = "improve", "待修改"
        DROPPED = "dropped", "已撤回"

    town = models.ForeignKey(Town, models.PROTECT, verbose_name="申报镇街", related_name="topics")
    title = models.CharField("选题", max_length=80)
    theme = models.ForeignKey(BrandTheme, models.PROTECT, verbose_name="品牌类别", related_name="+")
    reason = models.TextField("为什么讲", max_length=1000)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey(User, models.PROTECT, verbose_name="提出人", related_name="+")
    form = models.CharField("形式", max_length=10, choices=Course.Form, default=Course.Form.CLASSROOM)
    hours = models.DecimalField(
        "学时", max_digits=5, decimal_places=2, default=Decimal(4), validators=[MinValueValidator(Decimal("0.25"))]
    )
    summary = models.CharField("课程简介", max_length=300, blank=True)
    outline = models.TextField("提纲", max_length=4000, blank=True)
    lecturers = models.ManyToManyField(Lecturer, verbose_name="主讲", blank=True, related_name="topics_declared")
    script = models.ForeignKey(StoredFile, models.PROTECT, verbose_name="讲稿", null=True, blank=True, related_name="+")
    declared_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="申报人", null=True, blank=True, related_name="+"
    )
    course = models.OneToOneField(
        Course, models.PROTECT, verbose_name="课程", null=True, blank=True, related_name="topic"
    )

    objects = TownQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "教学选题"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(state="featured") & Q(course__isnull=False)) | (~Q(state="featured") & Q(course=None)),
                name="courses_topic_featured_is_a_course",
                violation_error_message="入选的选题要有一堂课程，没入选的不能有。",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def speakers(self) -> list[Lecturer]:
        """Who is to teach it."""
        return list(self.lecturers.order_by("name", "id"))


class TopicStepQuerySet(TownQuerySet):
    """Steps of topics."""

    town_path = "topic__town"


class TopicStep(models.Model):
    """What happened to a topic, with the words of who did it."""

    topic = models.ForeignKey(Topic, models.CASCADE, verbose_name="选题", related_name="steps")
    words = models.CharField("事项", max_length=60)
    comment = models.CharField("意见", max_length=500, blank=True)
    by = models.ForeignKey(User, models.PROTECT, verbose_name="经办人", related_name="+")
    by_name = models.CharField("经办人姓名", max_length=30)
    at = models.DateTimeField("时间", default=timezone.now)

    objects = TopicStepQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "选题经过"
        ordering = ["topic", "id"]

    def __str__(self) -> str:
        return f"{self.topic}：{self.words}"


class CriterionQuerySet(models.QuerySet["Criterion"]):
    """Criteria by day."""

    def in_force(self, on: date) -> "CriterionQuerySet":
        """Those that hold on the local day `on`."""
        return self.filter(valid_from__lte=on).filter(Q(valid_to=None) | Q(valid_to__gt=on))


class Criterion(models.Model):
    """评分标准: what judges give points for, from a day to a day. A panel copies those of the day it opens."""

    name = models.CharField("项目", max_length=40)
    hint = models.CharField("看什么", max_length=120, blank=True)
    weight = models.PositiveSmallIntegerField("权重", validators=[MinValueValidator(1), MaxValueValidator(100)])
    order = models.PositiveSmallIntegerField("顺序", default=0)
    valid_from = models.DateField("自")
    valid_to = models.DateField("至（不含）", null=True, blank=True)
    source = models.CharField("依据", max_length=200, blank=True)

    objects = CriterionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "评分标准"
        ordering = ["order", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                name="courses_criterion_dates",
                violation_error_message="“至”要晚于“自”。",
            ),
            models.CheckConstraint(
                condition=Q(weight__gte=1, weight__lte=100),
                name="courses_criterion_weight",
                violation_error_message="权重请写 1 到 100 的整数。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PanelQuerySet(TownQuerySet):
    """Panels of a town's topics."""

    town_path = "topic__town"


class Panel(models.Model):
    """评审: one round of judging, with the numbers of the day it opened. The score is always counted from ballots."""

    topic = models.ForeignKey(Topic, models.PROTECT, verbose_name="选题", related_name="panels")
    number = models.PositiveSmallIntegerField("第几次")
    min_judges = models.PositiveSmallIntegerField("最少评委")
    drop_from = models.PositiveSmallIntegerField("从几份起去掉最高最低分")
    drop_each = models.PositiveSmallIntegerField("最高最低各去几份")
    pass_mark = models.PositiveSmallIntegerField("通过分")
    ends_on = models.DateField("评分截止")
    opened_at = models.DateTimeField("开评时间", default=timezone.now)
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)

    objects = PanelQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "评审"
        ordering = ["topic", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["topic", "number"],
                name="courses_panel_number",
                violation_error_message="这个选题已有这一次评审。",
            ),
            models.UniqueConstraint(
                fields=["topic"],
                condition=Q(closed_at=None),
                name="courses_panel_one_open",
                violation_error_message="这个选题已有一次评审没有结束。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} 第{self.number}次评审"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def criteria_in_order(self) -> "list[PanelCriterion]":
        """What judges of this panel give points for."""
        return list(PanelCriterion.objects.filter(panel=self).order_by("order", "id"))


class PanelCriterionQuerySet(TownQuerySet):
    """Copies of criteria."""

    town_path = "panel__topic__town"


class PanelCriterion(models.Model):
    """A criterion as it was when the panel opened."""

    panel = models.ForeignKey(Panel, models.CASCADE, verbose_name="评审", related_name="criteria")
    name = models.CharField("项目", max_length=40)
    hint = models.CharField("看什么", max_length=120, blank=True)
    weight = models.PositiveSmallIntegerField("权重")
    order = models.PositiveSmallIntegerField("顺序", default=0)

    objects = PanelCriterionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "本次评分标准"
        ordering = ["panel", "order", "id"]

    def __str__(self) -> str:
        return self.name


class JudgeQuerySet(TownQuerySet):
    """Invitations. A judge sees the own ones, the county every one; the town that declared sees no judge."""

    town_path = "panel__topic__town"

    def mine(self, user: Any) -> "JudgeQuerySet":
        """Panels `user` is invited to; none before sign-in."""
        return self.filter(user_id=user.pk) if user.is_authenticated else self.none()


class Judge(models.Model):
    """A user invited to one panel."""

    panel = models.ForeignKey(Panel, models.PROTECT, verbose_name="评审", related_name="judges")
    user = models.ForeignKey(User, models.PROTECT, verbose_name="评委", related_name="judgeships")
    unit = models.CharField("单位", max_length=80)
    invited_at = models.DateTimeField("邀请时间", default=timezone.now)

    objects = JudgeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "评委"
        ordering = ["panel", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["panel", "user"],
                name="courses_judge_once",
                violation_error_message="这位评委已在名单里。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}（{self.unit}）"


class BallotQuerySet(TownQuerySet):
    """Ballots of panels."""

    town_path = "judge__panel__topic__town"


class Ballot(models.Model):
    """A judge's scores, handed in once; never changed and never taken back (triggers)."""

    judge = models.OneToOneField(
        Judge,
        models.PROTECT,
        verbose_name="评委",
        related_name="ballot",
        error_messages={"unique": "这位评委已经交过评分。"},
    )
    comment = models.CharField("评语", max_length=500, blank=True)
    at = models.DateTimeField("交表时间", default=timezone.now)

    objects = BallotQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "评分表"
        ordering = ["judge"]

    def __str__(self) -> str:
        return f"{self.judge}的评分"

    def points_in_order(self) -> "list[Score]":
        """What was given, criterion by criterion."""
        rows = Score.objects.filter(ballot=self).select_related("criterion")
        return list(rows.order_by("criterion__order", "criterion"))


class ScoreQuerySet(TownQuerySet):
    """Points on ballots."""

    town_path = "ballot__judge__panel__topic__town"


class Score(models.Model):
    """The points of one criterion on one ballot, 0 to 100."""

    ballot = models.ForeignKey(Ballot, models.PROTECT, verbose_name="评分表", related_name="scores")
    criterion = models.ForeignKey(PanelCriterion, models.PROTECT, verbose_name="项目", related_name="+")
    points = models.PositiveSmallIntegerField("得分")

    objects = ScoreQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "得分"
        ordering = ["ballot", "criterion"]
        constraints = [
            models.UniqueConstraint(
                fields=["ballot", "criterion"],
                name="courses_score_once",
                violation_error_message="这一项已经打过分。",
            ),
            models.CheckConstraint(
                condition=Q(points__gte=0, points__lte=100),
                name="courses_score_range",
                violation_error_message="得分是 0 到 100。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion} {self.points}"


class CourseReview(models.Model):
    """复审: the county looks at a featured course again and keeps it, has it improved by a day, or retires it."""

    class Verdict(models.TextChoices):
        KEEP = "keep", "继续作为精品"
        IMPROVE = "improve", "限期改进"
        RETIRE = "retire", "退出精品"

    course = models.ForeignKey(Course, models.PROTECT, verbose_name="课程", related_name="reviews")
    verdict = models.CharField("结论", max_length=10, choices=Verdict)
    comment = models.CharField("意见", max_length=500)
    on = models.DateField("复审日期", default=timezone.localdate)
    improve_by = models.DateField("改进期限", null=True, blank=True)
    improved = models.CharField("改进情况", max_length=500, blank=True)
    by = models.ForeignKey(User, models.PROTECT, verbose_name="复审人", related_name="+")
    by_name = models.CharField("复审人姓名", max_length=30)

    class Meta:
        verbose_name = verbose_name_plural = "课程复审"
        ordering = ["course", "-on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(verdict="improve") & Q(improve_by__gt=F("on")))
                | (~Q(verdict="improve") & Q(improve_by=None)),
                name="courses_coursereview_improve_has_day",
                violation_error_message="限期改进要写晚于今天的期限，别的结论不写。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.course} {self.get_verdict_display()}"
