"""一镇一品: a brand a town, and its dossier as revisions of which one is in force."""

from django.db import models
from django.db.models import F, Q

from centres.models.themes import BrandTheme
from centres.seen import stamp
from juxian.people.access import TownQuerySet
from juxian.people.models import Town, User


class BrandQuerySet(TownQuerySet):
    """Brands of a town."""


class Brand(models.Model):
    """The one brand of a town, what courses and lecturers are the key of. What it says stands in its revisions."""

    town = models.OneToOneField(
        Town,
        models.PROTECT,
        verbose_name="镇街",
        related_name="brand",
        error_messages={"unique": "一镇一品：这个镇街已有品牌，请在原有的品牌上修改。"},
    )

    objects = BrandQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "品牌"
        ordering = ["town__code"]

    def __str__(self) -> str:
        return f"{self.town.name}品牌"


class BrandRevisionQuerySet(TownQuerySet):
    """Revisions by state."""

    town_path = "brand__town"

    def in_force(self) -> "BrandRevisionQuerySet":
        """What the county approved and nothing has replaced."""
        return self.filter(state=BrandRevision.State.APPROVED)

    def open(self) -> "BrandRevisionQuerySet":
        """Drafts, and what waits for the county."""
        return self.filter(state__in=BrandRevision.OPEN)


class BrandRevision(models.Model):
    """One version of the dossier: draft → submitted → approved (later replaced), or returned with a comment.

    Only a draft changes; what was sent, returned, approved or replaced stays as it was (triggers hold that too).
    """

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        SUBMITTED = "submitted", "已送审"
        RETURNED = "returned", "已退回"
        APPROVED = "approved", "使用中"
        REPLACED = "replaced", "已换新"

    OPEN = (State.DRAFT, State.SUBMITTED)
    DECIDED = (State.RETURNED, State.APPROVED, State.REPLACED)
    SAID = ("theme", "slogan", "story", "key_point")  # what a revision says

    brand = models.ForeignKey(Brand, models.PROTECT, verbose_name="品牌", related_name="revisions")
    number = models.PositiveSmallIntegerField("版次")
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    theme = models.ForeignKey(
        BrandTheme, models.PROTECT, verbose_name="类别", null=True, blank=True, related_name="brand_revisions"
    )
    slogan = models.CharField("品牌口号", max_length=40, blank=True)
    story = models.TextField("品牌由来", max_length=2000, blank=True)
    key_point = models.ForeignKey(
        "centres.TeachingPoint",
        models.PROTECT,
        verbose_name="重点教学点",
        null=True,
        blank=True,
        related_name="brand_revisions",
    )
    source = models.CharField("依据", max_length=200, blank=True)
    submitted_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="送审人", null=True, blank=True, related_name="+"
    )
    submitted_at = models.DateTimeField("送审时间", null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, verbose_name="审批人", null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    comment = models.CharField("审批意见", max_length=300, blank=True)
    used_from = models.DateField("启用日期", null=True, blank=True)
    used_until = models.DateField("停用日期", null=True, blank=True)

    objects = BrandRevisionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "品牌申报"
        ordering = ["brand__town__code", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "number"],
                name="centres_brandrevision_number",
                violation_error_message="这个品牌已有这一版。",
            ),
            models.UniqueConstraint(
                fields=["brand"],
                condition=Q(state__in=["draft", "submitted"]),
                name="centres_brandrevision_one_open",
                violation_error_message="这个镇街已有一份没办完的品牌申报，先把它办完。",
            ),
            models.UniqueConstraint(
                fields=["brand"],
                condition=Q(state="approved"),
                name="centres_brandrevision_one_in_force",
                violation_error_message="一个镇街同时只能有一个使用中的品牌。",
            ),
            models.CheckConstraint(
                condition=Q(state="draft")
                | Q(~Q(slogan=""), ~Q(source=""))
                | Q(~Q(slogan=""), ~Q(story=""), theme__isnull=False, key_point__isnull=False),
                name="centres_brandrevision_complete",
                violation_error_message="送审的品牌要有类别、口号、由来和重点教学点。",
            ),
            models.CheckConstraint(
                condition=~Q(state="submitted") | Q(submitted_by__isnull=False, submitted_at__isnull=False),
                name="centres_brandrevision_submitted",
                violation_error_message="送审的品牌要有送审人和时间。",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "submitted"], decided_by=None, decided_at=None)
                | Q(
                    state__in=["returned", "approved", "replaced"],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    submitted_by__isnull=False,
                )
                | Q(~Q(source=""), state__in=["approved", "replaced"], decided_by=None),
                name="centres_brandrevision_decided",
                violation_error_message="审批过的品牌要有送审人、审批人和时间。",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("submitted_by")),
                name="centres_brandrevision_not_own",
                violation_error_message="自己送审的品牌要由另一位县级管理员审批。",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(comment=""),
                name="centres_brandrevision_returned_why",
                violation_error_message="退回要写明意见。",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "submitted", "returned"], used_from=None, used_until=None)
                | Q(state="approved", used_from__isnull=False, used_until=None)
                | Q(
                    state="replaced",
                    used_from__isnull=False,
                    used_until__isnull=False,
                    used_until__gte=F("used_from"),
                ),
                name="centres_brandrevision_used",
                violation_error_message="使用中的品牌要有启用日期，换下的还要有停用日期，停用不早于启用。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand.town.name}品牌第{self.number}版"

    @property
    def seen(self) -> str:
        """Which sending this is: another one is sent at another moment."""
        return f"{self.submitted_at:%Y%m%d%H%M%S%f}" if self.submitted_at else ""

    @property
    def words(self) -> str:
        """Which words the form showed: a new draft says what the newest version said."""
        return stamp(self.theme_id, self.slogan, self.story, self.key_point_id)
