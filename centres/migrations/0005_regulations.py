import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


TABLE = "centres_regulationversion"
FROZEN = "制度版本只能追加，不能修改或删除；有变动请存入新版"


def guard(apps, schema_editor):
    """Versions are replaced, never edited."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE FUNCTION centres_regulationversion_frozen() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN RAISE EXCEPTION '{FROZEN}' USING ERRCODE = 'check_violation'; END $$",
            params=None,
        )
        schema_editor.execute(
            f"CREATE TRIGGER {TABLE}_frozen BEFORE UPDATE OR DELETE ON {TABLE} "
            "FOR EACH ROW EXECUTE FUNCTION centres_regulationversion_frozen()",
            params=None,
        )
        return
    for verb in ("UPDATE", "DELETE"):
        schema_editor.execute(
            f"CREATE TRIGGER {TABLE}_no_{verb.lower()} BEFORE {verb} ON {TABLE} "
            f"BEGIN SELECT RAISE(ABORT, '{FROZEN}'); END",
            params=None,
        )


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP TRIGGER {TABLE}_frozen ON {TABLE}")
        schema_editor.execute("DROP FUNCTION centres_regulationversion_frozen()")
        return
    for verb in ("update", "delete"):
        schema_editor.execute(f"DROP TRIGGER {TABLE}_no_{verb}")


class Migration(migrations.Migration):
    dependencies = [
        ("centres", "0004_inspections"),
        ("files", "0002_removed_at"),
        ("people", "0003_demo_index"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RegulationKind",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "key",
                    models.SlugField(
                        error_messages={"unique": "这个代码已有一类制度在用，请换一个。"},
                        help_text="字母，不重复，如 teaching；建好后不变。",
                        max_length=30,
                        unique=True,
                        verbose_name="代码",
                    ),
                ),
                ("name", models.CharField(max_length=30, verbose_name="名称")),
                ("is_needed", models.BooleanField(default=False, verbose_name="每个中心都要有")),
                ("valid_from", models.DateField(verbose_name="自")),
                (
                    "valid_until",
                    models.DateField(blank=True, help_text="最后一天；还在用的不填。", null=True, verbose_name="至"),
                ),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="顺序")),
            ],
            options={
                "verbose_name": "制度类别",
                "verbose_name_plural": "制度类别",
                "ordering": ["order", "key"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until", None), ("valid_until__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="centres_regulationkind_days",
                        violation_error_message="“至”不能早于“自”。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Regulation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=100, verbose_name="名称")),
                (
                    "town",
                    models.ForeignKey(
                        blank=True,
                        help_text="不选就是县里的文件，各镇街都能看。",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="regulations",
                        to="people.town",
                        verbose_name="镇街",
                    ),
                ),
                (
                    "kind",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="regulations",
                        to="centres.regulationkind",
                        verbose_name="类别",
                    ),
                ),
            ],
            options={
                "verbose_name": "制度文件",
                "verbose_name_plural": "制度文件",
                "ordering": ["kind__order", "pk"],
            },
        ),
        migrations.CreateModel(
            name="RegulationVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="第几版")),
                ("document_number", models.CharField(blank=True, max_length=40, verbose_name="文号")),
                ("issued_on", models.DateField(verbose_name="印发日期")),
                ("valid_from", models.DateField(verbose_name="施行日期")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="有效至")),
                (
                    "at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="存入时间"),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="经办人",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.storedfile",
                        verbose_name="文件",
                    ),
                ),
                (
                    "regulation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="centres.regulation",
                        verbose_name="制度",
                    ),
                ),
            ],
            options={
                "verbose_name": "制度版本",
                "verbose_name_plural": "制度版本",
                "ordering": ["regulation", "-number"],
            },
        ),
        migrations.AddConstraint(
            model_name="regulation",
            constraint=models.UniqueConstraint(
                fields=("town", "title"),
                name="centres_regulation_title",
                violation_error_message="已有同名的制度，请给它加新版本。",
            ),
        ),
        migrations.AddConstraint(
            model_name="regulation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("town", None)),
                fields=("title",),
                name="centres_regulation_county_title",
                violation_error_message="县里已有同名的文件，请给它加新版本。",
            ),
        ),
        migrations.AddConstraint(
            model_name="regulationversion",
            constraint=models.UniqueConstraint(
                fields=("regulation", "number"),
                name="centres_regulationversion_number",
                violation_error_message="这一版已经有了。",
            ),
        ),
        migrations.AddConstraint(
            model_name="regulationversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_until", None), ("valid_until__gte", models.F("valid_from")), _connector="OR"
                ),
                name="centres_regulationversion_days",
                violation_error_message="“有效至”不能早于施行日期。",
            ),
        ),
        migrations.RunPython(guard, unguard),
    ]
