"""Who was there is a function of the set of marks, whatever the order."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainings.actions.outcomes import absence_objection
from trainings.attendance import effective

START = datetime(2026, 11, 23, tzinfo=UTC)


@dataclass(frozen=True)
class Statement:
    """A mark as the merge rule reads it."""

    pk: int
    replaces_id: int | None
    at: datetime
    key: str
    present: bool


@st.composite
def statements(draw) -> list[Statement]:
    size = draw(st.integers(0, 8))
    minutes = st.integers(0, 3).map(lambda n: START + timedelta(minutes=n))
    return [
        Statement(
            pk=pk,
            replaces_id=draw(st.none() | st.integers(1, pk - 1)) if pk > 1 else None,
            at=draw(minutes),
            key=f"{draw(st.sampled_from('abc'))}{pk}",
            present=draw(st.booleans()),
        )
        for pk in range(1, size + 1)
    ]


@given(statements(), st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_give_the_same(marks, random):
    shuffled = marks + random.sample(marks, k=len(marks) // 2)
    random.shuffle(shuffled)
    assert effective(shuffled) == effective(marks)


@given(statements())
def test_a_replaced_mark_never_counts_and_present_beats_absent(marks):
    chosen = effective(marks)
    replaced = {mark.replaces_id for mark in marks}
    standing = [mark for mark in marks if mark.pk not in replaced]
    assert (chosen in standing) == bool(standing)
    assert (chosen is not None and chosen.present) == any(mark.present for mark in standing)


def test_then_the_earliest_then_the_lowest_key():
    late = Statement(1, None, START + timedelta(minutes=1), "a", True)
    early_b = Statement(2, None, START, "b", True)
    early_a = Statement(3, None, START, "a", True)
    absent = Statement(4, None, START - timedelta(minutes=9), "0", False)
    assert effective([late, early_b, absent]) == early_b
    assert effective([late, early_b, early_a, absent]) == early_a
    assert effective([]) is None


@pytest.mark.parametrize(
    ("total", "attended", "objection"),
    [
        ("28", "24", ""),
        ("28", "23.75", "缺课 4.25 学时，超过全班 28 学时的 1/7。"),
        ("8", "8", ""),
        ("8", "4", "缺课 4 学时，超过全班 8 学时的 1/7。"),
        ("0", "0", ""),
    ],
)
def test_absence_within_a_seventh_is_forgiven(total, attended, objection):
    assert absence_objection(Decimal(total), Decimal(attended), Fraction("1/7")) == objection
