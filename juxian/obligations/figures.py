"""Figures about due work for the pages above."""

from dataclasses import dataclass

from django.db.models import Count

from juxian.obligations.models import Obligation
from juxian.obligations.registry import registry


@dataclass(frozen=True)
class Parked:
    """So many rows of one kind wait for a person."""

    code: str
    label: str
    number: int


def parked() -> list[Parked]:
    """Kinds with rows that failed too often, for the notice on desk and board; empty when all is well."""
    rows = Obligation.objects.parked().order_by("kind").values_list("kind").annotate(number=Count("pk"))
    return [Parked(code, registry.label(code), number) for code, number in rows]
