"""Facts from upper floors on a lower floor's page: the upper one registers, the page shows (design part 1)."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django.db import models

from juxian.people.models import User


class Row(NamedTuple):
    """One line of a panel; `link` is a path of the portal or empty, `status` one of ok, warn, bad, info or empty."""

    label: str
    value: str
    link: str = ""
    status: str = ""


Source = Callable[[Any, User], Iterable[Row]]


class Panel(NamedTuple):
    """A filled panel."""

    title: str
    rows: list[Row]


_sources: dict[str, dict[str, Source]] = {}


def register(model_label: str, title: str, source: Source) -> None:
    """Show `title` with the rows of `source(obj, user)` on pages about `model_label` (`people.Member`)."""
    _sources.setdefault(model_label, {})[title] = source


def panels_for(obj: models.Model, user: User) -> list[Panel]:
    """The panels about `obj`, in the order they were registered; empty ones are shown too, so that absence is seen."""
    return [Panel(title, list(source(obj, user))) for title, source in _sources.get(obj._meta.label, {}).items()]
