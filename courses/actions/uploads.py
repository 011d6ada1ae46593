"""Courseware that arrives in pieces, and what becomes of it when it is whole."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from courses.actions.versions import FROZEN, add_material, may_draft
from courses.models import CourseVersion, Material
from juxian.files import arriving
from juxian.files.models import Upload
from juxian.files.photos import LIMIT, draw
from juxian.files.sorts import VIDEOS, sort_of
from juxian.files.store import storing
from juxian.people.models import User
from juxian.rules.lookup import value

MEGABYTE = 1024 * 1024


def purpose_of(version: CourseVersion) -> str:
    """What an upload says it is for: it comes into no other draft."""
    return f"courses.courseversion:{version.pk}"


def begin_upload(*, version: CourseVersion, name: str, size: int, mark: str, by: User) -> Upload:
    """The upload of this file into a draft, the broken-off one where there is one."""
    if not may_draft(by, version.course):
        raise PermissionDenied
    if not version.is_draft:
        raise ValidationError(FROZEN, code="published")
    now = timezone.now()
    today = timezone.localdate(now)
    return arriving.begin(
        owner_id=by.pk,
        purpose=purpose_of(version),
        name=name,
        mark=mark,
        size=size,
        limit=int(value("material.max_mb", today)) * MEGABYTE,
        now=now,
        expires_at=now + timedelta(days=value("material.upload_days", today)),
    )


def finish_upload(*, version: CourseVersion, key: str, sort: str, title: str, by: User) -> Material:
    """Keep a whole upload as a part of the draft. What cannot be used is forgotten at once and said."""
    try:
        upload = arriving.of_owner(key, by.pk, timezone.now())
    except Upload.DoesNotExist:
        raise ValidationError("这个文件没有在传，可能已存好或已取消。请刷新页面看看。", code="gone") from None
    if upload.purpose != purpose_of(version):
        raise ValidationError("这个文件是传到别的草稿里的。", code="purpose")
    arriving.must_be_whole(upload)
    try:
        kind = sort_of(arriving.path_of_upload(upload), name=upload.name)
        _fits(kind, sort, upload)
        if kind == "photo":
            return _keep_photo(version, upload, sort, title, by)
    except ValidationError:
        arriving.drop(upload)
        raise
    with arriving.finishing(upload, kind=kind) as stored:
        return add_material(version=version, sort=sort, title=title, file=stored, by=by)


def _fits(kind: str, sort: str, upload: Upload) -> None:
    if sort == Material.Sort.VIDEO and kind not in VIDEOS:
        raise ValidationError(f"“{upload.name}”不是 MP4 或 WebM 视频。", code="type")
    if kind == "photo" and upload.size > LIMIT:
        raise ValidationError(f"图片“{upload.name}”超过 20 MB，请压缩后再传。", code="size")


def _keep_photo(version: CourseVersion, upload: Upload, sort: str, title: str, by: User) -> Material:
    """Drawn anew, as every picture is: without camera or place."""
    drawn = draw(arriving.path_of_upload(upload).read_bytes(), name=upload.name)
    name = f"{upload.name.rpartition('.')[0] or upload.name}.jpg"
    with transaction.atomic(), storing([drawn.content], name=name, kind="jpeg") as stored:
        arriving.drop(upload)
        return add_material(version=version, sort=sort, title=title, file=stored, by=by)
