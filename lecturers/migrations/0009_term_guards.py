"""Terms of one tier, and suspensions, of one lecturer never overlap. A row that is only made shorter always may."""

from typing import Any

from django.db import migrations

# table: its trigger, what makes two rows rivals, what it says
GUARDS = {
    "lecturers_appointment": ("tier", "同一层次的聘期不能重叠"),
    "lecturers_suspension": ("lecturer_id", "暂停授课的日期不能重叠"),
}
VERBS = ("INSERT", "UPDATE")
WIDER = (
    "NEW.lecturer_id <> OLD.lecturer_id OR NEW.{key} <> OLD.{key} OR NEW.starts_on < OLD.starts_on"
    " OR COALESCE(NEW.ends_on, '9999-12-31') > COALESCE(OLD.ends_on, '9999-12-31')"
)
RIVAL = (
    "EXISTS (SELECT 1 FROM {table} o WHERE o.lecturer_id = NEW.lecturer_id AND o.{key} = NEW.{key} AND o.id <> NEW.id"
    " AND o.starts_on < COALESCE(NEW.ends_on, '9999-12-31') AND NEW.starts_on < COALESCE(o.ends_on, '9999-12-31')"
    " AND o.starts_on < COALESCE(o.ends_on, '9999-12-31') AND NEW.starts_on < COALESCE(NEW.ends_on, '9999-12-31'))"
)
# Whoever writes a row of a lecturer waits here for the others, then looks.
FUNCTION = """
CREATE FUNCTION {table}_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM lecturers_lecturer WHERE id = NEW.lecturer_id FOR NO KEY UPDATE;
  IF {rival} THEN RAISE EXCEPTION '{words}' USING ERRCODE = 'check_violation'; END IF;
  RETURN NEW;
END $$
"""


def guard(apps: Any, schema_editor: Any) -> None:
    postgres = schema_editor.connection.vendor == "postgresql"
    for table, (key, words) in GUARDS.items():
        rival, wider = RIVAL.format(table=table, key=key), WIDER.format(key=key)
        if postgres:
            schema_editor.execute(FUNCTION.format(table=table, rival=rival, words=words), params=None)
        for verb in VERBS:
            name = f"{table}_apart_{verb.lower()}"
            when = wider if verb == "UPDATE" else ""
            if postgres:
                when = f" WHEN ({when})" if when else ""
                body = f"FOR EACH ROW{when} EXECUTE FUNCTION {table}_apart()"
            else:
                # SQLite gives a new row its id (-1 before) only once it is in: the check comes after.
                when = f" WHEN ({when}) AND {rival}" if when else f" WHEN {rival}"
                body = f"FOR EACH ROW{when} BEGIN SELECT RAISE(ABORT, '{words}'); END"
            moment = "BEFORE" if postgres else "AFTER"
            schema_editor.execute(f"CREATE TRIGGER {name} {moment} {verb} ON {table} {body}", params=None)


def unguard(apps: Any, schema_editor: Any) -> None:
    postgres = schema_editor.connection.vendor == "postgresql"
    for table in GUARDS:
        for verb in VERBS:
            on = f" ON {table}" if postgres else ""
            schema_editor.execute(f"DROP TRIGGER {table}_apart_{verb.lower()}{on}")
        if postgres:
            schema_editor.execute(f"DROP FUNCTION {table}_apart()")


class Migration(migrations.Migration):
    dependencies = [("lecturers", "0008_appointments")]

    operations = [migrations.RunPython(guard, unguard)]
