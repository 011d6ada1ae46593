"""Lets the test runner empty tables between transactional tests although guards refuse every delete.

The product has no such door: only the runner's own flush lifts the triggers, and puts them back at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def sqlite_lifted() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        try:
            yield
        finally:
            for _, sql in triggers:
                cursor.execute(sql)


@contextmanager
def postgresql_lifted() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
        tables = [row[0] for row in cursor.fetchall()]
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks still to come cannot be altered
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        try:
            yield
        finally:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@contextmanager
def guards_off() -> Iterator[None]:
    """What somebody with the database password could do."""
    with postgresql_lifted() if connection.vendor == "postgresql" else sqlite_lifted():
        yield


def lift_guards_while_flushing() -> None:
    """Wrap the flush of this process's database operations, once."""
    operations = type(connection.ops)
    plain = operations.execute_sql_flush
    if getattr(plain, "lifts_guards", False):
        return

    def execute_sql_flush(self, sql_list):
        with guards_off():
            return plain(self, sql_list)

    execute_sql_flush.lifts_guards = True
    operations.execute_sql_flush = execute_sql_flush
