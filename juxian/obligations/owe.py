"""Stating that work is due, and ringing for a worker."""

from collections.abc import Iterable
from itertools import islice

from django.db import connection, transaction

from juxian.obligations.doorbell import ring
from juxian.obligations.models import Obligation
from juxian.obligations.registry import Draft

CHUNK = 500


def owe(draft: Draft) -> Obligation:
    """Insert the obligation unless it exists, return the row, and wake the sweep once the transaction commits."""
    row, _ = Obligation.objects.get_or_create(
        kind=draft.kind,
        subject_kind=draft.subject_kind,
        subject_id=draft.subject_id,
        stage=draft.stage,
        defaults={"due_at": draft.due_at, "next_try_at": draft.due_at, "expires_at": draft.expires_at},
    )
    wake_on_commit()
    return row


def owe_many(drafts: Iterable[Draft]) -> int:
    """Insert those that do not exist, in few queries; return how many were new. Wakes the sweep like `owe`."""
    created = insert_missing(drafts)
    if created:
        wake_on_commit()
    return created


def wake_on_commit() -> None:
    """Ring once when the running transaction commits, however often this is called in it."""
    if not any(entry[1] is wake for entry in connection.run_on_commit):
        transaction.on_commit(wake, robust=True)


def wake() -> None:
    """Ask a worker to sweep soon. Best effort, at most a second: the row is the truth, beat sweeps anyway."""
    ring()


def insert_missing(drafts: Iterable[Draft]) -> int:
    """Insert the drafts that have no row yet; one read per chunk, and no write where nothing is new."""
    created = 0
    stream = iter(drafts)
    while chunk := list(islice(stream, CHUNK)):
        created += _insert_chunk(chunk)
    return created


def _insert_chunk(chunk: list[Draft]) -> int:
    wanted = {(d.kind, d.subject_kind, d.subject_id, d.stage): d for d in chunk}
    existing = Obligation.objects.filter(
        kind__in={d.kind for d in chunk}, subject_id__in={d.subject_id for d in chunk}
    ).values_list("kind", "subject_kind", "subject_id", "stage")
    for key in existing:
        wanted.pop(key, None)
    Obligation.objects.bulk_create(
        [
            Obligation(
                kind=d.kind,
                subject_kind=d.subject_kind,
                subject_id=d.subject_id,
                stage=d.stage,
                due_at=d.due_at,
                next_try_at=d.due_at,
                expires_at=d.expires_at,
            )
            for d in wanted.values()
        ],
        ignore_conflicts=True,
    )
    return len(wanted)
