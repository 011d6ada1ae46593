"""The database itself refuses to forget: no delete, no update but blanking a body, no touching of seals."""

from django.db import migrations

ENTRY, SEAL = "audit_auditentry", "audit_auditseal"
KEPT = (
    "id",
    "at",
    "actor_id",
    "actor_name",
    "action",
    "subject_kind",
    "subject_id",
    "town_code",
    "summary",
    "body_digest",
)
REFUSAL = "the audit log is append-only"


def _sqlite() -> list[str]:
    same = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in KEPT)
    statements = [
        f"CREATE TRIGGER audit_entry_blank_only BEFORE UPDATE ON {ENTRY} "
        f"WHEN NOT (NEW.body IS NULL AND {same}) BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    ]
    for name, verb, table in (
        ("audit_entry_no_delete", "DELETE", ENTRY),
        ("audit_seal_no_delete", "DELETE", SEAL),
        ("audit_seal_no_update", "UPDATE", SEAL),
    ):
        statements.append(f"CREATE TRIGGER {name} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END")
    return statements


def _postgresql() -> list[str]:
    columns = ", ".join(f"NEW.{name}" for name in KEPT), ", ".join(f"OLD.{name}" for name in KEPT)
    return [
        f"""
        CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$
        """,
        f"""
        CREATE TRIGGER audit_entry_blank_only BEFORE UPDATE ON {ENTRY} FOR EACH ROW
        WHEN (NOT (NEW.body IS NULL AND ROW({columns[0]}) IS NOT DISTINCT FROM ROW({columns[1]})))
        EXECUTE FUNCTION audit_refuse()
        """,
        f"CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON {ENTRY} FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
        f"CREATE TRIGGER audit_seal_no_change BEFORE UPDATE OR DELETE ON {SEAL} FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
        *(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION audit_refuse()"
            for table in (ENTRY, SEAL)
        ),
    ]


def guard(apps, schema_editor):
    statements = _postgresql() if schema_editor.connection.vendor == "postgresql" else _sqlite()
    for statement in statements:
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION audit_refuse() CASCADE")
        return
    for name in ("audit_entry_blank_only", "audit_entry_no_delete", "audit_seal_no_delete", "audit_seal_no_update"):
        schema_editor.execute(f"DROP TRIGGER {name}")


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
