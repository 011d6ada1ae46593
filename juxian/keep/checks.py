"""What must hold before a restore touches anything. Each check says in Chinese what is wrong; nothing is changed."""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from juxian.keep import rows
from juxian.keep.manifest import FILE_PATH, File, Manifest, Table, applied_migrations, fingerprint
from juxian.vault.cipher import CannotOpenError, unseal
from juxian.vault.fields import BlindIndexField
from juxian.vault.keyring import keys

SHOWN = 5


def problems(folder: Path, made: Manifest, *, replace: bool) -> list[str]:
    """Everything that speaks against restoring this backup here, at once."""
    if found := list(_migrations(made)):
        return [*found, *_keys(made)]
    found = [*_tables(folder, made), *_files(folder, made), *_keys(made)]
    filled = [] if replace else rows.filled()
    if filled:
        found.append(
            f"库里已有数据（{'、'.join(filled[:SHOWN])} 等 {len(filled)} 张表），确定要整库换成备份，加 --replace。"
        )
    return found


def _migrations(made: Manifest) -> Iterator[str]:
    here, there = set(applied_migrations()), set(made.migrations)
    if missing := sorted(there - here):
        yield f"库的结构比备份旧，缺 {_some(missing)}。请先运行 migrate 再恢复；还缺就是程序版本比备份旧，请装备份当时的版本。"
    if extra := sorted(here - there):
        yield f"库的结构比备份新，多 {_some(extra)}。请装备份当时的程序版本恢复，再升级。"


def _tables(folder: Path, made: Manifest) -> Iterator[str]:
    models = rows.kept_tables()
    listed = {table.name for table in made.tables}
    if listed != set(models):
        yield f"备份的表和库里的表不一样：{_some(sorted(listed ^ set(models)))}。"
        return
    sealed: set[str] = set()
    for table in made.tables:
        model = models[table.name]
        if table.columns != rows.columns(model):
            yield f"表 {table.name} 的列和库里的不一样。"
        elif not _table_is_whole(folder, table, model, sealed):
            yield f"tables/{table.name}.jsonl 缺失或被改动（行数或校验值不符）。"
    yield from sorted(sealed)


def _table_is_whole(folder: Path, table: Table, model: rows.Model, sealed: set[str]) -> bool:
    """Counts, digests, and opens every sealed value on the way; what does not open is added to `sealed`."""
    total, number = sha256(), 0
    opens = _opener(model)
    try:
        with (folder / "tables" / f"{table.name}.jsonl").open("rb") as source:
            for line in source:
                total.update(line)
                number += 1
                if opens:
                    sealed.update(opens(json.loads(line)))
    except (OSError, ValueError):
        return False
    return (number, total.hexdigest()) == (table.rows, table.sha256)


def _opener(model: rows.Model) -> Any:
    """A function that tells what is wrong with the sealed values of one row; None for a model without any."""
    sealed = rows.sealed_places(model)
    fields = list(model._meta.local_concrete_fields)
    indexes = {f.source: (at, f) for at, f in enumerate(fields) if isinstance(f, BlindIndexField)}
    if not sealed:
        return None

    def opens(row: list[Any]) -> Iterator[str]:
        for at, field in sealed:
            try:
                plain = unseal(row[at] or "", field.purpose)
            except CannotOpenError as error:
                yield f"打不开“{model._meta.verbose_name}”的“{field.verbose_name}”：{error}"
                continue
            place, index = indexes.get(field.name, (0, None))
            if index is not None and index.derive(plain) != row[place]:
                yield f"“{model._meta.verbose_name}”的“{field.verbose_name}”查找索引不是用现在的密钥做的，请按备份时的顺序列出 FIELD_KEYS。"

    return opens


def _files(folder: Path, made: Manifest) -> Iterator[str]:
    wrong = [
        file.path
        for file in made.files
        if not FILE_PATH.fullmatch(file.path) or not is_whole(folder / "files" / file.path, file)
    ]
    if wrong:
        yield f"备份里有 {len(wrong)} 个文件缺失或被改动：{_some(wrong)}。"


def is_whole(path: Path, file: File) -> bool:
    """Whether what lies there is this stored file."""
    total = sha256()
    try:
        with path.open("rb") as source:
            while chunk := source.read(1 << 20):
                total.update(chunk)
            return (source.tell(), total.hexdigest()) == (file.size, file.sha256)
    except OSError:
        return False


def _keys(made: Manifest) -> Iterator[str]:
    ring = {key.id: fingerprint(key.secret) for key in keys()}
    for key in made.field_keys:
        if key.id not in ring:
            yield f"缺少编号为 {key.id} 的密钥：备份里的证件号和手机号要用它才能读。请在 FIELD_KEYS 里补上。"
        elif key.fingerprint not in (None, ring[key.id]):
            yield f"编号为 {key.id} 的密钥不是备份时的那一把（指纹不符），请检查 FIELD_KEYS。"


def _some(names: list[str]) -> str:
    more = f" 等 {len(names)} 个" if len(names) > SHOWN else ""
    return "、".join(names[:SHOWN]) + more
