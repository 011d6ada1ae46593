"""Rows in a form both engines share: one JSON array a row, in the order of the key.

Sealed columns stay as they lie in the database: nothing is decrypted on the way out and nothing is sealed anew on the
way in. JSON columns are written with sorted keys, because PostgreSQL does not keep their order. Nothing passes through
`save`, so no column is computed or stamped again.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models
from django.db.models.functions import Cast

from juxian.vault.fields import SealedField

SESSIONS = "django_session"  # people sign in again after a restore
FILLED_BY_MIGRATE = {"django_content_type", "auth_permission"}
CHUNK = 2000
ROWS_AT_ONCE = 500

Model = type[models.Model]


def every_table() -> dict[str, Model]:
    """Table → model, of all tables the portal's models live in."""
    found = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    return {name: model for name, model in sorted(found.items()) if model._meta.managed and not model._meta.proxy}


def kept_tables() -> dict[str, Model]:
    """The tables a backup holds."""
    return {name: model for name, model in every_table().items() if name != SESSIONS}


def columns(model: Model) -> list[str]:
    """Column names in the order rows are written."""
    return [field.column for field in _fields(model)]


def lines(model: Model) -> Iterator[bytes]:
    """Every row as a line of canonical JSON."""
    json_places = [at for at, field in enumerate(_fields(model)) if isinstance(field, models.JSONField)]
    asked = [Cast(field.name, models.TextField()) if _is_raw(field) else field.attname for field in _fields(model)]
    key = next(field.attname for field in _fields(model) if field.primary_key)
    for row in model._base_manager.order_by(key).values_list(*asked).iterator(chunk_size=CHUNK):
        values = list(row)
        for at in json_places:
            values[at] = None if values[at] is None else [json.loads(values[at])]
        yield dumps(values).encode() + b"\n"


def dumps(value: Any) -> str:
    """Canonical JSON."""
    return json.dumps(value, default=_plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(model: Model) -> tuple[int, str]:
    """Number of rows and digest of all lines, as the table stands now."""
    total, number = sha256(), 0
    for line in lines(model):
        total.update(line)
        number += 1
    return number, total.hexdigest()


def insert(model: Model, source: Iterable[bytes]) -> None:
    """Write rows as `lines` gave them."""
    fields = _fields(model)
    most = connection.features.max_query_params
    size = min(ROWS_AT_ONCE, most // len(fields)) if most else ROWS_AT_ONCE
    names = ", ".join(connection.ops.quote_name(name) for name in columns(model))
    table, places = connection.ops.quote_name(model._meta.db_table), f"({', '.join(['%s'] * len(fields))})"
    rows = ([_stored(field, value) for field, value in zip(fields, json.loads(line), strict=True)] for line in source)
    with connection.cursor() as cursor:
        while batch := list(islice(rows, size)):
            statement = f"INSERT INTO {table} ({names}) VALUES {', '.join([places] * len(batch))}"  # noqa: S608 our own names
            cursor.execute(statement, [value for row in batch for value in row])


def empty_all() -> None:
    """Remove every row of every table, sessions too. Guards must be off."""
    names = [connection.ops.quote_name(name) for name in every_table()]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(names)}")
            return
        for name in names:
            cursor.execute(f"DELETE FROM {name}")  # noqa: S608 our own names


def free_keys() -> None:
    """Let the next key of every table be one that is not taken."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(kept_tables().values())):
            cursor.execute(statement)


def filled() -> list[str]:
    """Tables that hold more than `migrate` puts there."""
    tables = kept_tables().items()
    return [name for name, model in tables if name not in FILLED_BY_MIGRATE and model._base_manager.exists()]


def sealed_places(model: Model) -> list[tuple[int, SealedField]]:
    """Where a row has sealed columns."""
    return [(at, field) for at, field in enumerate(_fields(model)) if isinstance(field, SealedField)]


def key_ids(model: Model, line: bytes) -> set[str]:
    """The ids of the keys that sealed the values of a row."""
    places = sealed_places(model)
    if not places:
        return set()
    row = json.loads(line)
    return {key_id for at, _ in places if row[at] for key_id in row[at].split(".")[2:3]}


def _fields(model: Model) -> list[Any]:
    return list(model._meta.local_concrete_fields)


def _is_raw(field: Any) -> bool:
    return isinstance(field, SealedField | models.JSONField)


def _plain(value: Any) -> str:
    """What JSON has no word for. Moments are written in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _stored(field: Any, value: Any) -> Any:
    """The value as the driver of this engine takes it."""
    if value is None or isinstance(field, SealedField):
        return value
    if isinstance(field, models.JSONField):
        return dumps(value[0])
    kind = field.target_field if field.is_relation else field
    return field.get_db_prep_save(kind.to_python(value), connection)
