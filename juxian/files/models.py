"""Stored files. Served only through the view of whatever owns them."""

from django.db import models


class StoredFile(models.Model):
    """A file on disk with its digest. `path` is random and below `MEDIA_ROOT`. Removed on purpose, the row stays."""

    sha256 = models.CharField("校验值", max_length=64, db_index=True)
    size = models.PositiveBigIntegerField("大小（字节）")
    kind = models.CharField("类型", max_length=20)
    original_name = models.CharField("原文件名", max_length=200)
    path = models.CharField("存放位置", max_length=200, unique=True)
    created_at = models.DateTimeField("存入时间", auto_now_add=True)
    removed_at = models.DateTimeField("内容删除时间", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "文件"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.original_name
