"""Accounts opened to the members of a town, and what the members ask about them. No column here says who was paid."""

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from centres.seen import stamp
from juxian.people.access import PersonalQuerySet, TownQuerySet
from juxian.people.models import Member, Town, User
from juxian.rules.lookup import value


class DisclosureQuerySet(TownQuerySet):
    """Disclosures of a town; members read what was published to them."""

    def mine(self, user: Any) -> "DisclosureQuerySet":
        """Published ones of the town of the member who signs in as `user`; of all towns where the county says so."""
        member = Member.objects.mine(user).filter(left_on=None)
        if value("disclosure.wide", timezone.localdate()):
            return self.published() if member.exists() else self.none()
        return self.published().filter(town__in=member.values("branch__town"))

    def published(self) -> "DisclosureQuerySet":
        """Twin of `Disclosure.is_published`."""
        return self.filter(state=Disclosure.State.PUBLISHED)

    def overlapping(self, row: "Disclosure") -> "DisclosureQuerySet":
        """What the town has proposed or published of the days of `row`; not what `row` corrects, nor what was corrected."""
        rows = self.filter(town=row.town_id, starts_on__lte=row.ends_on, ends_on__gte=row.starts_on)
        rows = rows.exclude(state=Disclosure.State.DRAFT).exclude(correction__state=Disclosure.State.PUBLISHED)
        return rows.exclude(pk__in=[pk for pk in (row.pk, row.corrects_id) if pk])


class Disclosure(models.Model):
    """账目公开: draft → proposed → checked → approved → published, or back to the draft with a comment.

    Heads and items are copied from the books when it is proposed. Once published nothing of it changes (triggers);
    a correction is a new one that names the one it corrects.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        PROPOSED = "proposed", "待保密审查"
        CHECKED = "checked", "待批准"
        APPROVED = "approved", "待公布"
        PUBLISHED = "published", "已公布"

    town = models.ForeignKey(Town, models.PROTECT, verbose_name="镇街", related_name="disclosures")
    title = models.CharField("标题", max_length=80)
    starts_on = models.DateField("账目自")
    ends_on = models.DateField("账目至")
    text = models.TextField("说明", max_length=3000, blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    corrects = models.OneToOneField(
        "self",
        models.PROTECT,
        verbose_name="更正哪一份",
        null=True,
        blank=True,
        related_name="correction",
        error_messages={"unique": "这一份已有更正，请改那一份更正。"},
    )
    copied_at = models.DateTimeField("取账时间", null=True, blank=True)
    proposed_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="提出人", null=True, blank=True, related_name="+"
    )
    proposed_at = models.DateTimeField("提出时间", null=True, blank=True)
    checked_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="保密审查人", null=True, blank=True, related_name="+"
    )
    checked_at = models.DateTimeField("保密审查时间", null=True, blank=True)
    approved_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="批准人", null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    published_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="公布人", null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField("公布时间", null=True, blank=True)
    names_reason = models.CharField("保留姓名的理由", max_length=200, blank=True)
    names_kept = models.JSONField("已确认保留的姓名", default=list, blank=True)
    comment = models.CharField("退回意见", max_length=300, blank=True)

    objects = DisclosureQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "账目公开"
        ordering = ["-ends_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="centres_disclosure_dates",
                violation_error_message="“账目至”不能早于“账目自”。",
            ),
            models.UniqueConstraint(
                fields=["town", "starts_on", "ends_on"],
                condition=Q(corrects=None),
                name="centres_disclosure_one_a_period",
                violation_error_message="这一期已有一份，请改那一份；已经公布的，请做更正。",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state="published", published_at__isnull=False, published_by__isnull=False)
                    | (~Q(state="published") & Q(published_at=None, published_by=None))
                ),
                name="centres_disclosure_published_by_somebody",
                violation_error_message="公布要有公布人和时间。",
            ),
            models.CheckConstraint(
                condition=Q(checked_by=None) | ~Q(checked_by=F("proposed_by")),
                name="centres_disclosure_checked_by_another",
                violation_error_message="自己提出的，要由另一个人作保密审查。",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("proposed_by")),
                name="centres_disclosure_approved_by_another",
                violation_error_message="自己提出的，要由另一个人批准。",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_later(self) -> bool:
        """Whether the year had begun before the first day, so that something may have been spent before."""
        return (self.starts_on.month, self.starts_on.day) != (1, 1)

    @property
    def is_published(self) -> bool:
        return self.state == self.State.PUBLISHED

    @property
    def corrected_by(self) -> "Disclosure | None":
        """The published correction, if there is one."""
        found: Disclosure | None = getattr(self, "correction", None)
        return found if found and found.is_published else None

    @property
    def seen(self) -> str:
        """Which proposal this is: another one is proposed at another moment."""
        return f"{self.proposed_at:%Y%m%d%H%M%S%f}" if self.proposed_at else ""

    @property
    def words(self) -> str:
        """Which words the form showed."""
        return stamp(self.title, self.starts_on, self.ends_on, self.text)


class DisclosureHeadQuerySet(TownQuerySet):
    """Heads of a town's disclosures."""

    town_path = "disclosure__town"


