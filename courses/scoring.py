"""The score of a panel, counted from ballots: weighted, the highest and lowest dropped from a set number on, mean."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from courses.models import Judge, Panel, Score

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Sheet:
    """One judge: what was given, the weighted total (None: not handed in), and whether it was dropped."""

    judge: Judge
    points: list[int]
    total: Decimal | None
    comment: str
    dropped: bool = False


@dataclass(frozen=True)
class Outcome:
    """A panel: every judge's sheet, how many count, and the mean (None without ballots)."""

    sheets: list[Sheet]
    handed_in: int
    score: Decimal | None
    passes: bool


def weighted(pairs: Iterable[tuple[int, int]]) -> Decimal:
    """Points by weight, out of 100."""
    given = list(pairs)
    whole = sum(weight for _, weight in given)
    return (Decimal(sum(points * weight for points, weight in given)) / whole).quantize(CENT, ROUND_HALF_UP)


def kept(totals: Sequence[Decimal], *, drop_from: int, drop_each: int) -> list[int]:
    """Places of the totals that count; so many of the highest and lowest are dropped from `drop_from` totals on."""
    order = sorted(range(len(totals)), key=lambda place: (totals[place], place))
    if len(totals) < drop_from or len(totals) <= 2 * drop_each:
        return order
    return order[drop_each : len(order) - drop_each]


def outcome_of(panel: Panel) -> Outcome:
    """Read the ballots of a panel and count."""
    criteria = panel.criteria_in_order()
    judges = list(Judge.objects.filter(panel=panel).select_related("user", "ballot").order_by("id"))
    given: dict[int, dict[int, int]] = {}
    for judge_id, criterion_id, points in Score.objects.filter(ballot__judge__panel=panel).values_list(
        "ballot__judge_id", "criterion_id", "points"
    ):
        given.setdefault(judge_id, {})[criterion_id] = points
    sheets = []
    for judge in judges:
        scores = given.get(judge.pk)
        total = weighted((scores[one.pk], one.weight) for one in criteria) if scores else None
        points = [scores[one.pk] for one in criteria] if scores else []
        sheets.append(Sheet(judge, points, total, judge.ballot.comment if scores else ""))
    return _counted(panel, sheets)


def _counted(panel: Panel, sheets: list[Sheet]) -> Outcome:
    places = [place for place, sheet in enumerate(sheets) if sheet.total is not None]
    totals = [total for sheet in sheets if (total := sheet.total) is not None]
    if not totals:
        return Outcome(sheets, 0, None, passes=False)
    counting = kept(totals, drop_from=panel.drop_from, drop_each=panel.drop_each)
    score = (sum((totals[place] for place in counting), Decimal()) / len(counting)).quantize(CENT, ROUND_HALF_UP)
    left = {places[place] for place in range(len(totals))} - {places[place] for place in counting}
    marked = [
        Sheet(sheet.judge, sheet.points, sheet.total, sheet.comment, dropped=place in left)
        for place, sheet in enumerate(sheets)
    ]
    return Outcome(marked, len(totals), score, passes=score >= panel.pass_mark)
