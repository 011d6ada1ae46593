"""The same sweep work claimed twice, at once: one holds it, and what the other did in vain is rolled back."""

from contextlib import nullcontext
from types import SimpleNamespace

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from juxian.obligations import claims
from juxian.obligations.models import Obligation
from juxian.obligations.owe import insert_missing
from juxian.obligations.registry import registry
from juxian.obligations.sweep import sweep
from tests.obligations.effects import drafts, effects, plain
from tests.races.threads import together


@pytest.fixture
def sweeps(arena, monkeypatch):
    """Five rows, and two workers whom the same message reached."""
    monkeypatch.setattr(registry, "kinds", {})
    monkeypatch.setattr(registry, "chores", {})
    kind = plain(lease_seconds=600)
    registry.add(kind)
    insert_missing(drafts(*range(5), due=timezone.now()))
    arena.meet(claims, "_lease_end", 2)
    arena.meet(claims, "_take", 2, after=True)
    return [lambda: sweep(timezone.now())] * 2


def lift_lock(arena) -> None:
    """The claim reads without a lock and outside a transaction; the effect keeps its own."""
    arena.lift(QuerySet, "select_for_update", lambda rows, **options: rows)
    arena.lift(claims, "transaction", SimpleNamespace(atomic=nullcontext))


def done() -> list[str]:
    return list(Obligation.objects.values_list("state", flat=True))


@pytest.mark.trust("A8")
def test_two_workers_do_everything_once(sweeps):
    together(*sweeps)
    assert effects() == [(number, 0) for number in range(5)]
    assert done() == ["done"] * 5


@pytest.mark.trust("A8")
def test_twin_without_the_lock_both_claim_and_the_fence_still_lets_one_finish(sweeps, arena):
    lift_lock(arena)
    together(*sweeps)
    assert set(Obligation.objects.values_list("attempts", flat=True)) == {2}
    assert (effects(), done()) == ([(number, 0) for number in range(5)], ["done"] * 5)


def test_twin_without_lock_and_fence_everything_happens_twice(sweeps, arena):
    arena.lift(claims, "held", lambda rows, token: Obligation.objects.filter(pk__in=[row.pk for row in rows]))
    lift_lock(arena)
    together(*sweeps)
    assert effects() == sorted([(number, 0) for number in range(5)] * 2)
