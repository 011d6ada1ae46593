"""An empty registry for each test, so that only its own kinds run."""

import pytest

from juxian.obligations.registry import Registry, registry


@pytest.fixture
def kinds(monkeypatch) -> Registry:
    """The registry with nobody's kinds in it; what a test adds is gone afterwards."""
    monkeypatch.setattr(registry, "kinds", {})
    monkeypatch.setattr(registry, "chores", {})
    return registry
