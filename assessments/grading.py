"""Pure rules of marking: what an answer earns, which result stands."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from assessments.papers import Paper

FULL = Decimal(100)


def grade(paper: Paper, choices: Mapping[int, list[int]]) -> Decimal:
    """The score out of 100, two decimals.

    A question earns its points only when exactly the right options were chosen: half a multiple choice is nothing.
    Points may add up to any number and are scaled.
    """
    total = sum(question["points"] for question in paper)
    if not total:
        return Decimal("0.00")
    earned = sum(question["points"] for question in paper if is_right(question, choices))
    score: Decimal = (FULL * earned / total).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return score


def is_right(question: Mapping[str, Any], choices: Mapping[int, list[int]]) -> bool:
    """Whether exactly the right options of this question were chosen."""
    return bool(sorted(choices.get(question["number"], [])) == question["answer"])


def standing(scores: Iterable[tuple[int, Decimal]], pass_mark: int) -> Decimal | None:
    """The result that stands, from (sitting, score); None when nobody sat.

    A passed exam counts as it is. A passed retake counts as the pass mark, never more, so nobody gains by sitting
    twice. Otherwise the best of the failed sittings.
    """
    rows = list(scores)
    if not rows:
        return None
    first = max((score for sitting, score in rows if sitting == 0), default=Decimal(0))
    best = max(score for _, score in rows)
    if first >= pass_mark or best < pass_mark:
        return max(first, best) if first < pass_mark else first
    return Decimal(pass_mark)
