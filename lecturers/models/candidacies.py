"""Somebody is recommended for the pool; the county looks at conduct and content, a panel votes, the county appoints."""

from typing import Any

from django.db import models
from django.db.models import F, Q

from juxian.people.access import TownQuerySet
from juxian.people.models import Town, User
from lecturers.models.pool import Appointment, Lecturer, LecturerKind


class CandidacyQuerySet(TownQuerySet):
    """A town's candidates are the town's and the county's; those the county took in itself are the county's alone."""

    def visible_to(self, user: Any) -> "CandidacyQuerySet":
        """Rows of the towns `user` holds a grant for; who sees the whole county also those of no town."""
        if not user.is_authenticated:
            return self.none()
        if user.is_county or user.is_inspector or user.is_auditor:
            return self.all()
        return self.filter(town__in=user.towns())

    def editable_by(self, user: Any) -> "CandidacyQuerySet":
        """A clerk writes the own town's; the county writes all."""
        if not user.is_authenticated:
            return self.none()
        return self.all() if user.is_county else self.filter(town__in=user.editable_towns())

    def open(self) -> "CandidacyQuerySet":
        """Those the county has not decided yet."""
        return self.filter(state__in=Candidacy.OPEN)


class Candidacy(models.Model):
    """One recommendation for one tier. Whoever is appointed becomes (or already is) a lecturer."""

    class Source(models.TextChoices):
        SELF = "self", "本人自荐"
        UNIT = "unit", "单位推荐"
        TOWN = "town", "镇街推荐"

    class State(models.TextChoices):
        PROPOSED = "proposed", "待审核"
        VETTED = "vetted", "待评审"
        PASSED = "passed", "待聘任"
        APPOINTED = "appointed", "已聘任"
        REFUSED = "refused", "未通过"
        WITHDRAWN = "withdrawn", "已撤回"

    OPEN = (State.PROPOSED, State.VETTED, State.PASSED)

    source = models.CharField("推荐方式", max_length=10, choices=Source)
    town = models.ForeignKey(
        Town, models.PROTECT, verbose_name="推荐镇街", null=True, blank=True, related_name="candidacies"
    )
    lecturer = models.ForeignKey(
        Lecturer, models.PROTECT, verbose_name="讲师", null=True, blank=True, related_name="candidacies"
    )
    name = models.CharField("姓名", max_length=30)
    kind = models.ForeignKey(LecturerKind, models.PROTECT, verbose_name="类别", related_name="+")
    unit = models.CharField("单位及职务", max_length=80)
    topics = models.CharField("擅长方向", max_length=200)
    tier = models.CharField("推荐为", max_length=10, choices=Appointment.Tier, default=Appointment.Tier.POOL)
    reason = models.TextField("推荐理由", max_length=1000)
    conduct = models.TextField("政治表现情况", max_length=1000)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PROPOSED, editable=False)
    proposed_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="推荐登记人", related_name="+", null=True, editable=False
    )
    proposed_at = models.DateTimeField("推荐时间", editable=False)
    conduct_opinion = models.CharField("政治表现审核意见", max_length=300, blank=True, editable=False)
    content_opinion = models.CharField("授课内容审核意见", max_length=300, blank=True, editable=False)
    vetted_at = models.DateTimeField("审核时间", null=True, editable=False)
    panel_on = models.DateField("评审日期", null=True, editable=False)
    panel_size = models.PositiveSmallIntegerField("评审人数", null=True, editable=False)
    panel_yes = models.PositiveSmallIntegerField("同意人数", null=True, editable=False)
    panel_least = models.PositiveSmallIntegerField("当时最少评审人数", null=True, editable=False)
    panel_percent = models.PositiveSmallIntegerField("当时通过比例（%）", null=True, editable=False)
    panel_note = models.CharField("评审意见", max_length=300, blank=True, editable=False)
    decided_at = models.DateTimeField("办结时间", null=True, editable=False)
    refusal = models.CharField("未通过的原因", max_length=300, blank=True, editable=False)

    objects = CandidacyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "推荐人选"
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["town", "name", "unit", "tier"],
                condition=Q(state__in=["proposed", "vetted", "passed"]),
                name="lecturers_candidacy_one_open",
                violation_error_message="这个人已经推荐了，还没办完，不用再报。",
            ),
            models.CheckConstraint(
                condition=Q(panel_yes=None) | Q(panel_yes__lte=F("panel_size")),
                name="lecturers_candidacy_votes",
                violation_error_message="同意人数不能多于评审人数。",
            ),
            models.CheckConstraint(
                condition=~Q(state="appointed") | Q(lecturer__isnull=False),
                name="lecturers_candidacy_appointed_whom",
                violation_error_message="已聘任的推荐要对应到讲师。",
            ),
            models.CheckConstraint(
                condition=~Q(source="town") | Q(town__isnull=False),
                name="lecturers_candidacy_town",
                violation_error_message="镇街推荐的要写明镇街。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.get_tier_display()}）"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def css(self) -> str:
        """How the state looks."""
        looks = {self.State.APPOINTED: "st-ok", self.State.REFUSED: "st-bad", self.State.WITHDRAWN: ""}
        return looks.get(self.State(self.state), "st-warn")

    @property
    def is_fresh(self) -> bool:
        """Whether the county has not begun: what was said may still be changed."""
        return self.state == self.State.PROPOSED
