"""Tabs of the lecturer's door /teach/: every floor adds its own, the pages show them all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.urls import reverse

from juxian.people.models import User
from lecturers.models import Lecturer


@dataclass(frozen=True)
class TeachTab:
    """One more page of the door: `url_name` takes no arguments; `count` is a short number in words, or nothing."""

    key: str
    label: str
    url_name: str
    count: Callable[[Lecturer], str] = lambda lecturer: ""
    order: int = 50


_tabs: dict[str, TeachTab] = {}


def add_tab(tab: TeachTab) -> None:
    """Show the page on the lecturer's door."""
    _tabs[tab.key] = tab


def lecturer_of(user: User) -> Lecturer:
    """The lecturer who is signed in; 403 for everybody else."""
    lecturer: Lecturer | None = Lecturer.objects.filter(user=user).select_related("kind", "town").first()
    if lecturer is None:
        raise PermissionDenied("lecturers only")
    return lecturer


def teach_context(lecturer: Lecturer, current: str) -> dict[str, Any]:
    """What `base_teach.html` shows above every page of the door."""
    tabs = [
        {"label": tab.label, "url": reverse(tab.url_name), "n": tab.count(lecturer), "on": tab.key == current}
        for tab in sorted(_tabs.values(), key=lambda tab: tab.order)
    ]
    return {"nav": "teach", "lecturer": lecturer, "teach_tabs": tabs}
