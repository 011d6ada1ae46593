"""A published version and its materials never change: classes keep what they were taught. Put right in the next one."""

from typing import Any

from django.db import migrations

VERSION, MATERIAL = "courses_courseversion", "courses_material"
FROZEN = "已发布的课程版本不能修改或删除，请另起一版"

FUNCTIONS = f"""
CREATE FUNCTION courses_version_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.published_on IS NOT NULL THEN RAISE EXCEPTION '{FROZEN}' USING ERRCODE = 'check_violation'; END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;
CREATE FUNCTION courses_material_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE day date;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    SELECT published_on INTO day FROM {VERSION} WHERE id = OLD.version_id FOR SHARE;
    IF day IS NOT NULL THEN RAISE EXCEPTION '{FROZEN}' USING ERRCODE = 'check_violation'; END IF;
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  SELECT published_on INTO day FROM {VERSION} WHERE id = NEW.version_id FOR SHARE;
  IF day IS NOT NULL THEN RAISE EXCEPTION '{FROZEN}' USING ERRCODE = 'check_violation'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER {VERSION}_frozen BEFORE UPDATE OR DELETE ON {VERSION}
  FOR EACH ROW EXECUTE FUNCTION courses_version_frozen();
CREATE TRIGGER {MATERIAL}_frozen BEFORE INSERT OR UPDATE OR DELETE ON {MATERIAL}
  FOR EACH ROW EXECUTE FUNCTION courses_material_frozen();
"""  # noqa: S608  # own tables
PUBLISHED = f"EXISTS (SELECT 1 FROM {VERSION} WHERE id IN ({{ids}}) AND published_on IS NOT NULL)"  # noqa: S608
SQLITE = {
    f"{VERSION}_no_update": ("UPDATE", VERSION, "OLD.published_on IS NOT NULL"),
    f"{VERSION}_no_delete": ("DELETE", VERSION, "OLD.published_on IS NOT NULL"),
    f"{MATERIAL}_no_insert": ("INSERT", MATERIAL, PUBLISHED.format(ids="NEW.version_id")),
    f"{MATERIAL}_no_update": ("UPDATE", MATERIAL, PUBLISHED.format(ids="OLD.version_id, NEW.version_id")),
    f"{MATERIAL}_no_delete": ("DELETE", MATERIAL, PUBLISHED.format(ids="OLD.version_id")),
}


def guard(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FUNCTIONS, params=None)
        return
    for name, (verb, table, when) in SQLITE.items():
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE {verb} ON {table} WHEN {when} BEGIN SELECT RAISE(ABORT, '{FROZEN}'); END",
            params=None,
        )


def unguard(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for table in (VERSION, MATERIAL):
            schema_editor.execute(f"DROP TRIGGER {table}_frozen ON {table}")
        schema_editor.execute("DROP FUNCTION courses_version_frozen()")
        schema_editor.execute("DROP FUNCTION courses_material_frozen()")
        return
    for name in SQLITE:
        schema_editor.execute(f"DROP TRIGGER {name}")


class Migration(migrations.Migration):
    dependencies = [("courses", "0004_versions")]

    operations = [migrations.RunPython(guard, unguard)]
