"""An empty registry for each test, so that only its own kinds run."""

import os
from collections.abc import Iterator

import pytest

from juxian.obligations.registry import Registry, registry
from tests.obligations import processes


@pytest.fixture
def kinds(monkeypatch) -> Registry:
    """The registry with nobody's kinds in it; what a test adds is gone afterwards."""
    monkeypatch.setattr(registry, "kinds", {})
    monkeypatch.setattr(registry, "chores", {})
    return registry


@pytest.fixture(scope="session")
def own_database(tmp_path_factory) -> Iterator[dict[str, str]]:
    """The environment of processes that work on a database of their own, on the engine under test."""
    with processes.own_database(tmp_path_factory.mktemp("processes"), os.environ.get("DATABASE_URL", "")) as found:
        yield found
