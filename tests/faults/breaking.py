"""A database that goes away in the middle of a request: really, by the engine's own means."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from django.db import connection

WRITES = ("INSERT", "UPDATE", "DELETE")


def is_write(sql: str) -> bool:
    """Whether a statement changes rows (sessions do not count: every request may touch them)."""
    return sql.lstrip().upper().startswith(WRITES) and "django_session" not in sql


class Counter:
    """Counts the writes of a request."""

    def __init__(self) -> None:
        self.writes = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        self.writes += is_write(sql)
        return execute(sql, params, many, context)


class Breaker(Counter):
    """Lets so many writes through, then the connection is gone before the next."""

    def __init__(self, passing: int) -> None:
        super().__init__()
        self.passing = passing
        self.broke = False

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if is_write(sql) and self.writes == self.passing and not self.broke:
            self.broke = True
            cut()
        return super().__call__(execute, sql, params, many, context)


def cut() -> None:
    """PostgreSQL: the server ends the session. SQLite has no server to lose: from here every statement is aborted."""
    if connection.vendor == "postgresql":
        given = connection.get_connection_params()
        keep = {key: given[key] for key in ("host", "port", "user", "password", "dbname") if key in given}
        other = psycopg2.connect(**keep)
        try:
            other.autocommit = True
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])
        finally:
            other.close()
    else:
        connection.connection.set_progress_handler(lambda: 1, 1)


@contextmanager
def counting() -> Iterator[Counter]:
    counter = Counter()
    with connection.execute_wrapper(counter):
        yield counter


@contextmanager
def breaking(passing: int) -> Iterator[Breaker]:
    """Inside, the connection breaks before write number `passing` + 1."""
    breaker = Breaker(passing)
    try:
        with connection.execute_wrapper(breaker):
            yield breaker
    finally:
        if connection.vendor == "sqlite" and connection.connection:
            connection.connection.set_progress_handler(None, 0)
