"""Who checked a disclosure does not approve it. A trigger: what was published before stays as it was."""

from typing import Any

from django.db import migrations

REFUSED = "保密审查和批准要由两个人做"
NAME, TABLE, SAME = "centres_disclosure_two_people", "centres_disclosure", "NEW.approved_by_id = NEW.checked_by_id"


def guard(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        raised = f"RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'check_violation'"
        statements = [
            f"CREATE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN IF {SAME} THEN {raised}; END IF; RETURN NEW; END $$",
            f"CREATE TRIGGER {NAME} BEFORE INSERT OR UPDATE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {NAME}()",
        ]
    else:
        statements = [
            f"CREATE TRIGGER {NAME}_{verb.lower()} BEFORE {verb} ON {TABLE} WHEN {SAME} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
            for verb in ("INSERT", "UPDATE")
        ]
    for statement in statements:
        schema_editor.execute(statement, params=None)


def unguard(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        statements = [f"DROP TRIGGER {NAME} ON {TABLE}", f"DROP FUNCTION {NAME}()"]
    else:
        statements = [f"DROP TRIGGER {NAME}_{verb}" for verb in ("insert", "update")]
    for statement in statements:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("centres", "0017_limits")]

    operations = [migrations.RunPython(guard, unguard)]
