"""The county's documents and each town's rules, as versioned papers."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone

from centres.models.standards import StandardItem
from juxian.files.models import StoredFile
from juxian.people.access import TownQuerySet
from juxian.people.models import Town, User


class RegulationKindQuerySet(models.QuerySet["RegulationKind"]):
    """Kinds by day."""

    def in_use(self, on: date) -> "RegulationKindQuerySet":
        """Kinds of the local day `on`."""
        return self.filter(Q(valid_until=None) | Q(valid_until__gte=on), valid_from__lte=on)

    def needed(self, on: date) -> "RegulationKindQuerySet":
        """Kinds every centre has to have on the local day `on`."""
        return self.in_use(on).filter(is_needed=True)


class RegulationKind(models.Model):
    """What a regulation is about. Dated, so that an old year is judged by what was needed then."""

    key = models.SlugField(
        "代码",
        max_length=30,
        unique=True,
        help_text="字母，不重复，如 teaching；建好后不变。",
        error_messages={"unique": "这个代码已有一类制度在用，请换一个。"},
    )
    name = models.CharField("名称", max_length=30)
    is_needed = models.BooleanField("每个中心都要有", default=False)
    item_key = models.SlugField(
        "也是哪一条的依据",
        max_length=40,
        blank=True,
        help_text="填标准条目的代码，如 have-rules：这类制度现行有效，那一条就不用再传依据。不填就不算。",
    )
    valid_from = models.DateField("自")
    valid_until = models.DateField("至", null=True, blank=True, help_text="最后一天；还在用的不填。")
    order = models.PositiveSmallIntegerField("顺序", default=0)

    objects = RegulationKindQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "制度类别"
        ordering = ["order", "key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="centres_regulationkind_days",
                violation_error_message="“至”不能早于“自”。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """The item must be one of the standard's."""
        if self.item_key and not StandardItem.objects.filter(key=self.item_key).exists():
            raise ValidationError({"item_key": "标准里没有这个代码的条目，请对照“阵地标准”里的代码填。"})


class RegulationQuerySet(TownQuerySet):
    """A town's rules, and the county's documents, which every town reads."""

    def visible_to(self, user: Any) -> "RegulationQuerySet":
        if not user.is_authenticated or not user.active_grants:
            return self.none()
        return self.filter(Q(town__in=user.towns()) | Q(town=None))

    def editable_by(self, user: Any) -> "RegulationQuerySet":
        """A clerk writes the own town's; the county writes all."""
        if not user.is_authenticated:
            return self.none()
        rows: RegulationQuerySet = self.filter(Q() if user.is_county else Q(town__in=user.editable_towns()))
        return rows


class Regulation(models.Model):
    """One rule of a town, or one document of the county (no town). What it says stands in its versions."""

    town = models.ForeignKey(
        Town, models.PROTECT, verbose_name="镇街", null=True, blank=True, related_name="regulations",
        help_text="不选就是县里的文件，各镇街都能看。",
    )  # fmt: skip
    kind = models.ForeignKey(RegulationKind, models.PROTECT, verbose_name="类别", related_name="regulations")
    title = models.CharField("名称", max_length=100)

    objects = RegulationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "制度文件"
        ordering = ["kind__order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["town", "title"],
                name="centres_regulation_title",
                violation_error_message="已有同名的制度，请给它加新版本。",
            ),
            models.UniqueConstraint(
                fields=["title"],
                condition=Q(town=None),
                name="centres_regulation_county_title",
                violation_error_message="县里已有同名的文件，请给它加新版本。",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class RegulationVersionQuerySet(TownQuerySet):
    """Versions follow their regulation."""

    town_path = "regulation__town"

    def visible_to(self, user: Any) -> "RegulationVersionQuerySet":
        return self.filter(regulation__in=Regulation.objects.visible_to(user))

    def editable_by(self, user: Any) -> "RegulationVersionQuerySet":
        return self.filter(regulation__in=Regulation.objects.editable_by(user))

    def in_force(self, on: date) -> "RegulationVersionQuerySet":
        """The newest version of each regulation on the local day `on`, if it has not run out.

        Only what was in the portal by the end of that day counts, so that an old day's answer stays.
        """
        midnight = timezone.make_aware(datetime.combine(on + timedelta(days=1), time.min))
        known = self.filter(valid_from__lte=on, at__lt=midnight)
        same = RegulationVersion.objects.filter(regulation=OuterRef("regulation"), valid_from__lte=on, at__lt=midnight)
        newest = Subquery(same.order_by("-number").values("pk")[:1])
        rows: RegulationVersionQuerySet = known.filter(pk=newest).filter(Q(valid_until=None) | Q(valid_until__gte=on))
        return rows


class RegulationVersion(models.Model):
    """One issue of a regulation. Never edited: a newer one takes its place."""

    regulation = models.ForeignKey(Regulation, models.PROTECT, verbose_name="制度", related_name="versions")
    number = models.PositiveSmallIntegerField("第几版")
    document_number = models.CharField("文号", max_length=40, blank=True)
    issued_on = models.DateField("印发日期")
    valid_from = models.DateField("施行日期")
    valid_until = models.DateField("有效至", null=True, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, verbose_name="文件", related_name="+")
    by = models.ForeignKey(User, models.PROTECT, verbose_name="经办人", related_name="+")
    at = models.DateTimeField("存入时间", default=timezone.now, editable=False)

    objects = RegulationVersionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "制度版本"
        ordering = ["regulation", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["regulation", "number"],
                name="centres_regulationversion_number",
                violation_error_message="这一版已经有了。",
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="centres_regulationversion_days",
                violation_error_message="“有效至”不能早于施行日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.regulation}（第 {self.number} 版）"

    def clean(self) -> None:
        """The days of a version follow those of the one it replaces."""
        before = RegulationVersion.objects.filter(regulation=self.regulation_id).order_by("-number").first()
        if before and self.valid_from and self.valid_from < before.valid_from:
            day = before.valid_from
            raise ValidationError(
                {"valid_from": f"现在这一版自 {day.year}年{day.month}月{day.day}日 起施行，新版不能更早。"}
            )
