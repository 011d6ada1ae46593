"""The manifest of a backup: what it holds, how it proves it, and which keys it needs (by id, never the keys)."""

import hmac
import json
import re
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from juxian.keep.rows import dumps
from juxian.vault.keyring import keys

FORMAT = 1
NAME = "manifest.json"
FILE_PATH = re.compile(r"[0-9a-f]{2}/[0-9a-f]{32}")


@dataclass(frozen=True)
class Table:
    """One table of the backup, in `tables/<name>.jsonl`."""

    name: str
    columns: list[str]
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class File:
    """One stored file, in `files/<path>`."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class KeyPrint:
    """A field key by id. The fingerprint tells keys apart and gives none away; null: this machine had no such key."""

    id: str
    fingerprint: str | None


@dataclass
class Manifest:
    """Everything beside the rows and files themselves."""

    made_at: str
    engine: str
    migrations: list[str]
    field_keys: list[KeyPrint]
    secret_key: str
    audit_head: list[Any]
    tables: list[Table]
    files: list[File]
    damaged: list[str] = field(default_factory=list)
    format: int = FORMAT

    @property
    def facts(self) -> dict[str, int]:
        """What the commands say on their last line."""
        return {
            "tables": len(self.tables),
            "rows": sum(table.rows for table in self.tables),
            "files": len(self.files),
            "bytes": sum(table.bytes for table in self.tables) + sum(file.size for file in self.files),
        }

    def text(self) -> str:
        """As it is written, its own digest included."""
        body = asdict(self)
        return json.dumps({**body, "digest": digest(body)}, ensure_ascii=False, indent=1)


def read(folder: Path) -> Manifest:
    """The manifest of a backup. ValidationError: there is none, it was changed, or a later portal made it."""
    try:
        body = json.loads((folder / NAME).read_text())
        told = body.pop("digest")
        if told != digest(body):
            raise ValidationError(f"{NAME} 被改动过或不完整（校验值不符），请换一份备份。")
        if body["format"] != FORMAT:
            raise ValidationError(f"备份的格式是第 {body['format']} 版，本程序只认识第 {FORMAT} 版。")
        body["tables"] = [Table(**table) for table in body["tables"]]
        body["files"] = [File(**file) for file in body["files"]]
        body["field_keys"] = [KeyPrint(**key) for key in body["field_keys"]]
        return Manifest(**body)
    except OSError:
        raise ValidationError(f"{folder} 里没有 {NAME}，这不是一份完整的备份。") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ValidationError(f"{NAME} 读不懂，请换一份备份。") from None


def digest(body: dict[str, Any]) -> str:
    """What the manifest says of itself."""
    return sha256(dumps(body).encode()).hexdigest()


def applied_migrations() -> list[str]:
    """Every migration this database has."""
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def fingerprint(secret: bytes) -> str:
    """Tells two keys apart; nobody can get from here to the key."""
    return hmac.new(secret, b"juxian.keep fingerprint", sha256).hexdigest()[:16]


def secret_key_print() -> str:
    """The fingerprint of SECRET_KEY."""
    return fingerprint(settings.SECRET_KEY.encode())


def key_prints(used: set[str]) -> list[KeyPrint]:
    """The keys the sealed values name, and the one that feeds the index."""
    if not used:
        return []
    ring = {key.id: key for key in keys()}
    return [
        KeyPrint(name, fingerprint(ring[name].secret) if name in ring else None)
        for name in sorted(used | {keys()[0].id})
    ]
