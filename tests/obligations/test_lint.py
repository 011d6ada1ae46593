"""No task is sent days ahead: a due date is a row, never a message held by a worker."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("juxian", "centres", "lecturers", "courses", "trainings", "assessments")
FORBIDDEN = {"eta", "countdown"}


def delayed(source: str) -> list[int]:
    """Lines that give a call an `eta` or `countdown`, by keyword or in a mapping that is unpacked."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.keyword) and node.arg in FORBIDDEN:
            found.append(node.value.lineno)
        if isinstance(node, ast.Dict):
            found += [k.lineno for k in node.keys if isinstance(k, ast.Constant) and k.value in FORBIDDEN]
    return found


@pytest.mark.trust("A10")
def test_no_call_delays_a_task():
    files = [path for app in APPS for path in (ROOT / app).rglob("*.py")]

    assert len(files) > 50
    assert {str(path): lines for path in files if (lines := delayed(path.read_text()))} == {}


@pytest.mark.parametrize(
    "planted",
    ["t.apply_async(countdown=90)", "t.apply_async(eta=day)", "t.retry(countdown=5)", "t.apply_async(**{'eta': 1})"],
)
def test_the_lint_sees(planted):
    assert delayed(planted) == [1]


def test_tasks_are_short_and_only_wake():
    for path in (p for app in APPS for p in (ROOT / app).rglob("tasks.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef):
                assert node.end_lineno - node.lineno < 10, f"{path}:{node.name}"
