"""The document of the list of faults, made from rows.csv and from the `trust` markers in the tests."""

import ast
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
DOCUMENT = TESTS.parent / "docs" / "trust-matrix.md"
ROWS = Path(__file__).with_name("rows.csv")
PARTS = {"A": "Due work and messages", "B": "Database, disk, process", "C": "Exams", "F": "Access and forgery"}
HEAD = """# What can go wrong, and which test proves what then happens

Made by `python -m tests.trust` from `tests/trust/rows.csv` and the `trust` markers in the tests; do not edit.
A test fails when this page is stale, or when a row has neither a test nor a reason. "Open" says what is not proven.
"""


@dataclass(frozen=True)
class Row:
    """One fault, what must happen, and what no test proves yet."""

    id: str
    fault: str
    demand: str
    open: str


def read_rows(path: Path = ROWS) -> list[Row]:
    """The list of faults in its order."""
    with path.open(newline="") as stream:
        return [Row(line["row"], line["fault"], line["demand"], line["open"]) for line in csv.DictReader(stream)]


def _marked(node: ast.expr) -> list[str]:
    """Rows named by every `pytest.mark.trust(…)` in an expression."""
    return [
        argument.value
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "trust"
        for argument in call.args
        if isinstance(argument, ast.Constant)
    ]


def marks(source: str) -> Iterator[tuple[str, str]]:
    """(row, name of the test) of every marker in a file of tests; one on the module counts for each of its tests."""
    body = ast.parse(source).body
    whole = [
        row
        for node in body
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "pytestmark" for t in node.targets)
        for row in _marked(node.value)
    ]
    for node in body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            for row in dict.fromkeys([*whole, *(row for one in node.decorator_list for row in _marked(one))]):
                yield row, node.name


def proofs(folder: Path = TESTS) -> dict[str, list[str]]:
    """Row → ids of the tests that carry its name, sorted."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("test_*.py")):
        for row, name in marks(path.read_text()):
            found.setdefault(row, []).append(f"{path.relative_to(folder.parent)}::{name}")
    return found


def faults_of(rows: list[Row], found: dict[str, list[str]]) -> list[str]:
    """What is wrong with the list: unknown rows in markers, rows without test and reason."""
    known = {row.id for row in rows}
    return [f"{row} is no row: {found[row]}" for row in sorted(set(found) - known)] + [
        f"{row.id} has neither a test nor a reason" for row in rows if not row.open and row.id not in found
    ]


def written(rows: list[Row], found: dict[str, list[str]]) -> str:
    """The whole document."""
    lines = [HEAD]
    for part, title in PARTS.items():
        lines += [f"## {part}. {title}", ""]
        for row in (one for one in rows if one.id[0] == part):
            lines += [f"**{row.id}** {row.fault}: {row.demand}.", ""]
            lines += [f"- `{test}`" for test in found.get(row.id, [])]
            lines += [f"- Open: {row.open}"] if row.open else []
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"