class DisclosureHead(models.Model):
    """One head of the accounts as it stood when it was copied; amounts in 元."""

    disclosure = models.ForeignKey(Disclosure, models.CASCADE, verbose_name="账目公开", related_name="heads")
    order = models.PositiveSmallIntegerField("顺序")
    name = models.CharField("科目", max_length=40)
    budget = models.DecimalField("预算（元）", max_digits=12, decimal_places=2)
    spent_before = models.DecimalField(
        "此前支出（元）", max_digits=12, decimal_places=2, null=True, blank=True, help_text="当年账目开始那天以前"
    )
    spent = models.DecimalField("支出（元）", max_digits=12, decimal_places=2)

    objects = DisclosureHeadQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公开的科目"
        ordering = ["disclosure", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["disclosure", "name"],
                name="centres_disclosurehead_name",
                violation_error_message="同一份里科目不能重复。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def left(self) -> Decimal | None:
        """What the year's budget has left on the last day; None where it was not kept what went before."""
        before = self.spent_before if self.disclosure.is_later else Decimal(0)
        return None if before is None else self.budget - before - self.spent


class DisclosureItemQuerySet(TownQuerySet):
    """Items of a town's disclosures."""

    town_path = "head__disclosure__town"


class DisclosureItem(models.Model):
    """One expense as members read it: day, what for, how much. Who was paid is not copied and has no column."""

    head = models.ForeignKey(DisclosureHead, models.CASCADE, verbose_name="科目", related_name="spendings")
    number = models.PositiveIntegerField("序号")
    source = models.PositiveBigIntegerField("账上的编号")
    day = models.DateField("日期")
    text = models.CharField("用途", max_length=120)
    is_reworded = models.BooleanField("改过文字", default=False)
    amount = models.DecimalField("金额（元）", max_digits=12, decimal_places=2)

    objects = DisclosureItemQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公开的支出"
        ordering = ["head__order", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["head", "number"],
                name="centres_disclosureitem_number",
                violation_error_message="同一科目里序号不能重复。",
            ),
        ]

    def __str__(self) -> str:
        return f"第 {self.number} 笔"


class DisclosureQuestionQuerySet(PersonalQuerySet):
    """Questions of members about their town's accounts."""

    town_path = "disclosure__town"

    def listed_to(self, user: Any) -> "DisclosureQuestionQuerySet":
        """What a member reads: own questions, and the answered ones of what the member may read."""
        answered = Q(answered_at__isnull=False, disclosure__in=Disclosure.objects.mine(user))
        return self.filter(answered | Q(member__in=Member.objects.mine(user)))

    def open(self) -> "DisclosureQuestionQuerySet":
        """Twin of `not DisclosureQuestion.is_answered`."""
        return self.filter(answered_at=None)


class DisclosureQuestion(models.Model):
    """What a member asks. Staff of the town see who; other members read it, without the name, once it is answered."""

    disclosure = models.ForeignKey(Disclosure, models.PROTECT, verbose_name="账目公开", related_name="questions")
    member = models.ForeignKey(Member, models.PROTECT, verbose_name="提问人", related_name="+")
    text = models.CharField("问题", max_length=300)
    asked_at = models.DateTimeField("提问时间", default=timezone.now)
    answer = models.CharField("答复", max_length=1000, blank=True)
    answered_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="答复人", null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    names_reason = models.CharField("保留姓名的理由", max_length=200, blank=True)

    objects = DisclosureQuestionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "账目问答"
        ordering = ["asked_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(answered_at=None, answered_by=None, answer="")
                    | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer=""))
                ),
                name="centres_disclosurequestion_answer",
                violation_error_message="答复要有内容、答复人和时间。",
            ),
        ]

    def __str__(self) -> str:
        return f"问题 {self.pk}"

    @property
    def is_answered(self) -> bool:
        return self.answered_at is not None
