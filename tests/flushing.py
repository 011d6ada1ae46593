"""Lets the test runner empty tables between transactional tests although guards refuse every delete.

The product has no such door: only the runner's own flush lifts the triggers, and puts them back at once. It empties the
tables that hold rows and leaves the others alone: to truncate a hundred empty ones takes longer than most tests.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def sqlite_lifted(tables: set[str] | None) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = [(name, sql) for name, table, sql in cursor.fetchall() if tables is None or table in tables]
        for name, _ in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        try:
            yield
        finally:
            for _, sql in triggers:
                cursor.execute(sql)


@contextmanager
def postgresql_lifted(tables: set[str] | None) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
        guarded = [table for (table,) in cursor.fetchall() if tables is None or table in tables]
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks still to come cannot be altered
        for table in guarded:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        try:
            yield
        finally:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in guarded:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@contextmanager
def guards_off(tables: set[str] | None = None) -> Iterator[None]:
    """What somebody with the database password could do; with `tables`, to those only."""
    with postgresql_lifted(tables) if connection.vendor == "postgresql" else sqlite_lifted(tables):
        yield


def filled(tables: Iterable[str]) -> list[str]:
    """Those of `tables` that hold a row."""
    parts = [f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in tables]  # noqa: S608  # own tables
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return [name for (name,) in cursor.fetchall()]


def lift_guards_while_flushing() -> None:
    """Wrap the flush of this process's database operations, once."""
    operations = type(connection.ops)
    plain_sql, plain_run = operations.sql_flush, operations.execute_sql_flush
    if getattr(plain_run, "lifts_guards", False):
        return

    def sql_flush(self, style, tables, *, reset_sequences=False, allow_cascade=False):
        if reset_sequences:
            return plain_sql(self, style, tables, reset_sequences=True, allow_cascade=allow_cascade)
        return [f'DELETE FROM "{name}"' for name in filled(tables)]  # noqa: S608  # own tables

    def execute_sql_flush(self, sql_list):
        emptied = {found[1] for sql in sql_list if (found := re.fullmatch(r'DELETE FROM "(\w+)"', sql))}
        with guards_off(emptied if len(emptied) == len(sql_list) else None):
            return plain_run(self, sql_list)

    execute_sql_flush.lifts_guards = True
    operations.sql_flush, operations.execute_sql_flush = sql_flush, execute_sql_flush
