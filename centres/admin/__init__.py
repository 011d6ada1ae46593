"""What the county edits about centres; one module per subject."""

from centres.admin import (
    brands,
    disclosures,
    evidence,
    inspections,
    money,
    places,
    posts,
    regulations,
    standards,
    themes,
)

__all__ = [
    "brands",
    "disclosures",
    "evidence",
    "inspections",
    "money",
    "places",
    "posts",
    "regulations",
    "standards",
    "themes",
]
