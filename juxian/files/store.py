"""Putting files away and getting them back whole. A partial file is never counted as good."""

import os
import re
import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from io import BufferedReader
from pathlib import Path

from django.conf import settings
from django.db import transaction

from juxian.files.models import StoredFile

ORPHAN_SECONDS = 24 * 3600
FEW_ORPHANS = 10
_OWN_NAME = re.compile(r"[0-9a-f]{32}(\.part)?")


class TooLarge(ValueError):
    """There is more content than allowed."""


class DamagedFile(OSError):
    """The file on disk is missing or is not what was stored."""


class WrongDatabase(RuntimeError):
    """The store does not belong to this database."""


def path_of(stored: StoredFile) -> Path:
    """Where the content lies."""
    return Path(settings.MEDIA_ROOT) / stored.path


@contextmanager
def storing(chunks: Iterable[bytes], *, name: str, kind: str, limit: int | None = None) -> Iterator[StoredFile]:
    """Keep the content under a random path; its row and the body are one transaction. If either fails, nothing stays.

    1. write to a temporary name, counting and hashing, 2. fsync, 3. read back and compare, 4. rename, 5. insert the row,
    6. the body. Raises TooLarge past `limit` bytes. Only where the commit itself fails, nobody knows whether the row is
    there; then the content is left.
    """
    relative = f"{secrets.token_hex(1)}/{secrets.token_hex(16)}"
    final = Path(settings.MEDIA_ROOT) / relative
    final.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = final.with_suffix(".part")
    done = False
    try:
        size, digest = _write(partial, chunks, limit)
        if _measure(partial) != (size, digest):
            raise DamagedFile("文件写入磁盘后与原内容不一致，请检查磁盘后重新上传。")
        partial.rename(final)
        _sync_folder(final.parent)
        with transaction.atomic():
            yield StoredFile.objects.create(
                sha256=digest, size=size, kind=kind, original_name=clean_name(name), path=relative
            )
            done = True
    except BaseException:
        if not done:
            partial.unlink(missing_ok=True)
            final.unlink(missing_ok=True)
        raise


def store(chunks: Iterable[bytes], *, name: str, kind: str, limit: int | None = None) -> StoredFile:
    """`storing` with nothing else to do in its transaction."""
    with storing(chunks, name=name, kind=kind, limit=limit) as row:
        return row


@contextmanager
def adopting(partial: Path, *, name: str, kind: str) -> Iterator[StoredFile]:
    """Keep a finished file that already lies below the store, without copying it; its row and the body are one.

    If the body fails, the file lies where it was. It must not change meanwhile. Raises FileNotFoundError.
    """
    size, digest = _measure(partial)
    relative = f"{secrets.token_hex(1)}/{secrets.token_hex(16)}"
    final = Path(settings.MEDIA_ROOT) / relative
    final.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    done = moved = False
    try:
        with transaction.atomic():
            row = StoredFile(sha256=digest, size=size, kind=kind, original_name=clean_name(name), path=relative)
            row.save(force_insert=True)
            partial.rename(final)
            moved = True
            _sync_folder(final.parent)
            yield row
            done = True
    except BaseException:
        if moved and not done:
            final.rename(partial)
        raise


def clean_name(name: str) -> str:
    """The last part of a client's file name, without control and direction characters, at most 200 characters."""
    last = name.replace("\\", "/").rpartition("/")[2]
    text = "".join(mark for mark in last if mark.isprintable()).strip()
    return text[-200:] or "未命名"


def discard(stored: StoredFile) -> None:
    """Remove a row nobody points at, and its content once the transaction commits."""
    path = path_of(stored)
    stored.delete()
    transaction.on_commit(lambda: path.unlink(missing_ok=True), robust=True)


def remove(stored: StoredFile, now: datetime) -> None:
    """Give the content up once the transaction commits; the row stays and says when. Twice is once."""
    if stored.removed_at is None:
        stored.removed_at = now
        stored.save(update_fields=["removed_at"])
    path = path_of(stored)
    transaction.on_commit(lambda: path.unlink(missing_ok=True), robust=True)


def sweep_orphans() -> int:
    """Delete what lies in the store without a row that counts on it, left by a crash; return how many.

    Files younger than a day may be on their way to a row. Where most of the store looks orphaned, the database is
    the wrong one, and nothing is touched. Raises WrongDatabase.
    """
    root, before = Path(settings.MEDIA_ROOT), time.time() - ORPHAN_SECONDS
    found = {str(path.relative_to(root)): path for path in root.glob("??/*") if _OWN_NAME.fullmatch(path.name)}
    wanted = set(StoredFile.objects.filter(removed_at=None).values_list("path", flat=True))
    orphans = [path for name, path in found.items() if name not in wanted and _is_older(path, before)]
    if len(orphans) > FEW_ORPHANS and len(orphans) * 2 > len(found):
        raise WrongDatabase(f"{len(orphans)} of {len(found)} stored files have no row: is this the right database?")
    for path in orphans:
        path.unlink(missing_ok=True)
    return len(orphans)


def _is_older(path: Path, moment: float) -> bool:
    try:
        return path.stat().st_mtime < moment
    except FileNotFoundError:  # a temporary name got its last one meanwhile
        return False


def is_whole(stored: StoredFile) -> bool:
    """Whether the content on disk is what was stored, by size and digest."""
    try:
        return _measure(path_of(stored)) == (stored.size, stored.sha256)
    except OSError:
        return False


def open_whole(stored: StoredFile) -> BufferedReader:
    """The content, checked first. Raises DamagedFile with a Chinese sentence."""
    if not is_whole(stored):
        raise DamagedFile(f"文件“{stored.original_name}”在服务器上已损坏或丢失，请重新上传，或请管理员从备份恢复。")
    return path_of(stored).open("rb")


def _write(path: Path, chunks: Iterable[bytes], limit: int | None) -> tuple[int, str]:
    digest, size = sha256(), 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        for chunk in chunks:
            size += len(chunk)
            if limit is not None and size > limit:
                raise TooLarge(f"文件超过 {limit // 1048576} MB。")
            digest.update(chunk)
            stream.write(chunk)
        stream.flush()
        os.fsync(stream.fileno())
    return size, digest.hexdigest()


def _measure(path: Path) -> tuple[int, str]:
    digest, size = sha256(), 0
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
            size += len(chunk)
    return size, digest.hexdigest()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
