"""The journal of substitutions is append-only."""

from typing import Any

from django.db import migrations

TABLE = "trainings_substitution"
FROZEN = "代课记录只能追加，不能修改或删除"
POSTGRES = f"""
CREATE FUNCTION {TABLE}_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{FROZEN}' USING ERRCODE = 'check_violation'; END $$;
CREATE TRIGGER {TABLE}_frozen BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {TABLE}_frozen();
"""
SQLITE = [
    f"CREATE TRIGGER {TABLE}_no_{verb.lower()} BEFORE {verb} ON {TABLE} BEGIN SELECT RAISE(ABORT, '{FROZEN}'); END"
    for verb in ("UPDATE", "DELETE")
]


def guard(apps: Any, schema_editor: Any) -> None:
    on_postgres = schema_editor.connection.vendor == "postgresql"
    for statement in [POSTGRES] if on_postgres else SQLITE:
        schema_editor.execute(statement, params=None)


def unguard(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP TRIGGER {TABLE}_frozen ON {TABLE}")
        schema_editor.execute(f"DROP FUNCTION {TABLE}_frozen()")
    else:
        for name in ("no_update", "no_delete"):
            schema_editor.execute(f"DROP TRIGGER {TABLE}_{name}")


class Migration(migrations.Migration):
    dependencies = [("trainings", "0011_substitutions")]

    operations = [migrations.RunPython(guard, unguard)]
