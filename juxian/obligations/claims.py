"""Taking hold of rows: lease with a fencing token, renewal, and the one conditional update that ends a row."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now

from juxian.obligations.models import Obligation, ObligationQuerySet, State
from juxian.obligations.registry import Done, Kind, Later, Outcome

NOT_NEEDED = ("lease_until", "lease_token", "next_try_at", "last_error", "done_at", "outcome", "created_at")


class LeaseLost(Exception):
    """Another worker holds the row by now; whatever was done in this transaction must be rolled back."""


@dataclass
class Lease:
    """Rows of one kind that this worker may work on until the lease ends (the database's clock)."""

    kind: Kind
    rows: list[Obligation]
    token: UUID = field(default_factory=uuid4)
    taken: float = field(default_factory=monotonic)

    def renew(self, rows: Sequence[Obligation]) -> int:
        """Hold `rows` for another lease; return how many were still ours."""
        self.taken = monotonic()
        return held(rows, self.token).update(lease_until=_lease_end(self.kind))

    def renew_if_ageing(self, rows: Sequence[Obligation]) -> None:
        """Renew once a third of the lease has passed."""
        if monotonic() - self.taken > self.kind.lease_seconds / 3:
            self.renew(rows)

    def settle(self, results: Iterable[tuple[Obligation, Outcome]], now: datetime) -> None:
        """Mark the rows as their outcomes say; LeaseLost unless every single one is still ours."""
        groups: dict[Outcome, list[Obligation]] = defaultdict(list)
        for row, outcome in results:
            groups[outcome].append(row)
        for outcome, rows in groups.items():
            ending = _ending(outcome, now) | {"lease_until": None, "lease_token": None}
            if held(rows, self.token).update(**ending) != len(rows):
                raise LeaseLost


def state_of(outcome: Outcome) -> State:
    """The state an outcome leaves a row in."""
    if isinstance(outcome, Later):
        return State.DUE
    return State.DONE if isinstance(outcome, Done) else State.SUPERSEDED


def _ending(outcome: Outcome, now: datetime) -> dict[str, Any]:
    if isinstance(outcome, Later):
        at = max(outcome.at, now + timedelta(seconds=1))  # never again in the same sweep
        return {"state": State.DUE, "next_try_at": at, "last_error": outcome.note, "attempts": F("attempts") - 1}
    return {"state": state_of(outcome), "outcome": outcome.note[:300], "done_at": now}


def held(rows: Sequence[Obligation], token: UUID) -> QuerySet[Obligation]:
    """The fence: of `rows` those that still carry our token."""
    return Obligation.objects.filter(pk__in=[row.pk for row in rows], state=State.LEASED, lease_token=token)


def claim_due(kind: Kind, now: datetime, size: int) -> Lease:
    """Lease up to `size` rows that are due, oldest first; rows in other hands are passed over, none at a closed gate."""
    if _is_closed(kind):
        return Lease(kind, [])
    with transaction.atomic():
        return _take(kind, Obligation.objects.due(now).filter(kind=kind.code).order_by("due_at", "id"), size)


def claim_abandoned(kind: Kind) -> Lease:
    """Lease one row whose worker died, alone: if the row is what kills, it must not take others with it."""
    if _is_closed(kind):
        return Lease(kind, [])
    with transaction.atomic():
        rows = Obligation.objects.abandoned().filter(kind=kind.code, attempts__lt=kind.max_attempts)
        return _take(kind, rows.order_by("lease_until", "id"), 1)


def park_killers(kind: Kind) -> int:
    """Park rows that were in hand at the death of too many workers."""
    rows = Obligation.objects.abandoned().filter(kind=kind.code, attempts__gte=kind.max_attempts)
    return rows.update(
        state=State.PARKED, last_error="办理时进程多次中断，没有留下错误信息", lease_until=None, lease_token=None
    )


def _is_closed(kind: Kind) -> bool:
    return kind.gate is not None and not kind.gate()


def _take(kind: Kind, candidates: ObligationQuerySet, size: int) -> Lease:
    skip_locked = connection.features.has_select_for_update_skip_locked
    free = candidates.select_for_update(of=("self",), skip_locked=skip_locked).defer(*NOT_NEEDED)
    lease = Lease(kind, list(free[:size]))
    if lease.rows:
        Obligation.objects.filter(pk__in=[row.pk for row in lease.rows]).update(
            state=State.LEASED,
            lease_token=lease.token,
            lease_until=_lease_end(kind),
            attempts=F("attempts") + 1,
        )
        for row in lease.rows:
            row.attempts += 1
            row.state = State.LEASED
    return lease


def _lease_end(kind: Kind) -> CombinedExpression:
    return Now() + timedelta(seconds=kind.lease_seconds)
