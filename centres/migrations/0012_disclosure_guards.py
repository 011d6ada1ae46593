"""What was published stays as it was: no row of a published disclosure changes, goes, or is added to."""

from typing import Any

from django.db import migrations

FROZEN = "已公布的账目不能修改或删除，有错请做更正"
OF_HEAD = "EXISTS (SELECT 1 FROM centres_disclosure d WHERE d.id = {row}.disclosure_id AND d.state = 'published')"
OF_ITEM = (
    "EXISTS (SELECT 1 FROM centres_disclosurehead h JOIN centres_disclosure d ON d.id = h.disclosure_id "
    "WHERE h.id = {row}.head_id AND d.state = 'published')"
)


def _guards() -> list[tuple[str, str, str, str]]:
    """Name, table, verb, and when it refuses."""
    found = [
        (f"centres_disclosure_no_{verb.lower()}", "centres_disclosure", verb, "OLD.state = 'published'")
        for verb in ("UPDATE", "DELETE")
    ]
    for table, of in (("centres_disclosurehead", OF_HEAD), ("centres_disclosureitem", OF_ITEM)):
        old, new = of.format(row="OLD"), of.format(row="NEW")
        found += [
            (f"{table}_no_insert", table, "INSERT", new),
            (f"{table}_no_update", table, "UPDATE", f"{old} OR {new}"),
            (f"{table}_no_delete", table, "DELETE", old),
        ]
    return found


def guard(apps: Any, schema_editor: Any) -> None:
    for name, table, verb, refused in _guards():
        if schema_editor.connection.vendor == "postgresql":
            raised = f"RAISE EXCEPTION '{FROZEN}' USING ERRCODE = 'check_violation'"
            row = "OLD" if verb == "DELETE" else "NEW"
            schema_editor.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
                f"BEGIN IF {refused} THEN {raised}; END IF; RETURN {row}; END $$",
                params=None,
            )
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()", params=None
            )
        else:
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE {verb} ON {table} WHEN {refused} "
                f"BEGIN SELECT RAISE(ABORT, '{FROZEN}'); END",
                params=None,
            )


def unguard(apps: Any, schema_editor: Any) -> None:
    for name, table, *_ in _guards():
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER {name} ON {table}")
            schema_editor.execute(f"DROP FUNCTION {name}()")
        else:
            schema_editor.execute(f"DROP TRIGGER {name}")


class Migration(migrations.Migration):
    dependencies = [("centres", "0011_disclosures")]

    operations = [migrations.RunPython(guard, unguard)]
