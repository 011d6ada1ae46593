"""The ledger and the marks are append-only; a reversal takes back exactly what was posted."""

from typing import Any

from django.db import migrations

TABLES = ("trainings_hourentry", "trainings_mark")
FROZEN = "学时账和点名记录只能追加，不能修改或删除"
REVERSAL = "冲销必须与原入账学时相反、同一人，且不能冲销冲销"

MATCHES = """EXISTS (SELECT 1 FROM trainings_hourentry o WHERE o.id = NEW.reverses_id
    AND o.hours = -NEW.hours AND o.member_id = NEW.member_id AND o.reverses_id IS NULL)"""

POSTGRES = f"""
CREATE FUNCTION trainings_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{FROZEN}' USING ERRCODE = 'check_violation'; END $$;
CREATE FUNCTION trainings_reversal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.reverses_id IS NOT NULL AND NOT {MATCHES} THEN
    RAISE EXCEPTION '{REVERSAL}' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER trainings_hourentry_reversal BEFORE INSERT ON trainings_hourentry
  FOR EACH ROW EXECUTE FUNCTION trainings_reversal();
"""


def _statements(vendor: str) -> list[str]:
    if vendor == "postgresql":
        return [POSTGRES] + [
            f"CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION trainings_frozen()"
            for table in TABLES
        ]
    return [
        f"CREATE TRIGGER trainings_hourentry_reversal BEFORE INSERT ON trainings_hourentry "
        f"WHEN NEW.reverses_id IS NOT NULL AND NOT {MATCHES} BEGIN SELECT RAISE(ABORT, '{REVERSAL}'); END"
    ] + [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{FROZEN}'); END"
        for table in TABLES
        for verb in ("UPDATE", "DELETE")
    ]


def guard(apps: Any, schema_editor: Any) -> None:
    for statement in _statements(schema_editor.connection.vendor):
        schema_editor.execute(statement, params=None)


def unguard(apps: Any, schema_editor: Any) -> None:
    on_table = schema_editor.connection.vendor == "postgresql"
    triggers = [("trainings_hourentry_reversal", "trainings_hourentry")]
    for table in TABLES:
        names = [f"{table}_frozen"] if on_table else [f"{table}_no_update", f"{table}_no_delete"]
        triggers += [(name, table) for name in names]
    for name, table in triggers:
        schema_editor.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if on_table else ""))
    if on_table:
        schema_editor.execute("DROP FUNCTION trainings_frozen()")
        schema_editor.execute("DROP FUNCTION trainings_reversal()")


class Migration(migrations.Migration):
    dependencies = [("trainings", "0001_initial")]

    operations = [migrations.RunPython(guard, unguard)]
