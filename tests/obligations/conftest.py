"""An empty registry for each test, so that only its own kinds run."""

import os
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest

from juxian.obligations.registry import Registry, registry
from tests.obligations.processes import run


@pytest.fixture
def kinds(monkeypatch) -> Registry:
    """The registry with nobody's kinds in it; what a test adds is gone afterwards."""
    monkeypatch.setattr(registry, "kinds", {})
    monkeypatch.setattr(registry, "chores", {})
    return registry


@pytest.fixture(scope="session")
def own_database(tmp_path_factory) -> Iterator[dict[str, str]]:
    """The environment of processes that work on a database of their own, on the engine under test."""
    directory = tmp_path_factory.mktemp("processes")
    environment = {**os.environ, "VAR_DIR": str(directory), "LOG_LEVEL": "ERROR", "SWEEP_SECONDS": "1"}
    parts = urlsplit(os.environ.get("DATABASE_URL", ""))
    name = f"test_processes_{os.getpid()}"
    if not parts.scheme.startswith("postgres"):
        environment["DATABASE_URL"] = f"sqlite:///{directory / name}.sqlite3"
        run(environment, "manage.py", "migrate", "-v0")
        yield environment
        return
    environment["DATABASE_URL"] = urlunsplit(parts._replace(path=f"/{name}"))
    server = psycopg2.connect(urlunsplit(parts._replace(path="/postgres")))
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        try:
            run(environment, "manage.py", "migrate", "-v0")
            yield environment
        finally:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
            server.close()
