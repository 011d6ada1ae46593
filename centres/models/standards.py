"""The 四区六有 standard as dated versions: drafts are edited, what is published stays as it is."""

from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

FROZEN = "这一版已经发布，不能再改。请复制成新的草稿，改好后发布。"


class StandardQuerySet(models.QuerySet["Standard"]):
    """Versions by day."""

    def published(self) -> "StandardQuerySet":
        """What was in force once, is, or will be; the newest first."""
        return self.filter(state=Standard.State.PUBLISHED).order_by("-valid_from")

    def in_force(self, on: date) -> "Standard | None":
        """The version that counts on the local day `on`; None before the first one."""
        return self.published().filter(valid_from__lte=on).first()


class Standard(models.Model):
    """A dated version of the facility standard. The label (四区六有) never implies a count."""

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        PUBLISHED = "published", "已发布"

    label = models.CharField("名称", max_length=40)
    valid_from = models.DateField(
        "自",
        null=True,
        blank=True,
        unique=True,
        help_text="从这一天起按这一版。草稿可以先空着，发布时填。",
        error_messages={"unique": "这一天已有一条记录，请换一天或修改那一条。"},
    )
    source = models.CharField("依据", max_length=200)
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT, editable=False)
    published_at = models.DateTimeField("发布时间", null=True, blank=True, editable=False)

    objects = StandardQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "阵地标准"
        ordering = [models.F("valid_from").desc(nulls_first=True), "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft", published_at=None)
                | Q(state="published", published_at__isnull=False, valid_from__isnull=False),
                name="centres_standard_published_has_dates",
                violation_error_message="发布的标准要有生效日期。",
            ),
        ]

    def __str__(self) -> str:
        since = f"{self.valid_from} 起" if self.valid_from else "未定日期"
        return f"{self.label}（{since}）" if self.is_published else f"{self.label}（{since}，草稿）"

    @property
    def is_published(self) -> bool:
        return self.state == self.State.PUBLISHED

    def clean(self) -> None:
        """Refuse to change a version that was published."""
        if Standard.objects.published().filter(pk=self.pk).exists():
            raise ValidationError(FROZEN, code="frozen")


class StandardItem(models.Model):
    """One item of a version. `key` is equal in all versions that mean the same thing, so evidence lasts."""

    class Evidence(models.TextChoices):
        PHOTO = "photo", "照片"
        PAPER = "paper", "文件"
        STATEMENT = "statement", "文字说明"
        NONE = "none", "不需要"

    class Need(models.TextChoices):
        MUST = "must", "必须"
        OPTIONAL = "optional", "可选"

    standard = models.ForeignKey(Standard, models.CASCADE, verbose_name="标准", related_name="items")
    key = models.SlugField("代码", max_length=40, help_text="字母，如 zone-office；各版里同一件事用同一个代码。")
    group = models.CharField("组别", max_length=20)
    name = models.CharField("名称", max_length=30)
    text = models.CharField("要求", max_length=200, blank=True)
    guidance = models.CharField("怎么做", max_length=300, blank=True)
    evidence = models.CharField("依据", max_length=10, choices=Evidence, default=Evidence.PHOTO)
    valid_months = models.PositiveSmallIntegerField(
        "依据管几个月",
        null=True,
        blank=True,
        validators=[MinValueValidator(1, message="至少 1 个月，一直有效就空着。")],
        help_text="到期变黄，提前提醒更新。空着表示一直有效。",
    )
    need = models.CharField("必须", max_length=10, choices=Need, default=Need.MUST)
    weight = models.PositiveSmallIntegerField(
        "权重", default=1, validators=[MinValueValidator(1, message="权重至少是 1。")]
    )
    order = models.PositiveSmallIntegerField("顺序")

    class Meta:
        verbose_name = verbose_name_plural = "标准条目"
        ordering = ["standard", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["standard", "name"],
                name="centres_standarditem_name",
                violation_error_message="同一标准里条目不能重名。",
            ),
            models.UniqueConstraint(
                fields=["standard", "key"],
                name="centres_standarditem_key",
                violation_error_message="同一标准里代码不能重复。",
            ),
            models.CheckConstraint(
                condition=Q(weight__gte=1),
                name="centres_standarditem_weight",
                violation_error_message="权重至少是 1。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse to change what belongs to a published version."""
        if Standard.objects.published().filter(pk=self.standard_id).exists():
            raise ValidationError(FROZEN, code="frozen")
