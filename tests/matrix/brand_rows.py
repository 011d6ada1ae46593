"""Brands of both towns, for the matrix."""

from typing import TYPE_CHECKING

from django.utils import timezone

from centres.models import Brand, BrandRevision
from tests.factories import ThemeFactory

if TYPE_CHECKING:
    from tests.matrix.towns import TownData

# What hangs on a wall may be read by everybody, so it is no canary; the two are nothing alike.
SLOGANS = {"371327102": "甲乙丙丁", "371327103": "子丑寅卯"}


def add_brands(data: "TownData") -> None:
    """A brand in force, with a draft of the next one."""
    data.add("brand", Brand, town=data.town)
    data.add(
        "brand_in_force", BrandRevision, brand=data.brand, number=1, state="approved", theme=ThemeFactory(),
        slogan=SLOGANS.get(data.town.code, "戊己庚辛"), key_point=data.point, used_from=timezone.localdate(), comment="",
    )  # fmt: skip
    data.add(
        "brand_draft", BrandRevision, brand=data.brand, number=2, state="draft", theme=ThemeFactory(),
        key_point=data.point, source="", comment="",
    )  # fmt: skip
