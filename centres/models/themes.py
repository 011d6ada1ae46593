"""The five kinds of brand, as slots."""

from django.db import models
from django.db.models import Q


class BrandTheme(models.Model):
    """One of the five kinds of brand. The article names three; two wait for the county, unnamed and inactive."""

    slot = models.PositiveSmallIntegerField(
        "序号", unique=True, error_messages={"unique": "这个序号已经用了，请换一个。"}
    )
    name = models.CharField("名称", max_length=30, blank=True)
    is_active = models.BooleanField("启用", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "品牌类别"
        ordering = ["slot"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_active=False) | ~Q(name=""),
                name="centres_brandtheme_active_has_name",
                violation_error_message="先给类别命名，再启用。",
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"第 {self.slot} 类（待县里命名）"
