"""Write docs/trust-matrix.md from the markers in the tests."""

from tests.trust.matrix import DOCUMENT, proofs, read_rows, written

DOCUMENT.write_text(written(read_rows(), proofs()))
