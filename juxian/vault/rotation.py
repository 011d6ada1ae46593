"""Moving sealed values to the newest key, and their indexes to the key that feeds them, while others write.

Each row is written alone and only if it still holds what was read; a row that somebody wrote meanwhile is read again, and
after some tries left to the next pass. What is already right is not touched, so a rotation that was cut off goes on where it stopped.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Value

from juxian.vault.cipher import CannotOpenError, key_id, seal, unseal
from juxian.vault.columns import as_stored, index_of, sealed_fields, sealed_models
from juxian.vault.fields import SealedField
from juxian.vault.keyring import keys

Rows = models.QuerySet[Any, dict[str, Any]]
BATCH = 500
TRIES = 5
PASSES = 5


@dataclass
class Tally:
    """What a rotation did: rows read in the first pass, rows written anew, rows that nobody can open, rows left."""

    rows: int = 0
    resealed: int = 0
    reindexed: int = 0
    closed: int = 0
    left: int = 0


def rotate() -> Tally:
    """Pass over all sealed rows until nothing is left to write, at most PASSES times."""
    tally = Tally()
    for number in range(PASSES):
        tally.closed = tally.left = 0
        for model in sealed_models():
            rows = _sealed(model)
            for row in _in_batches(rows):
                tally.rows += not number
                _renew(model, rows, row, tally)
        if not tally.left:
            break
    return tally


def _sealed(model: type[models.Model]) -> Rows:
    """Every row's key, sealed columns as stored (`raw_…`) and indexes, by key."""
    fields = sealed_fields(model)
    stored = {f"raw_{field.name}": as_stored(field) for field in fields}
    indexes = [index.name for field in fields if (index := index_of(field))]
    return model._base_manager.order_by("pk").values("pk", *indexes, **stored)


def _in_batches(rows: Rows) -> Iterator[dict[str, Any]]:
    batch = list(rows[:BATCH])
    while batch:
        yield from batch
        batch = list(rows.filter(pk__gt=batch[-1]["pk"])[:BATCH])


def _renew(model: type[models.Model], rows: Rows, row: dict[str, Any] | None, tally: Tally) -> None:
    """Write one row anew if it needs it; read it again if it is not what was read any more."""
    fields = sealed_fields(model)
    for _ in range(TRIES):
        try:
            changes = {name: value for field in fields for name, value in _changes(field, row).items()} if row else {}
        except CannotOpenError:
            tally.closed += 1
            return
        if not (row and changes):
            return
        if write(model, row, changes):
            tally.resealed += any(field.name in changes for field in fields)
            tally.reindexed += any(index.name in changes for field in fields if (index := index_of(field)))
            return
        row = rows.filter(pk=row["pk"]).first()
    tally.left += 1


def _changes(field: SealedField, row: dict[str, Any]) -> dict[str, Any]:
    """What a sealed column and its index should hold instead of what they hold. Raises CannotOpenError."""
    stored = row[f"raw_{field.name}"]
    text = unseal(stored, field.purpose)
    changes: dict[str, Any] = {}
    if stored and key_id(stored) != keys()[-1].id:
        changes[field.name] = Value(seal(text, field.purpose), models.TextField())
    index = index_of(field)
    if index and row[index.name] != index.digest(text):
        changes[index.name] = index.digest(text)
    return changes


def write(model: type[models.Model], row: dict[str, Any], changes: dict[str, Any]) -> bool:
    """Store the changes if every sealed column still holds what was read; False if somebody wrote meanwhile."""
    fields = sealed_fields(model)
    same = {f"raw_{field.name}": row[f"raw_{field.name}"] for field in fields}
    rows = model._base_manager.annotate(**{f"raw_{field.name}": as_stored(field) for field in fields})
    return bool(rows.filter(pk=row["pk"], **same).update(**changes))
