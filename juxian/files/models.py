"""Stored files. Served only through the view of whatever owns them."""

from django.db import models
from django.db.models import F, Q


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


class Upload(models.Model):
    """A file on its way, piece by piece: `received` bytes of it are safe on disk, told by its `key`.

    The same file chosen again by the same person for the same purpose is the same upload, and goes on where it stopped.
    """

    key = models.CharField("编号", max_length=32, unique=True)
    owner_id = models.BigIntegerField("谁在传")
    purpose = models.CharField("用在哪里", max_length=60)
    name = models.CharField("原文件名", max_length=200)
    mark = models.CharField("文件修改时间", max_length=40, blank=True)
    size = models.PositiveBigIntegerField("大小（字节）")
    received = models.PositiveBigIntegerField("已收到（字节）", default=0)
    expires_at = models.DateTimeField("保留到")

    class Meta:
        verbose_name = verbose_name_plural = "没传完的文件"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner_id", "purpose", "name", "mark", "size"],
                name="files_upload_once",
                violation_error_message="这个文件已经在传了。",
            ),
            models.CheckConstraint(
                condition=Q(received__lte=F("size")),
                name="files_upload_within_size",
                violation_error_message="收到的比文件还长。",
            ),
        ]

    def __str__(self) -> str:
        return self.name
