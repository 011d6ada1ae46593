"""The list of faults: which test proves which row. `python -m tests.trust` writes docs/trust-matrix.md."""
