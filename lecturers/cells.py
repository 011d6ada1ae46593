"""What the imports of the pool and of the library share: cells that name rows of the portal, lists in one cell, days."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from juxian.people.models import Town
from juxian.sheets import CellFault, Row, Table, found_date, plain

T = TypeVar("T")
COUNTY_WORDS = frozenset({"县级", "县", "县里", "莒南县", "县委组织部"})
SHOWN_NAMES = 12
_BETWEEN = re.compile(r"[、,;/|]+")  # cells are in half-width form by then


def text(limit: int) -> Callable[[Any], str]:
    """A reader of text of at most `limit` characters."""
    return lambda value: plain(value, limit)


def parts(value: Any) -> list[str]:
    """`农村、社区` → the two words, each once."""
    return list(dict.fromkeys(part.strip() for part in _BETWEEN.split(plain(value, 300)) if part.strip()))


def whole_day(value: Any) -> date | None:
    """A day, not only a month; None for an empty cell."""
    found = found_date(value)
    if found is None:
        return None
    if not found.exact:
        raise CellFault("只有年月，没有日", "改为 2026-03-01 这样的日期")
    return found.day


def named(rows: Mapping[str, T], word: str, what: str) -> T:
    """The row called `word`. Raises CellFault naming those there are."""
    if word in rows:
        return rows[word]
    known = "、".join(list(rows)[:SHOWN_NAMES]) or "（还没有）"
    raise CellFault(f"没有叫“{word[:20]}”的{what}", f"填这些中的一个：{known}")


def towns_by_name() -> dict[str, Town | None]:
    """Towns by name and by code, and the words that mean the county."""
    found: dict[str, Town | None] = {}
    for town in Town.objects.all():
        found |= {town.name: town, town.code: town}
    return found | dict.fromkeys(COUNTY_WORDS)


def again(table: Table) -> Table:
    """The same table with room for problems of its own: a check may run more than once on what was read once."""
    return replace(table, rows=[replace(row, problems=[*row.problems]) for row in table.rows])


def told(row: Row, key: str, read: Callable[[Any], T], default: T) -> T:
    """A cell whose emptiness says nothing: `default` then, and what `read` finds otherwise."""
    filled = row.get(key, lambda value: bool(plain(value, 2000)), False)
    return row.get(key, read, default) if filled else default
