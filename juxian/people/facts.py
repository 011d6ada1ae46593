"""Figures from upper floors about many rows of a lower one: the upper floor registers, lists and searches ask.

Panels (`juxian.people.panels`) are for the page of one object; facts are for lists, so a source answers for all at once.
"""

from collections.abc import Callable, Collection
from typing import Any, NamedTuple

Source = Callable[[Collection[int]], dict[int, Any]]


class Rating(NamedTuple):
    """What learners said: the mean on the scale 4 非常满意 … 1 不满意, from `n` answers (never below the smallest group)."""

    mean: float
    n: int


class Facts:
    """The facts about one model, each under a code of its own."""

    def __init__(self) -> None:
        self._sources: dict[str, Source] = {}

    def add(self, code: str, source: Source) -> None:
        """`source(pks)` gives {pk: value} in a constant number of queries; a pk without a value is left out."""
        self._sources[code] = source

    def of(self, code: str, pks: Collection[int]) -> dict[int, Any]:
        """{pk: value} of one fact; empty where nobody registered it or nothing is asked. No query then."""
        source = self._sources.get(code)
        return source(pks) if source and pks else {}
