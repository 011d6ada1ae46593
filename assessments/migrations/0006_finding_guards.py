"""A reply stays as it was given, a decision as it was made; after the decision there is no reply. No finding goes."""

from typing import Any

from django.db import migrations

TABLE = "assessments_teachingfinding"
FROZEN = "教学意见的申辩和决定不能修改或删除"
REPLY = ("reply", "heard", "replied_at", "replied_by_id")
DECISION = ("verdict", "reason", "decided_at", "decided_by_id")
SUBJECT = ("text", "opened_at", "reply_due_at", "lecturer_id", "course_id")
DIFFERS = {"postgresql": "IS DISTINCT FROM", "sqlite": "IS NOT"}


def _conditions(vendor: str) -> dict[str, str]:
    """When an update or delete is refused."""

    def changed(*columns: str) -> str:
        return "(" + " OR ".join(f"NEW.{one} {DIFFERS[vendor]} OLD.{one}" for one in columns) + ")"

    return {
        "UPDATE": f"OLD.decided_at IS NOT NULL AND {changed(*DECISION, *REPLY, *SUBJECT)}"
        f" OR OLD.replied_at IS NOT NULL AND {changed(*REPLY, *SUBJECT)}",
        "DELETE": "OLD.replied_at IS NOT NULL OR OLD.decided_at IS NOT NULL",
    }


def guard(apps: Any, schema_editor: Any) -> None:
    vendor = schema_editor.connection.vendor
    if vendor == "postgresql":
        schema_editor.execute(
            f"CREATE FUNCTION {TABLE}_frozen() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN RAISE EXCEPTION '{FROZEN}' USING ERRCODE = 'check_violation'; END $$",
            params=None,
        )
    for verb, when in _conditions(vendor).items():
        then = f"EXECUTE FUNCTION {TABLE}_frozen()" if vendor == "postgresql" else ""
        then = then or f"BEGIN SELECT RAISE(ABORT, '{FROZEN}'); END"
        schema_editor.execute(
            f"CREATE TRIGGER {TABLE}_no_{verb.lower()} BEFORE {verb} ON {TABLE} FOR EACH ROW WHEN ({when}) {then}",
            params=None,
        )


def unguard(apps: Any, schema_editor: Any) -> None:
    postgres = schema_editor.connection.vendor == "postgresql"
    for verb in ("update", "delete"):
        schema_editor.execute(f"DROP TRIGGER {TABLE}_no_{verb}" + (f" ON {TABLE}" if postgres else ""))
    if postgres:
        schema_editor.execute(f"DROP FUNCTION {TABLE}_frozen()")


class Migration(migrations.Migration):
    dependencies = [("assessments", "0005_lesson_ratings")]

    operations = [migrations.RunPython(guard, unguard)]
