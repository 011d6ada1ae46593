"""Large files arrive in pieces, each where the last one ended: a broken connection costs one piece, not the file.

Nothing is held whole in memory. What a piece writes is on disk before it is counted; after a crash the next piece
overwrites what was not counted. Nobody but the owner reaches an upload.
"""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from juxian.files.models import StoredFile, Upload
from juxian.files.sorts import check_name, check_start
from juxian.files.store import adopting, clean_name

PIECE = 256 * 1024  # a web worker keeps some pieces until its next full collection: small ones keep it small
OPEN_AT_ONCE = 5
SPARE = 256 * 1024 * 1024  # stays free for the database
MEGABYTE = 1024 * 1024


class WrongOffset(ValueError):
    """The piece does not begin where the last one ended; `offset` says where that is."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"the next piece begins at {offset}")
        self.offset = offset


def path_of_upload(upload: Upload) -> Path:
    """Where the pieces lie."""
    return Path(settings.MEDIA_ROOT) / "arriving" / upload.key


def offset_of(upload: Upload) -> int:
    """Where the next piece begins: what is counted and still on disk."""
    try:
        return min(upload.received, path_of_upload(upload).stat().st_size)
    except FileNotFoundError:
        return 0


def begin(
    *, owner_id: int, purpose: str, name: str, mark: str, size: int, limit: int, now: datetime, expires_at: datetime
) -> Upload:
    """The upload of this file, the one that was broken off if there is one. Raises ValidationError in Chinese."""
    name, mark = clean_name(name), mark[:40]
    check_name(name)
    if not 0 < size <= limit:
        text = f"“{name}”超过 {limit // MEGABYTE} MB，请压缩或分成几个再传。" if size > 0 else f"“{name}”是空文件。"
        raise ValidationError(text, code="size")
    same = {"owner_id": owner_id, "purpose": purpose, "name": name, "mark": mark, "size": size}
    known = Upload.objects.filter(expires_at__gt=now, **same).first()
    if known:
        return known
    for gone in Upload.objects.filter(**same):
        drop(gone)
    if Upload.objects.filter(owner_id=owner_id).count() >= OPEN_AT_ONCE:
        raise ValidationError(f"您已有 {OPEN_AT_ONCE} 个文件没传完，请先传完或取消。", code="many")
    folder = Path(settings.MEDIA_ROOT) / "arriving"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if shutil.disk_usage(folder).free < size + SPARE:
        raise ValidationError(
            f"服务器的磁盘快满了，放不下“{name}”（{size / MEGABYTE:.0f} MB）。请告诉县里的管理员。", code="room"
        )
    try:
        with transaction.atomic():
            return Upload.objects.create(key=secrets.token_hex(16), expires_at=expires_at, **same)
    except IntegrityError:  # begun twice at once
        return Upload.objects.get(**same)


def of_owner(key: str, owner_id: int, now: datetime) -> Upload:
    """Raises Upload.DoesNotExist for somebody else's, an expired or a finished one."""
    return Upload.objects.get(key=key, owner_id=owner_id, expires_at__gt=now)


def append(upload: Upload, offset: int, piece: bytes) -> Upload:
    """Write a piece where the last one ended. Raises WrongOffset, ValidationError, Upload.DoesNotExist, OSError.

    A file that by its first piece cannot be used is forgotten at once.
    """
    if offset == 0 == offset_of(upload):
        try:
            check_start(piece, name=upload.name, size=upload.size)
        except ValidationError:
            drop(upload)
            raise
    with transaction.atomic():
        row = Upload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
        have = offset_of(row)
        if offset != have:
            raise WrongOffset(have)
        if have + len(piece) > row.size:
            raise ValidationError(
                f"“{row.name}”比开始时说的大，可能在传的时候改动过。请取消后重新选择。", code="longer"
            )
        _write(path_of_upload(row), have, piece)
        row.received = have + len(piece)
        row.save(update_fields=["received"])
        return row


@contextmanager
def finishing(upload: Upload, *, kind: str) -> Iterator[StoredFile]:
    """Keep the whole file under `kind`, with the body in one transaction. Raises ValidationError where it is not whole.

    Fails the body, the upload stays as it is.
    """
    must_be_whole(upload)
    with adopting(path_of_upload(upload), name=upload.name, kind=kind) as stored:
        if stored.size != upload.size or not Upload.objects.filter(pk=upload.pk).delete()[0]:
            raise ValidationError("这个文件已经存好，或已取消。请刷新页面看看。", code="gone")
        yield stored


def must_be_whole(upload: Upload) -> None:
    """Raises ValidationError while pieces are missing."""
    if offset_of(upload) != upload.size:
        raise ValidationError(f"“{upload.name}”还没有传完，请接着传。", code="partial")


def drop(upload: Upload) -> None:
    """Forget an upload and what of it has arrived. Twice is once."""
    path = path_of_upload(upload)
    Upload.objects.filter(pk=upload.pk).delete()
    transaction.on_commit(lambda: path.unlink(missing_ok=True), robust=True)


def drop_expired(now: datetime) -> int:
    """Forget what nobody finished in time; return how many."""
    rows = list(Upload.objects.filter(expires_at__lte=now))
    for row in rows:
        drop(row)
    return len(rows)


def _write(path: Path, offset: int, piece: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.truncate(offset)
        stream.seek(offset)
        stream.write(piece)
        stream.flush()
        os.fsync(stream.fileno())
