"""一班一档: which papers a class file needs, and what was put in or waived."""

from django.db import models
from django.db.models import Q

from juxian.files.models import StoredFile
from juxian.people.access import TownQuerySet
from juxian.people.models import User
from trainings.models.classes import TrainingClass


class DossierItem(models.Model):
    """One kind of paper in the file of a class (class_archive_items.csv), edited by the county."""

    class Need(models.TextChoices):
        REQUIRED = "required", "必须"
        IF_ANY = "if_any", "有则归档"
        OPTIONAL = "optional", "可选"

    code = models.CharField(
        "代码",
        max_length=30,
        unique=True,
        help_text="字母，不重复，如 photos；建好后不变。",
        error_messages={"unique": "这个代码已有档案材料在用，请换一个。"},
    )
    name = models.CharField("材料", max_length=40)
    stage = models.CharField("阶段", max_length=12)
    made_by = models.CharField("由谁提供", max_length=40)
    need = models.CharField("要求", max_length=10, choices=Need)
    is_generated = models.BooleanField("由系统生成", default=False)
    order = models.PositiveSmallIntegerField("顺序")
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "档案材料"
        ordering = ["order"]

    def __str__(self) -> str:
        return self.name


class DossierEntryQuerySet(TownQuerySet):
    """Papers of a town's classes."""

    town_path = "training_class__town"


class DossierEntry(models.Model):
    """A paper put into a class's file, or the reason why it is left out."""

    training_class = models.ForeignKey(TrainingClass, models.CASCADE, verbose_name="培训班", related_name="dossier")
    item = models.ForeignKey(DossierItem, models.PROTECT, verbose_name="材料", related_name="entries")
    file = models.ForeignKey(StoredFile, models.PROTECT, verbose_name="文件", null=True, blank=True, related_name="+")
    waived_reason = models.CharField("略过原因", max_length=200, blank=True)
    by = models.ForeignKey(User, models.PROTECT, verbose_name="经办人", related_name="+")
    at = models.DateTimeField("时间", auto_now_add=True)

    objects = DossierEntryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "归档材料"
        ordering = ["training_class", "item__order", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(file__isnull=False, waived_reason="") | (Q(file=None) & ~Q(waived_reason="")),
                name="trainings_dossierentry_file_or_reason",
                violation_error_message="要么上传文件，要么写明略过原因。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.training_class} {self.item}"
