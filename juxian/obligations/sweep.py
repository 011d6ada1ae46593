"""The sweep: state what is due, take hold of it, do it, mark it, all in a way that may be repeated and killed.

1. Every kind generates the rows that the facts ask for.
2. Rows past their expiry expire; of collapsing kinds only the newest due stage of a subject stays.
3. Batches are leased. A batch is done in one transaction together with its marks; if anything in it fails, its rows
   go one by one, each in its own transaction, so that one bad row cannot stop the rest.
4. Rows whose worker died are done last and alone, and parked after too many deaths.
5. The chores run once.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from logging import getLogger
from time import monotonic

from django.db import transaction
from django.db.models import Count

from juxian.obligations import heartbeat
from juxian.obligations.claims import Lease, LeaseLost, claim_abandoned, claim_due, held, park_killers, state_of
from juxian.obligations.doorbell import muted
from juxian.obligations.errors import brief
from juxian.obligations.models import Obligation, State
from juxian.obligations.owe import insert_missing
from juxian.obligations.registry import CatchUp, Kind, Outcome, registry

BATCH = 200
LARGE_BATCH = 500  # of kinds that do many rows in few queries
PREPARED_BATCH = 5  # such rows are slow, one after the other
SLICE_SECONDS = 0.5  # no transaction of a batch grows longer, for SQLite has one writer
NO_PROGRESS = ("failed", "lost", State.DUE)
FIRST_RETRY = timedelta(seconds=30)
LONGEST_RETRY = timedelta(hours=1)

logger = getLogger(__name__)


@dataclass
class Run:
    """One sweep: its moment, its counts by kind and outcome, and when it must end."""

    now: datetime
    ends: float
    counts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    errors: list[str] = field(default_factory=list)

    def add(self, code: str, outcome: str, number: int = 1) -> None:
        if number:
            self.counts[code][outcome] += number

    def progress(self) -> int:
        """How many rows have moved on; a failure is no progress, nor is a row that is due again later."""
        return sum(counter.total() - sum(counter[word] for word in NO_PROGRESS) for counter in self.counts.values())

    def is_over(self) -> bool:
        return monotonic() > self.ends

    def note(self, name: str, error: Exception) -> None:
        """Remember a failure that belongs to no row."""
        logger.exception("sweep: %s failed", name)
        self.errors.append(f"{name}: {brief(error)}")
        self.add(name, "failed")


def sweep(now: datetime, drain: bool = False, seconds: float | None = None) -> dict[str, dict[str, int]]:
    """Do all work due at `now` once; with `drain` again until nothing is left. Counts by kind and outcome.

    `now` decides what is due, leases go by the database's clock. No new batch is begun after `seconds`.
    """
    run = Run(now, ends=monotonic() + seconds if seconds else float("inf"))
    with muted():
        before = -1
        while before != run.progress() and not run.is_over():
            before = run.progress()
            _pass(run)
            if not drain:
                break
        _do_chores(run)
    heartbeat.beat(heartbeat.SWEEP, error="; ".join(run.errors))
    return {code: dict(counter) for code, counter in run.counts.items()}


def _pass(run: Run) -> None:
    for kind in registry.kinds.values():
        _generate(run, kind)
        if kind.catch_up is not CatchUp.ALWAYS:
            _expire(run, kind)
        if kind.catch_up is CatchUp.COLLAPSE:
            _collapse(run, kind)
    _do_due(run)
    _do_abandoned(run)


def _generate(run: Run, kind: Kind) -> None:
    if kind.generate is None:
        return
    try:
        run.add(kind.code, "created", insert_missing(kind.generate(run.now)))
    except Exception as error:
        run.note(kind.code, error)


def _expire(run: Run, kind: Kind) -> None:
    rows = Obligation.objects.idle().filter(kind=kind.code, expires_at__lte=run.now)
    if rows.exists():
        ended = rows.update(
            state=State.EXPIRED, done_at=run.now, outcome="到期限仍未办", lease_until=None, lease_token=None
        )
        run.add(kind.code, "expired", ended)


def _collapse(run: Run, kind: Kind) -> None:
    rows = Obligation.objects.idle().filter(kind=kind.code).overtaken(run.now)
    if rows.exists():
        ended = rows.update(
            state=State.SUPERSEDED, done_at=run.now, outcome="并入后一次", lease_until=None, lease_token=None
        )
        run.add(kind.code, "superseded", ended)


def _do_due(run: Run) -> None:
    """Batch by batch, the kinds in turn, until nothing due is free."""
    claimed = 1
    while claimed and not run.is_over():
        claimed = 0
        waiting = Obligation.objects.due(run.now).order_by().values_list("kind", flat=True).distinct()
        kinds = _registered(waiting)
        while kinds and not run.is_over():
            leases = [_do_claimed(run, kind) for kind in kinds]
            claimed += sum(leases)
            kinds = [kind for kind, number in zip(kinds, leases, strict=True) if number == _batch_size(kind)]


def _do_claimed(run: Run, kind: Kind) -> int:
    """Claim a batch and do it; return how many rows it had. A full one means that there may be more."""
    lease = claim_due(kind, run.now, _batch_size(kind))
    _do_batch(run, lease)
    return len(lease.rows)


def _batch_size(kind: Kind) -> int:
    if kind.turn or kind.prepare:
        return kind.turn or PREPARED_BATCH
    return LARGE_BATCH if kind.perform_many else BATCH


def _do_abandoned(run: Run) -> None:
    waiting = Obligation.objects.abandoned().order_by().values_list("kind", flat=True).distinct()
    for kind in _registered(waiting):
        run.add(kind.code, "parked", park_killers(kind))
        while not run.is_over():
            lease = claim_abandoned(kind)
            if not lease.rows:
                break
            _do_one(run, lease, lease.rows[0])


def _registered(codes: Iterable[str]) -> list[Kind]:
    return [registry.kinds[code] for code in codes if code in registry.kinds]


def _do_batch(run: Run, lease: Lease) -> None:
    rest = lease.rows
    while rest:
        lease.renew_if_ageing(rest)
        tried = 1 if lease.kind.prepare else _do_together(run, lease, rest)
        if lease.kind.prepare:
            _do_one(run, lease, rest[0])
        rest = rest[tried:]


def _do_together(run: Run, lease: Lease, rows: Sequence[Obligation]) -> int:
    """Do a slice of `rows` in one transaction, or one by one if that fails; return how many were tried."""
    tried: list[Obligation] = []
    try:
        with transaction.atomic():
            results = list(_perform(run, lease.kind, rows, tried))
            lease.settle(results, run.now)
    except Exception:
        for row in tried:
            lease.renew_if_ageing(tried)
            _do_one(run, lease, row)
    else:
        for _, outcome in results:
            run.add(lease.kind.code, state_of(outcome).value)
    return len(tried)


def _perform(
    run: Run, kind: Kind, rows: Sequence[Obligation], tried: list[Obligation]
) -> Iterator[tuple[Obligation, Outcome]]:
    if kind.perform_many:
        tried.extend(rows)
        yield from zip(rows, kind.perform_many(rows, run.now), strict=True)
        return
    until = monotonic() + SLICE_SECONDS
    for row in rows:
        tried.append(row)
        yield row, kind.perform(row, run.now, None)
        if monotonic() > until:
            return


def _do_one(run: Run, lease: Lease, row: Obligation) -> None:
    """Do one row in its own transaction; a failure backs it off or parks it."""
    kind = lease.kind
    try:
        prepared = None
        if kind.prepare:
            if not lease.renew([row]):
                raise LeaseLost
            prepared = kind.prepare(row)
        with transaction.atomic():
            outcome = kind.perform(row, run.now, prepared)
            lease.settle([(row, outcome)], run.now)
    except LeaseLost:
        run.add(kind.code, "lost")
    except Exception as error:
        logger.warning("sweep: %s %s failed with %s", row.kind, row.pk, type(error).__name__)
        run.add(kind.code, _set_back(run, lease, row, error))
    else:
        run.add(kind.code, state_of(outcome).value)


def _set_back(run: Run, lease: Lease, row: Obligation, error: Exception) -> str:
    parks = row.attempts >= lease.kind.max_attempts
    delay = min(FIRST_RETRY * 2 ** (row.attempts - 1), LONGEST_RETRY)
    changed = held([row], lease.token).update(
        state=State.PARKED if parks else State.DUE,
        next_try_at=run.now + delay,
        last_error=brief(error),
        lease_until=None,
        lease_token=None,
    )
    return ("parked" if parks else "failed") if changed else "lost"


def _do_chores(run: Run) -> None:
    for name, chore in registry.chores.items():
        try:
            run.add(name, "done", chore(run.now))
        except Exception as error:
            run.note(name, error)


def waiting_unknown(now: datetime) -> dict[str, int]:
    """Due rows of kinds that nobody registers any more, by kind."""
    rows = Obligation.objects.due(now).exclude(kind__in=registry.kinds).order_by()
    return dict(rows.values_list("kind").annotate(number=Count("pk")))
