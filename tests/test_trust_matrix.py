"""docs/trust-matrix.md is what the markers say, and every row has a test or a written reason."""

from tests.trust.matrix import DOCUMENT, Row, faults_of, marks, proofs, read_rows, written

LISTED = [f"{part}{number}" for part, last in (("A", 18), ("B", 13), ("C", 15)) for number in range(1, last + 1)]
PLANTED = """
import pytest
pytestmark = [pytest.mark.db_engine, pytest.mark.trust("A1")]

@pytest.mark.trust("A2", "A1")
@pytest.mark.django_db
def test_one(): ...

def test_two(): ...

@pytest.mark.trust("B1")
def helper(): ...
"""


def test_every_row_has_a_test_or_a_reason() -> None:
    rows = read_rows()
    assert [row.id for row in rows][: len(LISTED)] == LISTED
    assert faults_of(rows, proofs()) == []


def test_the_document_is_fresh() -> None:
    assert DOCUMENT.read_text() == written(read_rows(), proofs()), "run: python -m tests.trust"


def test_markers_are_read_from_modules_and_functions() -> None:
    assert list(marks(PLANTED)) == [("A1", "test_one"), ("A2", "test_one"), ("A1", "test_two")]


def test_what_is_missing_or_unknown_is_named() -> None:
    rows = [Row("A1", "x", "y", ""), Row("A2", "x", "y", "nobody built it"), Row("A3", "x", "y", "")]
    assert faults_of(rows, {"A3": ["t::a"], "A99": ["t::b"]}) == [
        "A99 is no row: ['t::b']",
        "A1 has neither a test nor a reason",
    ]
    assert "- Open: nobody built it" in written(rows, {})
