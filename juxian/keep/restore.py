"""Bringing a backup back: refused before anything is touched, or done as a whole."""

import os
import shutil
from pathlib import Path

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from juxian.files.models import StoredFile
from juxian.keep import checks, manifest, rows
from juxian.keep.manifest import File, Manifest
from juxian.keep.snapshot import guards_lifted


def restore(folder: Path, *, replace: bool = False) -> Manifest:
    """Make this database and its files what they were. ValidationError: refused or failed, everything is as before.

    1. check all, 2. put the files that are missing, 3. in one transaction empty, fill and read back every table,
    4. take away files nobody names any more.
    """
    made = manifest.read(folder)
    if found := checks.problems(folder, made, replace=replace):
        raise ValidationError(found)
    old = set(StoredFile.objects.values_list("path", flat=True))
    new: list[Path] = []
    try:
        for file in made.files:
            _put_file(folder, file, new)
        _fill(folder, made)
    except BaseException as error:
        for one in new:
            one.unlink(missing_ok=True)
        if isinstance(error, DatabaseError | OSError):
            raise ValidationError(f"没有恢复成功，库和文件保持原样：{error}") from error
        raise
    for path in old - {file.path for file in made.files} - set(made.damaged):
        (Path(settings.MEDIA_ROOT) / path).unlink(missing_ok=True)
    ContentType.objects.clear_cache()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # fresh tables have no statistics, and plans are bad without
    return made


def _fill(folder: Path, made: Manifest) -> None:
    models = rows.kept_tables()
    with transaction.atomic():
        with guards_lifted():
            rows.empty_all()
            for table in made.tables:
                with (folder / "tables" / f"{table.name}.jsonl").open("rb") as source:
                    rows.insert(models[table.name], source)
        rows.free_keys()
        connection.check_constraints()
        for table in made.tables:
            if rows.digest(models[table.name]) != (table.rows, table.sha256):
                raise ValidationError(f"写入后读回的表 {table.name} 与备份不一致，没有恢复，库保持原样。")


def _put_file(folder: Path, file: File, new: list[Path]) -> None:
    """Copy one file where it belongs, by way of a temporary name; what would be left of a failure is added to `new`."""
    target = Path(settings.MEDIA_ROOT) / file.path
    if checks.is_whole(target, file):
        return
    partial = target.with_suffix(".part")
    new += [partial] if target.exists() else [partial, target]
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with (folder / "files" / file.path).open("rb") as source, os.fdopen(handle, "wb") as out:
        shutil.copyfileobj(source, out)
        out.flush()
        os.fsync(out.fileno())
    partial.rename(target)
