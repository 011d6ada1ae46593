"""Making a backup: one moment of all rows, then the stored files they name."""

import os
import shutil
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from juxian.audit import chain
from juxian.files.models import StoredFile
from juxian.files.store import DamagedFile, open_whole
from juxian.keep import manifest, rows
from juxian.keep.manifest import File, Manifest, Table
from juxian.keep.snapshot import one_moment

TRIES = 3
CHUNK = 1 << 20


class Gone(Exception):
    """A file was taken away, with its row, after the moment of the snapshot."""


def backup(folder: Path, *, accept_damaged: bool = False) -> Manifest:
    """Write a whole backup to `folder`, which must not exist or be empty. ValidationError: refused, nothing is left.

    It is written beside and renamed at the end, so a folder of that name is always a finished backup.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ValidationError(f"{folder} 已经有内容，请换一个新的文件夹。")
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    try:
        for attempt in range(1, TRIES + 1):
            shutil.rmtree(draft, ignore_errors=True)
            try:
                made = _write(draft, accept_damaged)
                break
            except Gone:
                if attempt == TRIES:
                    raise ValidationError("备份时一直有人在删除文件，请稍后再试。") from None
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return made


def _write(draft: Path, accept_damaged: bool) -> Manifest:
    for folder in (draft, draft / "tables", draft / "files"):
        folder.mkdir(mode=0o700)
    with one_moment():
        used: set[str] = set()
        tables = [_table(draft, name, model, used) for name, model in rows.kept_tables().items()]
        stored = list(StoredFile.objects.filter(removed_at=None).order_by("pk"))
        made = Manifest(
            made_at=timezone.now().isoformat(timespec="seconds"),
            engine=connection.vendor,
            migrations=manifest.applied_migrations(),
            field_keys=manifest.key_prints(used),
            secret_key=manifest.secret_key_print(),
            audit_head=list(chain.head()),
            tables=tables,
            files=[],
        )
    for one in stored:
        _keep_file(draft, one, made)
    if made.damaged and not accept_damaged:
        names = "、".join(one.original_name for one in stored if one.path in made.damaged)
        raise ValidationError(
            f"有 {len(made.damaged)} 个文件在服务器上丢失或损坏：{names}。仍要备份其余的，加 --accept-damaged。"
        )
    _put(draft / manifest.NAME, [made.text().encode()])
    return made


def _table(draft: Path, name: str, model: rows.Model, used: set[str]) -> Table:
    """Write one table; collect the ids of the keys its sealed values name."""
    number = 0

    def counted() -> Iterator[bytes]:
        nonlocal number
        for line in rows.lines(model):
            number += 1
            used.update(rows.key_ids(model, line))
            yield line

    size, digest = _put(draft / "tables" / f"{name}.jsonl", counted())
    return Table(name, rows.columns(model), number, size, digest)


def _keep_file(draft: Path, stored: StoredFile, made: Manifest) -> None:
    """Copy one stored file, checked before and after."""
    try:
        with open_whole(stored) as source:
            size, digest = _put(draft / "files" / stored.path, iter(lambda: source.read(CHUNK), b""))
        if (size, digest) != (stored.size, stored.sha256):
            raise DamagedFile
        made.files.append(File(stored.path, size, digest))
    except DamagedFile:
        if not StoredFile.objects.filter(pk=stored.pk, removed_at=None).exists():
            raise Gone from None
        made.damaged.append(stored.path)


def _put(path: Path, chunks: Iterable[bytes]) -> tuple[int, str]:
    """Write a file only its owner may read, down to the disk; its size and digest."""
    path.parent.mkdir(exist_ok=True, mode=0o700)
    size, digest = 0, sha256()
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as out:
        for chunk in chunks:
            size += len(chunk)
            digest.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return size, digest.hexdigest()
