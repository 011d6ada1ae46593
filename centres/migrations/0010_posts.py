"""Posts by staffing documents, who holds them, and the guard that lets no post be beyond its document."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

POST, NUMBER = "centres_post", "centres_staffingnumber"
BEYOND = "岗位不能超过编制文件给这个镇街的数"
COVERED = f"""EXISTS (SELECT 1 FROM {NUMBER} n
    WHERE n.id = NEW.staffing_id AND n.town_id = NEW.town_id AND NEW.slot <= n.posts)"""  # noqa: S608
CUT = f"""EXISTS (SELECT 1 FROM {POST} p
    WHERE p.staffing_id = NEW.id AND (p.slot > NEW.posts OR p.town_id <> NEW.town_id))"""  # noqa: S608
POSTGRES = f"""
CREATE FUNCTION centres_post_covered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT {COVERED} THEN RAISE EXCEPTION '{BEYOND}' USING ERRCODE = 'check_violation'; END IF;
  RETURN NEW;
END $$;
CREATE FUNCTION centres_number_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {CUT} THEN RAISE EXCEPTION '{BEYOND}' USING ERRCODE = 'check_violation'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER centres_post_covered BEFORE INSERT OR UPDATE ON {POST}
  FOR EACH ROW EXECUTE FUNCTION centres_post_covered();
CREATE TRIGGER centres_number_kept BEFORE UPDATE ON {NUMBER}
  FOR EACH ROW EXECUTE FUNCTION centres_number_kept();
"""
SQLITE = {
    "centres_post_covered_insert": f"BEFORE INSERT ON {POST} WHEN NOT {COVERED}",
    "centres_post_covered_update": f"BEFORE UPDATE ON {POST} WHEN NOT {COVERED}",
    "centres_number_kept": f"BEFORE UPDATE ON {NUMBER} WHEN {CUT}",
}


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRES, params=None)
        return
    for name, when in SQLITE.items():
        schema_editor.execute(f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, '{BEYOND}'); END", params=None)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name, table in (("centres_post_covered", POST), ("centres_number_kept", NUMBER)):
            schema_editor.execute(f"DROP TRIGGER {name} ON {table}")
            schema_editor.execute(f"DROP FUNCTION {name}()")
        return
    for name in SQLITE:
        schema_editor.execute(f"DROP TRIGGER {name}")


class Migration(migrations.Migration):
    dependencies = [
        ("centres", "0009_places"),
        ("people", "0003_demo_index"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="StaffingDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=100, verbose_name="文件名称")),
                (
                    "number",
                    models.CharField(
                        error_messages={"unique": "这个文号已经登记过了。"},
                        max_length=40,
                        unique=True,
                        verbose_name="文号",
                    ),
                ),
                ("issued_on", models.DateField(verbose_name="发文日期")),
            ],
            options={
                "verbose_name": "机构编制文件",
                "verbose_name_plural": "机构编制文件",
                "ordering": ["-issued_on", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="StaffingNumber",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "posts",
                    models.PositiveSmallIntegerField(
                        default=3,
                        validators=[django.core.validators.MinValueValidator(1, "岗位数要大于 0。")],
                        verbose_name="岗位数",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="numbers",
                        to="centres.staffingdocument",
                        verbose_name="文件",
                    ),
                ),
                (
                    "town",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="staffing",
                        to="people.town",
                        verbose_name="镇街",
                    ),
                ),
            ],
            options={
                "verbose_name": "核定岗位数",
                "verbose_name_plural": "核定岗位数",
                "ordering": ["document", "town__code"],
            },
        ),
        migrations.CreateModel(
            name="Post",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.PositiveSmallIntegerField(verbose_name="第几个岗位")),
                ("opened_on", models.DateField(verbose_name="设立日期")),
                (
                    "town",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="posts",
                        to="people.town",
                        verbose_name="镇街",
                    ),
                ),
                (
                    "staffing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="centres.staffingnumber",
                        verbose_name="核定依据",
                    ),
                ),
            ],
            options={
                "verbose_name": "岗位",
                "verbose_name_plural": "岗位",
                "ordering": ["town__code", "slot"],
            },
        ),
        migrations.CreateModel(
            name="PostHolding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=30, verbose_name="姓名")),
                ("is_dedicated", models.BooleanField(default=True, verbose_name="专职")),
                ("starts_on", models.DateField(verbose_name="到岗日期")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="离岗日期")),
                (
                    "grant",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="post_holdings",
                        to="people.grant",
                        verbose_name="随岗授权",
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holdings",
                        to="centres.post",
                        verbose_name="岗位",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="post_holdings",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="用户",
                    ),
                ),
            ],
            options={
                "verbose_name": "任职",
                "verbose_name_plural": "任职",
                "ordering": ["post", "-starts_on", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ends_on", None)),
                        fields=("post",),
                        name="centres_postholding_one_at_a_time",
                        violation_error_message="这个岗位已有人在岗，先办离岗。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                        name="centres_postholding_dates",
                        violation_error_message="离岗日期不能早于到岗日期。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="centres_postholding_name",
                        violation_error_message="写明任职人姓名。",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="staffingnumber",
            constraint=models.UniqueConstraint(
                fields=("document", "town"),
                name="centres_staffingnumber_town",
                violation_error_message="一份文件里每个镇街只写一次。",
            ),
        ),
        migrations.AddConstraint(
            model_name="staffingnumber",
            constraint=models.CheckConstraint(
                condition=models.Q(("posts__gte", 1)),
                name="centres_staffingnumber_posts",
                violation_error_message="岗位数要大于 0。",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.UniqueConstraint(
                fields=("town", "slot"), name="centres_post_slot", violation_error_message="这个镇街已有这个岗位。"
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("slot__gte", 1)),
                name="centres_post_slot_from_one",
                violation_error_message="岗位从 1 数起。",
            ),
        ),
        migrations.RunPython(guard, unguard),
    ]
