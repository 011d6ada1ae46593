"""Geometry of the two pictures the pages draw as plain SVG: a divided bar and paired columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from trainings.figures import Distribution

BAR, GAP = 400.0, 1.5
RULES = ("member.ordinary", "org.secretary", "org.committee", "member.floating")
LEFT, RIGHT, TOP, FLOOR = 30.0, 544.0, 36.0, 276.0


def rule_place(row: Distribution) -> tuple[int, str]:
    """Where a rule stands in tables: ordinary members first, rules nobody thought of last."""
    key = row.rule.audience_key
    return (RULES.index(key) if key in RULES else len(RULES), row.rule.code)


@dataclass(frozen=True)
class Segment:
    """One part of a divided bar; `css` is the class of its fill."""

    css: str
    x: float
    width: float


def divided(parts: Sequence[tuple[str, int]]) -> list[Segment]:
    """Parts side by side over the whole width, small gaps between; parts of nothing are left out."""
    shown = [(css, count) for css, count in parts if count]
    total = sum(count for _, count in shown)
    room = BAR - GAP * max(len(shown) - 1, 0)
    segments, x = [], 0.0
    for css, count in shown:
        width = room * count / total
        segments.append(Segment(css, round(x, 1), round(width, 1)))
        x += width + GAP
    return segments


@dataclass(frozen=True)
class Column:
    """One month: the dashed plan behind, the held classes before it."""

    label: str
    x: float
    centre: float
    plan_y: float
    plan_height: float
    held_y: float
    held_height: float
    planned: int
    held: int

    @property
    def held_x(self) -> float:
        return round(self.x + 4, 1)


@dataclass(frozen=True)
class Columns:
    """Columns with their grid lines (value, y)."""

    columns: list[Column]
    lines: list[tuple[int, float]]


def paired(rows: Sequence[tuple[str, int, int]]) -> Columns:
    """Columns from (label, planned, held)."""
    highest = max([max(planned, held) for _, planned, held in rows] + [4])
    step = max(ceil(highest / 4), 1)
    top = step * ceil(highest / step)
    unit = (FLOOR - TOP) / top
    width = (RIGHT - LEFT) / max(len(rows), 1)
    columns = [
        Column(
            label=label,
            x=round(LEFT + 8 + index * width, 1),
            centre=round(LEFT + 22 + index * width, 1),
            plan_y=round(FLOOR - planned * unit, 1),
            plan_height=round(planned * unit, 1),
            held_y=round(FLOOR - held * unit, 1),
            held_height=round(held * unit, 1),
            planned=planned,
            held=held,
        )
        for index, (label, planned, held) in enumerate(rows)
    ]
    return Columns(columns, [(mark, round(FLOOR - mark * unit, 1)) for mark in range(0, top + 1, step)])


def ring(share: float, radius: float = 52.0) -> str:
    """`stroke-dasharray` of an arc that covers `share` of a ring."""
    whole = 2 * 3.14159265 * radius
    return f"{whole * min(max(share, 0.0), 1.0):.1f} {whole:.1f}"
