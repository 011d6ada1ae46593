"""What the admin's index shows beside Django's own list."""

from typing import Any

from django import template
from django.utils import timezone

from juxian.board import Waiting, waiting

register = template.Library()

ORDER = (
    "trainings",
    "assessments",
    "people",
    "centres",
    "lecturers",
    "courses",
    "rules",
    "inbox",
    "obligations",
    "audit",
)


@register.simple_tag(takes_context=True)
def county_waiting(context: dict[str, Any]) -> list[tuple[Waiting, str]]:
    """What waits for the county, the earliest first, with its tone."""
    today = timezone.localdate()
    return [(row, row.tone(today)) for row in waiting(context["user"], today)]


@register.simple_tag
def in_county_order(apps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Apps in the order of the county's work; unknown ones last."""
    place = {label: index for index, label in enumerate(ORDER)}
    return sorted(apps, key=lambda app: place.get(app["app_label"], len(ORDER)))
