"""Regulations for tests."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from centres.models import Regulation, RegulationKind, RegulationVersion
from juxian.files.store import store
from juxian.people.models import Town, User
from tests.factories import UserFactory

EARLY = date(2021, 1, 1)


def a_kind(key: str = "teaching", name: str = "教学管理制度", **given: Any) -> RegulationKind:
    """A kind every centre needs."""
    given = {"is_needed": True, "valid_from": EARLY} | given
    row: RegulationKind = RegulationKind.objects.get_or_create(key=key, defaults={"name": name, **given})[0]
    return row


def a_rule(town: Town | None, kind: RegulationKind | None = None, title: str = "示例制度") -> Regulation:
    """A regulation without a version."""
    return Regulation.objects.create(town=town, kind=kind or a_kind(), title=title)


def a_version(
    regulation: Regulation,
    valid_from: date = EARLY,
    valid_until: date | None = None,
    *,
    kept_on: date | None = None,
    by: User | None = None,
    content: bytes = b"%PDF-1.4 rule",
) -> RegulationVersion:
    """The next version, put in on the day it came into force unless said otherwise."""
    noon = timezone.make_aware(datetime.combine(kept_on or valid_from, time(12)))
    row: RegulationVersion = RegulationVersion.objects.create(
        regulation=regulation,
        number=RegulationVersion.objects.filter(regulation=regulation).count() + 1,
        issued_on=valid_from - timedelta(days=3),
        valid_from=valid_from,
        valid_until=valid_until,
        file=store([content], name="制度.pdf", kind="pdf"),
        by=by or UserFactory(),
        at=noon,
    )
    return row
