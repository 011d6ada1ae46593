"""A year closed before its end says why, so a closing may carry a reason.

SQLite builds the table anew for a constraint: its triggers go with it, and those of other tables that read it would
stop the renaming. They are dropped before and made again after, as 0007 made them.
"""

from importlib import import_module
from typing import Any

from django.db import migrations, models

GUARDS = import_module("centres.migrations.0007_money_guards")
TABLE = "centres_yearclosing"


def _touched() -> list[tuple[str, str, str, str, str]]:
    return [row for row in GUARDS._refusals("sqlite") if row[1] == TABLE or TABLE in row[3]]


def lift(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "sqlite":
        for name, *_ in _touched():
            schema_editor.execute(f"DROP TRIGGER {name}")


def put_back(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "sqlite":
        for name, table, verb, refused, words in _touched():
            when = f"WHEN {refused} " if refused else ""
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE {verb} ON {table} {when}BEGIN SELECT RAISE(ABORT, '{words}'); END",
                params=None,
            )


class Migration(migrations.Migration):
    dependencies = [("centres", "0021_budget_returns")]

    operations = [
        migrations.RunPython(lift, put_back),
        migrations.RemoveConstraint(model_name="yearclosing", name="centres_yearclosing_reason"),
        migrations.AlterField(
            model_name="yearclosing",
            name="reason",
            field=models.CharField(blank=True, max_length=200, verbose_name="原因"),
        ),
        migrations.AddConstraint(
            model_name="yearclosing",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_closed", True), models.Q(("reason", ""), _negated=True), _connector="OR"),
                name="centres_yearclosing_reason",
                violation_error_message="重新打开要写原因。",
            ),
        ),
        migrations.RunPython(put_back, lift),
    ]
