"""Disclosures of both towns, for the matrix: a published one with a question of the member, and a draft."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils import timezone

from centres.models import Disclosure, DisclosureHead, DisclosureItem, DisclosureQuestion

if TYPE_CHECKING:
    from tests.matrix.towns import TownData


def add_disclosures(data: "TownData") -> None:
    """Parts go in before the first is published; then nothing of it moves."""
    this, now = timezone.localdate().year, timezone.now()
    for name, year, month in (("disclosure", this - 1, 12), ("draft_disclosure", this, 3)):
        row = data.add(name, Disclosure, town=data.town, starts_on=date(year, 1, 1), ends_on=date(year, month, 31))
        sums = {"budget": Decimal(900), "spent": Decimal(80)}
        head = data.add(f"{name}_head", DisclosureHead, disclosure=row, order=1, **sums)
        data.add(
            f"{name}_item", DisclosureItem, head=head, number=1, source=1, day=date(year, 1, 9), amount=Decimal(80)
        )
    row = data.disclosure
    row.state, row.published_by, row.published_at = Disclosure.State.PUBLISHED, data.clerk_user, now
    row.save()
    asked = {"disclosure": row, "names_reason": ""}
    data.add(
        "account_answer",
        DisclosureQuestion,
        member=data.colleague,
        answered_by=data.clerk_user,
        answered_at=now,
        **asked,
    )
    data.add("account_question", DisclosureQuestion, member=data.member, answer="", **asked)
