"""An effect in the database that shows when it happens twice: nothing makes it unique."""

from datetime import date, datetime, timedelta
from uuid import uuid4

from django.utils import timezone

from juxian.obligations.models import Obligation
from juxian.obligations.registry import Done, Draft, Kind
from juxian.rules.models import Rule

NOW = datetime.fromisoformat("2026-11-23T08:00:00+08:00")


def perform(row: Obligation, now: datetime, prepared: object) -> Done:
    """Leave one more effect for the row."""
    Rule.objects.create(
        key=f"t.{uuid4().hex}",
        value=[row.subject_id, row.stage],
        label=row.kind,
        valid_from=date(2026, 1, 1),
        source="测试",
        certainty="C",
    )
    return Done("好")


def effects() -> list[tuple[int, int]]:
    """(subject, stage) of every effect there was, sorted."""
    return sorted(tuple(value) for value in Rule.objects.values_list("value", flat=True))


def drafts(*subjects: int, kind: str = "t.plain", stage: int = 0, due: datetime = NOW) -> list[Draft]:
    return [Draft(kind, "t.thing", subject, due, stage) for subject in subjects]


def plain(**options: object) -> Kind:
    return Kind(**{"code": "t.plain", "label": "试", "perform": perform} | options)


def lose_leases() -> None:
    """As if the workers had died and their leases had run out."""
    Obligation.objects.filter(state="leased").update(lease_until=timezone.now() - timedelta(days=1))
