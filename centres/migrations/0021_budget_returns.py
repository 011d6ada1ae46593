"""The county sends a draft budget back with a comment. Rows are append-only, and an approved budget takes none."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLE = "centres_budgetreturn"
FROZEN = "预算退回的意见只能追加，不能修改或删除"
APPROVED = "EXISTS (SELECT 1 FROM centres_budget b WHERE b.id = NEW.budget_id AND b.state = 'approved')"
REFUSALS = [
    ("centres_budgetreturn_draft", "INSERT", APPROVED, "已批准的预算不能退回"),
    ("centres_budgetreturn_no_update", "UPDATE", "", FROZEN),
    ("centres_budgetreturn_no_delete", "DELETE", "", FROZEN),
]


def guard(apps: Any, schema_editor: Any) -> None:
    for name, verb, refused, words in REFUSALS:
        if schema_editor.connection.vendor == "postgresql":
            raised = f"RAISE EXCEPTION '{words}' USING ERRCODE = 'check_violation';"
            body = f"IF {refused} THEN {raised} END IF;" if refused else raised
            row = "OLD" if verb == "DELETE" else "NEW"
            schema_editor.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN {row}; END $$;",
                params=None,
            )
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE {verb} ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {name}()", params=None
            )
        else:
            when = f"WHEN {refused} " if refused else ""
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE {verb} ON {TABLE} {when}BEGIN SELECT RAISE(ABORT, '{words}'); END",
                params=None,
            )


def unguard(apps: Any, schema_editor: Any) -> None:
    for name, *_ in REFUSALS:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER {name} ON {TABLE}")
            schema_editor.execute(f"DROP FUNCTION {name}()")
        else:
            schema_editor.execute(f"DROP TRIGGER {name}")


class Migration(migrations.Migration):
    dependencies = [
        ("centres", "0020_items_of_known_kinds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BudgetReturn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("saved_at", models.DateTimeField(verbose_name="退回的是哪次编制")),
                ("comment", models.CharField(max_length=300, verbose_name="意见")),
                ("at", models.DateTimeField(verbose_name="退回时间")),
                (
                    "budget",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="returns",
                        to="centres.budget",
                        verbose_name="预算",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="退回人",
                    ),
                ),
            ],
            options={
                "verbose_name": "预算退回",
                "verbose_name_plural": "预算退回",
                "ordering": ["-at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("budget", "saved_at"),
                        name="centres_budgetreturn_once",
                        violation_error_message="这份预算已经退回，等镇里修改。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("comment", ""), _negated=True),
                        name="centres_budgetreturn_comment",
                        violation_error_message="退回要写明意见。",
                    ),
                ],
            },
        ),
        migrations.RunPython(guard, unguard),
    ]
