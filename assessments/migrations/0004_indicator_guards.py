"""The years of one indicator never overlap, whoever writes."""

from django.db import migrations

TABLE = "assessments_indicator"
REFUSAL = "同一项考核指标的年度不能重叠"
OVERLAPS = """EXISTS (SELECT 1 FROM assessments_indicator o WHERE o.code = NEW.code AND o.id <> NEW.id
    AND o.year_from <= COALESCE(NEW.year_to, 32767) AND COALESCE(o.year_to, 32767) >= NEW.year_from)"""

POSTGRES = f"""
CREATE FUNCTION assessments_indicator_overlap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('{TABLE}' || NEW.code));
  IF {OVERLAPS} THEN
    RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'exclusion_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER assessments_indicator_overlap BEFORE INSERT OR UPDATE ON {TABLE}
  FOR EACH ROW EXECUTE FUNCTION assessments_indicator_overlap();
"""


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRES, params=None)
        return
    # on SQLite the id of a row is known only after the insert
    for verb in ("INSERT", "UPDATE"):
        schema_editor.execute(
            f"CREATE TRIGGER {TABLE}_no_overlap_{verb.lower()} AFTER {verb} ON {TABLE} "
            f"WHEN {OVERLAPS} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
            params=None,
        )


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER assessments_indicator_overlap ON assessments_indicator")
        schema_editor.execute("DROP FUNCTION assessments_indicator_overlap()")
        return
    for verb in ("insert", "update"):
        schema_editor.execute(f"DROP TRIGGER {TABLE}_no_overlap_{verb}")


class Migration(migrations.Migration):
    dependencies = [("assessments", "0003_indicators")]

    operations = [migrations.RunPython(guard, unguard)]
