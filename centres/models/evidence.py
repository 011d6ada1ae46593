"""What shows that an item of the standard is met: photos, papers, statements. Never edited, only withdrawn."""

from datetime import date, datetime, time, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from centres.models.places import Centre
from centres.models.standards import StandardItem
from juxian.files.models import StoredFile
from juxian.people.access import TownQuerySet
from juxian.people.models import User


class EvidenceQuerySet(TownQuerySet):
    """Evidence of a town's centre."""

    town_path = "centre__town"

    def standing(self, on: date | None = None) -> "EvidenceQuerySet":
        """Not withdrawn; with `on`, what stood at the end of that local day."""
        if on is None:
            return self.filter(state=Evidence.State.STANDING)
        end = timezone.make_aware(datetime.combine(on + timedelta(days=1), time()))
        return self.filter(at__lt=end).filter(Q(withdrawn_at=None) | Q(withdrawn_at__gte=end))


class Evidence(models.Model):
    """One photo, paper or statement. It belongs to centre and item key, so it counts in every version with the key."""

    class Kind(models.TextChoices):
        PHOTO = "photo", "照片"
        PAPER = "paper", "文件"
        STATEMENT = "statement", "文字说明"

    class State(models.TextChoices):
        STANDING = "standing", "有效"
        WITHDRAWN = "withdrawn", "已撤回"

    centre = models.ForeignKey(Centre, models.PROTECT, verbose_name="培训中心", related_name="evidence")
    item_key = models.SlugField("条目代码", max_length=40)
    item_name = models.CharField("条目", max_length=StandardItem._meta.get_field("name").max_length)
    kind = models.CharField("种类", max_length=10, choices=Kind)
    file = models.ForeignKey(StoredFile, models.PROTECT, verbose_name="文件", null=True, blank=True, related_name="+")
    thumbnail = models.ForeignKey(
        StoredFile, models.PROTECT, verbose_name="缩略图", null=True, blank=True, related_name="+"
    )
    text = models.CharField("说明", max_length=500, blank=True)
    taken_on = models.DateField("拍摄或形成日期")
    effective_from = models.DateField("生效日期")
    valid_until = models.DateField("有效至", null=True, blank=True)
    by = models.ForeignKey(User, models.PROTECT, verbose_name="上传人", related_name="+")
    by_name = models.CharField("上传人姓名", max_length=30)
    at = models.DateTimeField("上传时间", default=timezone.now)
    state = models.CharField("状态", max_length=10, choices=State, default=State.STANDING)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    withdrawn_name = models.CharField("撤回人姓名", max_length=30, blank=True)
    withdrawn_reason = models.CharField("撤回原因", max_length=200, blank=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "达标依据"
        ordering = ["centre", "item_key", "-taken_on", "-id"]
        indexes = [models.Index(fields=["centre", "item_key"], name="centres_evidence_item")]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until=None)
                | (Q(valid_until__gte=F("effective_from")) & Q(valid_until__gte=F("taken_on"))),
                name="centres_evidence_end_after_start",
                violation_error_message="有效期的最后一天不能早于生效日期和拍摄日期。",
            ),
            models.CheckConstraint(
                condition=Q(kind="photo", file__isnull=False, thumbnail__isnull=False)
                | Q(kind="paper", file__isnull=False)
                | (Q(kind="statement", file=None, thumbnail=None) & ~Q(text="")),
                name="centres_evidence_has_content",
                violation_error_message="照片和文件要上传，文字说明要写内容。",
            ),
            models.CheckConstraint(
                condition=Q(state="standing", withdrawn_at=None, withdrawn_reason="")
                | (Q(state="withdrawn", withdrawn_at__isnull=False) & ~Q(withdrawn_reason="")),
                name="centres_evidence_withdrawn_has_reason",
                violation_error_message="撤回要写明原因。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.centre} {self.item_name}{self.get_kind_display()}"

    @property
    def is_withdrawn(self) -> bool:
        return self.state == self.State.WITHDRAWN

    def has_ended(self, on: date) -> bool:
        """Whether its last day lies before `on`."""
        return self.valid_until is not None and self.valid_until < on
