"""Runs of every importer. The rows of work are obligations; this is what people see of them."""

from typing import Any

from django.db import models
from django.db.models import Q

from juxian.files.models import StoredFile
from juxian.people.access import TownQuerySet
from juxian.people.models.towns import Town
from juxian.people.models.users import User
from juxian.sheets import importers


class ImportRunQuerySet(TownQuerySet):
    """Runs of a town; a county-wide run (no town) is seen by county-wide users only."""

    def visible_to(self, user: Any) -> "ImportRunQuerySet":
        if not user.is_authenticated:
            return self.none()
        scope = Q(town__in=user.towns())
        if user.is_county or user.is_auditor:
            scope |= Q(town=None)
        return self.filter(scope)

    def editable_by(self, user: Any) -> "ImportRunQuerySet":
        """Runs of the towns `user` writes for; county-wide ones for the county."""
        if not user.is_authenticated:
            return self.none()
        scope = Q(town__in=user.editable_towns())
        return self.filter(scope | Q(town=None) if user.is_county else scope)


class ImportRun(models.Model):
    """One uploaded file on its way: read → preview → saved or refused."""

    class State(models.TextChoices):
        READING = "reading", "正在读取"
        PREVIEW = "preview", "等您确认"
        SAVING = "saving", "正在保存"
        DONE = "done", "已保存"
        REFUSED = "refused", "未保存"
        DROPPED = "dropped", "已放弃"

    importer = models.CharField("导入内容", max_length=40)
    town = models.ForeignKey(Town, models.PROTECT, verbose_name="镇街", null=True, blank=True, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, verbose_name="经办人", related_name="+")
    saved_by = models.ForeignKey(User, models.PROTECT, verbose_name="保存人", null=True, blank=True, related_name="+")
    file = models.ForeignKey(StoredFile, models.PROTECT, verbose_name="原文件", related_name="+")
    options = models.JSONField("选项", default=dict)
    state = models.CharField("状态", max_length=10, choices=State, default=State.READING)
    done_rows = models.PositiveIntegerField("已处理行数", default=0)
    total_rows = models.PositiveIntegerField("总行数", default=0)
    counts = models.JSONField("结果", default=dict)
    problems = models.JSONField("前若干处问题", default=list)
    facts = models.JSONField("文件情况", default=dict)
    refused_file = models.ForeignKey(
        StoredFile, models.PROTECT, verbose_name="未通过的行", null=True, blank=True, related_name="+"
    )
    message = models.CharField("说明", max_length=500, blank=True)
    created_at = models.DateTimeField("上传时间", auto_now_add=True)
    finished_at = models.DateTimeField("结束时间", null=True, blank=True)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "导入"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.label} {self.file}"

    @property
    def label(self) -> str:
        """What is imported, in words."""
        known = importers.get(self.importer)
        return known.label if known else self.importer

    @property
    def valid_rows(self) -> int:
        """Rows that a save would take without further branches."""
        return int(self.counts.get("rows", 0)) - int(self.counts.get("rejected", 0))

    @property
    def is_working(self) -> bool:
        """Waiting for or in the hands of a worker."""
        return self.state in (self.State.READING, self.State.SAVING)
