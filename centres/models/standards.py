"""The 四区六有 standard as dated versions."""

from django.db import models


class Standard(models.Model):
    """A dated version of the facility standard. The label (四区六有) never implies a count."""

    label = models.CharField("名称", max_length=40)
    valid_from = models.DateField(
        "自", unique=True, error_messages={"unique": "这一天已有一条记录，请换一天或修改那一条。"}
    )
    source = models.CharField("依据", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "阵地标准"
        ordering = ["-valid_from"]

    def __str__(self) -> str:
        return f"{self.label}（{self.valid_from} 起）"


class StandardItem(models.Model):
    """One item of a standard: 4 in the group 四区, 8 in the group 六有."""

    standard = models.ForeignKey(Standard, models.CASCADE, verbose_name="标准", related_name="items")
    group = models.CharField("组别", max_length=20)
    name = models.CharField("名称", max_length=30)
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
        ]

    def __str__(self) -> str:
        return self.name
