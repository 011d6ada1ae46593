"""What runs on a bare machine imports nothing that requirements.txt does not install there."""

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OWN = {path.stem for folder in (ROOT, ROOT / "bin") for path in folder.iterdir()} | {"tests"}
ELSEWHERE = (".venv", "build", "var", "static")
WITH_CHROMIUM = ("tests/browser/", "bin/_shots.py")  # run only where requirements-dev.txt is installed too


def imported(source: str) -> Iterator[str]:
    """The top-level names of what a module imports, wherever in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


@cache
def installed() -> Mapping[str, list[str]]:
    """Top-level name → the packages that bring it. It reads the records of all of them: once is enough."""
    return packages_distributions()


def not_installed(source: str) -> set[str]:
    """Packages a module imports that no line of requirements.txt pins."""
    pinned = set(re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements.txt").read_text(), re.MULTILINE))
    pinned |= {"pip", "setuptools"}
    names = {name for name in imported(source) if name not in sys.stdlib_module_names and name not in OWN}
    found = installed()
    return {
        name for name in names if not pinned & {re.sub(r"[-_.]+", "-", owner).lower() for owner in found.get(name, [])}
    }


def test_everything_imported_is_pinned() -> None:
    missing = {}
    for path in sorted(ROOT.rglob("*.py")):
        where = path.relative_to(ROOT).as_posix()
        if not where.startswith((*ELSEWHERE, *WITH_CHROMIUM)) and (names := not_installed(path.read_text())):
            missing[where] = names
    assert missing == {}


def test_a_missing_one_is_seen() -> None:
    assert not_installed("from playwright.sync_api import Page\nimport django, json") == {"playwright"}
