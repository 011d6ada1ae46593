"""Kinds of due work. Every floor above registers its kinds here in its `AppConfig.ready()`."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from juxian.obligations.models import Obligation


class CatchUp(Enum):
    """What to do with a row found late. Only ALWAYS goes on past the row's `expires_at`."""

    ALWAYS = "always"  # do it however late
    UNTIL_EXPIRY = "until_expiry"  # do it unless `expires_at` has passed
    COLLAPSE = "collapse"  # of one subject's due stages only the newest is done, older ones are superseded


@dataclass(frozen=True)
class Done:
    """The effect took place (or had already)."""

    note: str = ""


@dataclass(frozen=True)
class Superseded:
    """The reason no longer holds; nothing was done."""

    note: str


@dataclass(frozen=True)
class Later:
    """Not now, and nothing was done: the row is due again at `at`, and this was no attempt."""

    at: datetime
    note: str = ""


Outcome = Done | Superseded | Later


@dataclass(frozen=True)
class Draft:
    """An obligation that the facts ask for; inserted unless (kind, subject, stage) exists."""

    kind: str
    subject_kind: str
    subject_id: int
    due_at: datetime
    stage: int = 0
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Kind:
    """One kind of due work.

    `perform(obligation, now, prepared)` runs inside the transaction that marks the row done, so effect and state are
    one; it may run again after a roll-back, so it must have no effect outside the database.
    `prepare(obligation)` runs before it outside any transaction (long reading, calls to providers).
    `perform_many(obligations, now)` is optional: the same effects for a whole batch in few queries, one outcome per
    row in the same order. When it raises, the rows go through `perform` one by one.
    `generate(now)` yields what the facts ask for; it looks back without limit and may yield rows that exist.
    `gate()` says whether rows may be begun at this moment; while it does not, they wait without being touched. A kind
    that calls slow providers takes `turn` rows at a time, so that other kinds come in between.
    A worker keeps a row for `lease_seconds`, which must be at least three times the longest normal run.
    """

    code: str
    label: str
    perform: "Callable[[Obligation, datetime, Any], Outcome]"
    prepare: "Callable[[Obligation], Any] | None" = None
    perform_many: "Callable[[Sequence[Obligation], datetime], Sequence[Outcome]] | None" = None
    generate: Callable[[datetime], Iterable[Draft]] | None = None
    catch_up: CatchUp = CatchUp.ALWAYS
    gate: Callable[[], bool] | None = None
    turn: int | None = None
    lease_seconds: int = 60
    max_attempts: int = 5


@dataclass
class Registry:
    """Kinds by code, and chores that every sweep runs once (sealing the audit log)."""

    kinds: dict[str, Kind] = field(default_factory=dict)
    chores: dict[str, Callable[[datetime], int]] = field(default_factory=dict)

    def add(self, kind: Kind) -> None:
        """Register a kind; the same code twice is an error."""
        if kind.code in self.kinds:
            raise ValueError(f"obligation kind {kind.code} is registered twice")
        self.kinds[kind.code] = kind

    def add_chore(self, name: str, chore: Callable[[datetime], int]) -> None:
        """Register a chore; it returns how many things it did."""
        self.chores[name] = chore

    def label(self, code: str) -> str:
        """The Chinese name of a kind; the code itself for one that is no longer registered."""
        return self.kinds[code].label if code in self.kinds else code


registry = Registry()
