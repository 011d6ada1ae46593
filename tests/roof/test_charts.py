"""Geometry of bars, columns and rings."""

from juxian.charts import BAR, divided, paired, ring


def test_parts_fill_the_bar_with_gaps_between() -> None:
    parts = divided([("a", 1), ("b", 0), ("c", 3)])
    assert [part.css for part in parts] == ["a", "c"]
    assert round(parts[-1].x + parts[-1].width, 1) == BAR


def test_nothing_gives_no_bar() -> None:
    assert divided([("a", 0)]) == []


def test_columns_stand_on_the_floor_and_scale_to_the_highest() -> None:
    chart = paired([("1", 4, 2), ("2", 8, 8)])
    assert [mark for mark, _ in chart.lines] == [0, 2, 4, 6, 8]
    first, second = chart.columns
    assert first.held_y + first.held_height == 276.0
    assert second.plan_height == 2 * first.plan_height


def test_ring_never_runs_over() -> None:
    assert ring(2.0) == ring(1.0) == "326.7 326.7"
    assert ring(0.0) == "0.0 326.7"
