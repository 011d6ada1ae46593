"""Brands and the revisions of their dossiers. What was sent, returned, approved or replaced stays as it was."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


TABLE = "centres_brandrevision"
FROZEN = "品牌申报送审后不能再改或删除，要改先新起一版"
SAID = ("brand_id", "number", "theme_id", "slogan", "story", "key_point_id", "source")
DECIDED = ("submitted_by_id", "submitted_at", "decided_by_id", "decided_at", "comment", "used_from")


def _changed(columns: tuple[str, ...], differs: str) -> str:
    return "(" + " OR ".join(f"OLD.{name} {differs} NEW.{name}" for name in columns) + ")"


def _refused(differs: str) -> str:
    """When an update is refused: ended rows always, one in force unless it is replaced, sent ones in what they say."""
    moved = f"NOT (OLD.state = 'approved' AND NEW.state = 'replaced') OR {_changed(DECIDED, differs)}"
    return (
        f"(OLD.state <> 'draft' AND {_changed(SAID, differs)}) OR OLD.state IN ('returned', 'replaced') "
        f"OR (OLD.state = 'approved' AND ({moved}))"
    )


def guard(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"CREATE FUNCTION {TABLE}_frozen() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN RAISE EXCEPTION '{FROZEN}' USING ERRCODE = 'check_violation'; END $$",
            params=None,
        )
        refused = (("UPDATE", _refused("IS DISTINCT FROM")), ("DELETE", "OLD.state <> 'draft'"))
        for verb, when in refused:
            schema_editor.execute(
                f"CREATE TRIGGER {TABLE}_no_{verb.lower()} BEFORE {verb} ON {TABLE} FOR EACH ROW "
                f"WHEN ({when}) EXECUTE FUNCTION {TABLE}_frozen()",
                params=None,
            )
        return
    for verb, when in (("UPDATE", _refused("IS NOT")), ("DELETE", "OLD.state <> 'draft'")):
        schema_editor.execute(
            f"CREATE TRIGGER {TABLE}_no_{verb.lower()} BEFORE {verb} ON {TABLE} WHEN {when} "
            f"BEGIN SELECT RAISE(ABORT, '{FROZEN}'); END",
            params=None,
        )


def unguard(apps: Any, schema_editor: Any) -> None:
    on = f" ON {TABLE}" if schema_editor.connection.vendor == "postgresql" else ""
    for verb in ("update", "delete"):
        schema_editor.execute(f"DROP TRIGGER {TABLE}_no_{verb}{on}")
    if on:
        schema_editor.execute(f"DROP FUNCTION {TABLE}_frozen()")


class Migration(migrations.Migration):
    dependencies = [
        ("centres", "0007_money_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="Brand",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "town",
                    models.OneToOneField(
                        error_messages={"unique": "一镇一品：这个镇街已有品牌，请在原有的品牌上修改。"},
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="brand",
                        to="people.town",
                        verbose_name="镇街",
                    ),
                ),
            ],
            options={
                "verbose_name": "品牌",
                "verbose_name_plural": "品牌",
                "ordering": ["town__code"],
            },
        ),
        migrations.CreateModel(
            name="BrandRevision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="revisions",
                        to="centres.brand",
                        verbose_name="品牌",
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="版次")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "草稿"),
                            ("submitted", "已送审"),
                            ("returned", "已退回"),
                            ("approved", "使用中"),
                            ("replaced", "已换新"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                (
                    "theme",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="brand_revisions",
                        to="centres.brandtheme",
                        verbose_name="类别",
                    ),
                ),
                ("slogan", models.CharField(blank=True, max_length=40, verbose_name="品牌口号")),
                ("story", models.TextField(blank=True, max_length=2000, verbose_name="品牌由来")),
                (
                    "key_point",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="brand_revisions",
                        to="centres.teachingpoint",
                        verbose_name="重点教学点",
                    ),
                ),
                ("source", models.CharField(blank=True, max_length=200, verbose_name="依据")),
                (
                    "submitted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="送审人",
                    ),
                ),
                ("submitted_at", models.DateTimeField(blank=True, null=True, verbose_name="送审时间")),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="审批人",
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="审批时间")),
                ("comment", models.CharField(blank=True, max_length=300, verbose_name="审批意见")),
                ("used_from", models.DateField(blank=True, null=True, verbose_name="启用日期")),
                ("used_until", models.DateField(blank=True, null=True, verbose_name="停用日期")),
            ],
            options={
                "verbose_name": "品牌申报",
                "verbose_name_plural": "品牌申报",
                "ordering": ["brand__town__code", "-number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("brand", "number"),
                        name="centres_brandrevision_number",
                        violation_error_message="这个品牌已有这一版。",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["draft", "submitted"])),
                        fields=("brand",),
                        name="centres_brandrevision_one_open",
                        violation_error_message="这个镇街已有一份没办完的品牌申报，先把它办完。",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "approved")),
                        fields=("brand",),
                        name="centres_brandrevision_one_in_force",
                        violation_error_message="一个镇街同时只能有一个使用中的品牌。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "draft"),
                            models.Q(models.Q(("slogan", ""), _negated=True), models.Q(("source", ""), _negated=True)),
                            models.Q(
                                models.Q(("slogan", ""), _negated=True),
                                models.Q(("story", ""), _negated=True),
                                ("key_point__isnull", False),
                                ("theme__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="centres_brandrevision_complete",
                        violation_error_message="送审的品牌要有类别、口号、由来和重点教学点。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "submitted"), _negated=True),
                            models.Q(("submitted_at__isnull", False), ("submitted_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="centres_brandrevision_submitted",
                        violation_error_message="送审的品牌要有送审人和时间。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decided_by", None), ("state__in", ["draft", "submitted"])),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("state__in", ["returned", "approved", "replaced"]),
                                ("submitted_by__isnull", False),
                            ),
                            models.Q(
                                models.Q(("source", ""), _negated=True),
                                ("decided_by", None),
                                ("state__in", ["approved", "replaced"]),
                            ),
                            _connector="OR",
                        ),
                        name="centres_brandrevision_decided",
                        violation_error_message="审批过的品牌要有送审人、审批人和时间。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by", None),
                            models.Q(("decided_by", models.F("submitted_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="centres_brandrevision_not_own",
                        violation_error_message="自己送审的品牌要由另一位县级管理员审批。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "returned"), _negated=True),
                            models.Q(("comment", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="centres_brandrevision_returned_why",
                        violation_error_message="退回要写明意见。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state__in", ["draft", "submitted", "returned"]),
                                ("used_from", None),
                                ("used_until", None),
                            ),
                            models.Q(("state", "approved"), ("used_from__isnull", False), ("used_until", None)),
                            models.Q(
                                ("state", "replaced"),
                                ("used_from__isnull", False),
                                ("used_until__gte", models.F("used_from")),
                                ("used_until__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="centres_brandrevision_used",
                        violation_error_message="使用中的品牌要有启用日期，换下的还要有停用日期，停用不早于启用。",
                    ),
                ],
            },
        ),
        migrations.RunPython(guard, unguard),
    ]
