"""The append-only log. Actor id and name are kept as they were, so the log needs nobody."""

from django.db import models


class AuditEntry(models.Model):
    """One thing somebody did. Never updated or deleted (triggers refuse), but retention may blank `body`."""

    at = models.DateTimeField("时间", db_index=True)
    actor_id = models.BigIntegerField("操作人编号", null=True, blank=True)
    actor_name = models.CharField("操作人", max_length=60)
    action = models.CharField("动作", max_length=60)
    subject_kind = models.CharField("对象类型", max_length=60)
    subject_id = models.CharField("对象编号", max_length=60)
    town_code = models.CharField("镇街代码", max_length=12, blank=True)
    summary = models.CharField("摘要", max_length=300)
    body = models.JSONField("内容", null=True, blank=True)
    body_digest = models.CharField("内容摘要值", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "审计记录"
        ordering = ["-id"]
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="audit_entry_subject")]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.summary}"


class AuditSeal(models.Model):
    """One link of the hash chain over the log, written by the sweep."""

    number = models.PositiveBigIntegerField("序号", unique=True)
    entry = models.OneToOneField(AuditEntry, models.PROTECT, verbose_name="审计记录", related_name="seal")
    previous = models.CharField("上一环", max_length=64)
    digest = models.CharField("本环", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "审计封条"
        ordering = ["number"]

    def __str__(self) -> str:
        return f"第 {self.number} 环"
