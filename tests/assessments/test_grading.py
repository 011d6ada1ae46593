"""Marking and the result that stands."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from assessments.grading import grade, is_right, standing

PAPER = [
    {"number": 1, "answer": [1], "points": 2},
    {"number": 2, "answer": [0, 2], "points": 5},
    {"number": 3, "answer": [0], "points": 0},
]


def test_grade_scales_points_to_a_hundred():
    assert grade(PAPER, {1: [1], 2: [0, 2]}) == Decimal("100.00")
    assert grade(PAPER, {1: [1]}) == Decimal("28.57")
    assert grade(PAPER, {}) == Decimal("0.00")
    assert grade([], {}) == Decimal("0.00")


def test_a_multiple_choice_counts_only_as_the_exact_set():
    for choice, right in (([0, 2], True), ([2, 0], True), ([0], False), ([0, 1, 2], False), ([], False)):
        assert is_right(PAPER[1], {2: choice}) == right


@given(st.lists(st.integers(min_value=0, max_value=3), max_size=4), st.lists(st.integers(0, 3), max_size=4))
def test_grade_stays_between_nothing_and_a_hundred(one, two):
    assert Decimal(0) <= grade(PAPER, {1: one, 2: two}) <= Decimal(100)


def test_a_passed_retake_counts_as_the_pass_mark_and_no_more():
    scores = [Decimal(x) for x in (40, 95, 55)]
    assert standing([], 60) is None
    assert standing([(0, scores[1])], 60) == 95
    assert standing([(0, scores[0])], 60) == 40
    assert standing([(0, scores[0]), (1, scores[1])], 60) == 60
    assert standing([(0, scores[0]), (1, scores[2])], 60) == 55
    assert standing([(1, scores[1])], 60) == 60
    assert standing([(0, scores[1]), (1, scores[0])], 60) == 95
