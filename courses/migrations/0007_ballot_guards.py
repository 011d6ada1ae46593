"""A ballot that was handed in stays as it was: no row of it changes or goes."""

from typing import Any

from django.db import migrations

FROZEN = "已交的评分不能修改或删除"
TABLES = ("courses_ballot", "courses_score")


def _guards() -> list[tuple[str, str, str]]:
    """Name, table and verb."""
    return [(f"{table}_no_{verb.lower()}", table, verb) for table in TABLES for verb in ("UPDATE", "DELETE")]


def guard(apps: Any, schema_editor: Any) -> None:
    for name, table, verb in _guards():
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
                f"BEGIN RAISE EXCEPTION '{FROZEN}' USING ERRCODE = 'check_violation'; END $$",
                params=None,
            )
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()", params=None
            )
        else:
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{FROZEN}'); END",
                params=None,
            )


def unguard(apps: Any, schema_editor: Any) -> None:
    for name, table, _ in _guards():
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER {name} ON {table}")
            schema_editor.execute(f"DROP FUNCTION {name}()")
        else:
            schema_editor.execute(f"DROP TRIGGER {name}")


class Migration(migrations.Migration):
    dependencies = [("courses", "0006_course_reviews")]

    operations = [migrations.RunPython(guard, unguard)]
