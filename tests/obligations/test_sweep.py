"""The sweep: what it does once, late, twice, and in spite of a bad row."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from juxian.obligations.models import Heartbeat, Obligation, State
from juxian.obligations.owe import owe
from juxian.obligations.registry import CatchUp, Done, Draft, Kind, Registry, Superseded
from juxian.obligations.sweep import sweep
from juxian.rules.models import Rule

pytestmark = [pytest.mark.django_db, pytest.mark.db_engine]
NOW = timezone.make_aware(datetime(2026, 11, 23, 8, 0))  # noqa: DTZ001 made aware at once


def effect(row: Obligation) -> None:
    """An effect in the database that shows when it happens twice."""
    Rule.objects.create(
        key=f"effect.{row.subject_id}.{row.stage}.{row.pk}.{Rule.objects.count()}",
        value=row.subject_id,
        label="效果",
        valid_from="2026-01-01",
        source="测试",
        certainty="C",
    )


def perform(row, now, prepared):
    effect(row)
    return Done("好")


def drafts(number: int, kind: str = "t.plain") -> list[Draft]:
    return [Draft(kind, "t.thing", n, NOW) for n in range(1, number + 1)]


def test_run_twice_is_once(kinds):
    kinds.add(Kind("t.plain", "试", perform, generate=lambda now: drafts(3)))

    first = sweep(NOW)
    second = sweep(NOW)

    assert first == {"t.plain": {"created": 3, "done": 3}}
    assert second == {}
    assert Rule.objects.count() == 3
