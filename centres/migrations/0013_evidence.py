import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

KEPT = (
    "centre_id", "item_key", "item_name", "kind", "file_id", "thumbnail_id", "text", "taken_on", "effective_from",
    "valid_until", "by_id", "by_name", "at",
)  # fmt: skip
WORDS = "达标依据不能修改或删除，只能撤回"


def guard(apps, schema_editor):
    """Evidence stays as it was handed in; it may only be withdrawn, once."""
    postgresql = schema_editor.connection.vendor == "postgresql"
    differs = "IS DISTINCT FROM" if postgresql else "IS NOT"
    refused = " OR ".join(["OLD.state = 'withdrawn'", *(f"NEW.{name} {differs} OLD.{name}" for name in KEPT)])
    for verb, when in (("update", refused), ("delete", "")):
        name = f"centres_evidence_no_{verb}"
        if postgresql:
            raised = f"RAISE EXCEPTION '{WORDS}' USING ERRCODE = 'check_violation';"
            body = f"IF {when} THEN {raised} END IF;" if when else raised
            function = (
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NEW; END $$;"
            )
            schema_editor.execute(function, params=None)
            calls = f"FOR EACH ROW EXECUTE FUNCTION {name}()"
        else:
            calls = f"{f'WHEN {when} ' if when else ''}BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
        schema_editor.execute(f"CREATE TRIGGER {name} BEFORE {verb.upper()} ON centres_evidence {calls}", params=None)


def unguard(apps, schema_editor):
    for verb in ("update", "delete"):
        name = f"centres_evidence_no_{verb}"
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER {name} ON centres_evidence")
            schema_editor.execute(f"DROP FUNCTION {name}()")
        else:
            schema_editor.execute(f"DROP TRIGGER {name}")


class Migration(migrations.Migration):
    dependencies = [
        ("centres", "0012_disclosure_guards"),
        ("files", "0002_removed_at"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Evidence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("item_key", models.SlugField(max_length=40, verbose_name="条目代码")),
                ("item_name", models.CharField(max_length=30, verbose_name="条目")),
                (
                    "kind",
                    models.CharField(
                        choices=[("photo", "照片"), ("paper", "文件"), ("statement", "文字说明")],
                        max_length=10,
                        verbose_name="种类",
                    ),
                ),
                ("text", models.CharField(blank=True, max_length=500, verbose_name="说明")),
                ("taken_on", models.DateField(verbose_name="拍摄或形成日期")),
                ("effective_from", models.DateField(verbose_name="生效日期")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="有效至")),
                ("by_name", models.CharField(max_length=30, verbose_name="上传人姓名")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="上传时间")),
                (
                    "state",
                    models.CharField(
                        choices=[("standing", "有效"), ("withdrawn", "已撤回")],
                        default="standing",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="撤回时间")),
                ("withdrawn_name", models.CharField(blank=True, max_length=30, verbose_name="撤回人姓名")),
                ("withdrawn_reason", models.CharField(blank=True, max_length=200, verbose_name="撤回原因")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="上传人",
                    ),
                ),
                (
                    "centre",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="centres.centre",
                        verbose_name="培训中心",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.storedfile",
                        verbose_name="文件",
                    ),
                ),
                (
                    "thumbnail",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.storedfile",
                        verbose_name="缩略图",
                    ),
                ),
            ],
            options={
                "verbose_name": "达标依据",
                "verbose_name_plural": "达标依据",
                "ordering": ["centre", "item_key", "-taken_on", "-id"],
                "indexes": [models.Index(fields=["centre", "item_key"], name="centres_evidence_item")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until", None),
                            models.Q(
                                ("valid_until__gte", models.F("effective_from")),
                                ("valid_until__gte", models.F("taken_on")),
                            ),
                            _connector="OR",
                        ),
                        name="centres_evidence_end_after_start",
                        violation_error_message="有效期的最后一天不能早于生效日期和拍摄日期。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("file__isnull", False), ("kind", "photo"), ("thumbnail__isnull", False)),
                            models.Q(("file__isnull", False), ("kind", "paper")),
                            models.Q(
                                ("file", None),
                                ("kind", "statement"),
                                ("thumbnail", None),
                                models.Q(("text", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="centres_evidence_has_content",
                        violation_error_message="照片和文件要上传，文字说明要写内容。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "standing"), ("withdrawn_at", None), ("withdrawn_reason", "")),
                            models.Q(
                                ("state", "withdrawn"),
                                ("withdrawn_at__isnull", False),
                                models.Q(("withdrawn_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="centres_evidence_withdrawn_has_reason",
                        violation_error_message="撤回要写明原因。",
                    ),
                ],
            },
        ),
        migrations.RunPython(guard, unguard),
    ]
