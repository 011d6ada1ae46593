"""The hash chain over the log: sealed by the sweep, checked by `verify`.

An entry's place in the chain is its seal's number, not its id. On PostgreSQL ids have gaps, and a long transaction
may commit an entry whose id is lower than one already sealed; it simply gets a later number. So a sealer asks
"which entries have no seal?", never "which ids are above the last one?", and no entry can be missed.

Each digest covers its number, the digest before it, every column of the entry, and the digest of the body instead of
the body, so that retention may blank a body and the chain still holds.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import sha256

from django.db import connection, transaction
from django.db.models import Max

from juxian.audit.log import body_digest
from juxian.audit.models import AuditEntry, AuditSeal

START = "0" * 64
BATCH = 1000
LATECOMERS = 50_000
LOCK = 0x6A78_6175  # any fixed number of our own; names the advisory lock of sealing


def link_digest(number: int, previous: str, entry: AuditEntry) -> str:
    """The digest of one link, from canonical JSON."""
    facts = [
        number,
        previous,
        entry.pk,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor_id,
        entry.actor_name,
        entry.action,
        entry.subject_kind,
        entry.subject_id,
        entry.town_code,
        entry.summary,
        entry.body_digest,
    ]
    return sha256(json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def seal(now: datetime) -> int:
    """Seal every committed entry that has no seal yet; how many that were. `now` is what every chore is given.

    Short transactions of a thousand links each, so that nobody waits long for SQLite's one writer.
    """
    total = 0
    while done := _seal_batch():
        total += done
    return total


@transaction.atomic
def _seal_batch() -> int:
    if not _alone():
        return 0
    last = AuditSeal.objects.order_by("-number").first()
    number, previous = (last.number, last.digest) if last else (0, START)
    seals = []
    for entry in _waiting(number):
        number += 1
        digest = link_digest(number, previous, entry)
        seals.append(AuditSeal(number=number, entry=entry, previous=previous, digest=digest))
        previous = digest
    AuditSeal.objects.bulk_create(seals)
    return len(seals)


def _alone() -> bool:
    """One sealer at a time: PostgreSQL by an advisory lock, SQLite because its transactions begin IMMEDIATE."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        row: tuple[bool] = cursor.fetchone()
    return row[0]


def _waiting(sealed: int) -> list[AuditEntry]:
    """The next entries without a seal, in id order.

    The numbers have no gaps, so the count of entries says how many wait. Usually they lie near the end, where looking
    is cheap; if fewer are found there than wait, the whole log is searched.
    """
    waiting = AuditEntry.objects.count() - sealed
    if waiting <= 0:
        return []
    unsealed = AuditEntry.objects.filter(seal=None).order_by("pk")
    highest = AuditSeal.objects.aggregate(highest=Max("entry"))["highest"] or 0
    recent = list(unsealed.filter(pk__gt=highest - LATECOMERS)[:BATCH])
    return recent if len(recent) >= min(waiting, BATCH) else list(unsealed[:BATCH])


def head() -> tuple[int, str]:
    """Number and digest of the last link; written down elsewhere, it betrays a chain cut off at its end."""
    last = AuditSeal.objects.order_by("-number").first()
    return (last.number, last.digest) if last else (0, START)


def verify() -> list[str]:
    """What is wrong with the sealed log, in Chinese sentences; empty when the chain holds."""
    seals = AuditSeal.objects.select_related("entry").order_by("number").iterator(chunk_size=2000)
    return list(_problems(seals))


def _problems(seals: Iterable[AuditSeal]) -> Iterator[str]:
    expected, previous = 1, START
    for link in seals:
        if link.number != expected:
            yield f"第 {expected} 环到第 {link.number - 1} 环不见了，或对应的审计记录被删。"
        elif link.previous != previous:
            yield f"第 {link.number} 环和上一环接不上。"
        if link_digest(link.number, link.previous, link.entry) != link.digest:
            yield f"第 {link.number} 环：审计记录 {link.entry_id} 被改过。"
        if link.entry.body is not None and body_digest(link.entry.body) != link.entry.body_digest:
            yield f"第 {link.number} 环：审计记录 {link.entry_id} 的内容被改过。"
        expected, previous = link.number + 1, link.digest
