"""Zones with photos, kinds of venues as rows, what is to be known of a teaching point, reception sites."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

VENUES = {
    "service_centre": "党群服务中心",
    "party_base": "党性教育基地",
    "school": "闲置校舍",
    "farm_park": "农业产业园",
    "meeting_room": "党委会议室",
    "other": "其他",
}


def _settle(schema_editor):
    """PostgreSQL alters no table while a foreign key of it waits to be checked."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def carry_over(apps, schema_editor):
    """What a centre said of its venue becomes a row the county edits; a point out of use gets a reason."""
    kinds, centres = apps.get_model("centres", "VenueKind").objects, apps.get_model("centres", "Centre").objects
    if centres.exists():
        for order, (code, name) in enumerate(VENUES.items(), start=1):
            centres.filter(venue_source=code).update(venue=kinds.create(name=name, order=order))
    apps.get_model("centres", "TeachingPoint").objects.filter(is_ready=False).update(unready_reason="原因没有登记")
    _settle(schema_editor)


def carry_back(apps, schema_editor):
    centres = apps.get_model("centres", "Centre").objects
    for code, name in VENUES.items():
        centres.filter(venue__name=name).update(venue_source=code)
    _settle(schema_editor)


class Migration(migrations.Migration):
    dependencies = [
        ("centres", "0008_brands"),
        ("files", "0002_removed_at"),
        ("people", "0003_demo_index"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReceptionSite",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                ("village", models.CharField(max_length=40, verbose_name="村居")),
                (
                    "kind",
                    models.CharField(
                        choices=[("beacon", "灯塔e站"), ("television", "电视"), ("outdoor", "村级户外大屏")],
                        default="beacon",
                        max_length=12,
                        verbose_name="种类",
                    ),
                ),
                ("capacity", models.PositiveIntegerField(default=30, verbose_name="可供收看人数")),
                ("working_since", models.DateField(verbose_name="启用日期")),
                ("checked_on", models.DateField(blank=True, null=True, verbose_name="最近检查日期")),
                ("is_working", models.BooleanField(default=True, verbose_name="正常使用")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
            ],
            options={
                "verbose_name": "接收站点",
                "verbose_name_plural": "接收站点",
                "ordering": ["centre__town__code", "village", "name"],
            },
        ),
        migrations.CreateModel(
            name="VenueKind",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.CharField(
                        error_messages={"unique": "已有同名的场所来源，请换个名称。"},
                        max_length=30,
                        unique=True,
                        verbose_name="名称",
                    ),
                ),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="顺序")),
                ("is_active", models.BooleanField(default=True, verbose_name="可选")),
            ],
            options={
                "verbose_name": "场所来源",
                "verbose_name_plural": "场所来源",
                "ordering": ["order", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Zone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40, verbose_name="名称")),
                (
                    "area",
                    models.DecimalField(
                        blank=True, decimal_places=1, max_digits=7, null=True, verbose_name="面积（平方米）"
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
            ],
            options={
                "verbose_name": "功能区",
                "verbose_name_plural": "功能区",
                "ordering": ["centre__town__code", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ZonePhoto",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("caption", models.CharField(max_length=60, verbose_name="照片说明")),
                ("added_at", models.DateTimeField(verbose_name="上传时间")),
            ],
            options={
                "verbose_name": "功能区照片",
                "verbose_name_plural": "功能区照片",
                "ordering": ["zone", "pk"],
            },
        ),
        migrations.AddField(
            model_name="centre",
            name="introduction",
            field=models.TextField(blank=True, max_length=600, verbose_name="简介"),
        ),
        migrations.AddField(
            model_name="centre",
            name="principal",
            field=models.CharField(blank=True, max_length=30, verbose_name="负责人"),
        ),
        migrations.AddField(
            model_name="centre",
            name="principal_agreed_on",
            field=models.DateField(blank=True, null=True, verbose_name="本人同意公开姓名的日期"),
        ),
        migrations.AddField(
            model_name="teachingpoint",
            name="closes_in",
            field=models.PositiveSmallIntegerField(
                blank=True,
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(1, "月份填 1 到 12。"),
                    django.core.validators.MaxValueValidator(12, "月份填 1 到 12。"),
                ],
                verbose_name="开放月份至",
            ),
        ),
        migrations.AddField(
            model_name="teachingpoint",
            name="guide",
            field=models.CharField(blank=True, max_length=40, verbose_name="讲解人"),
        ),
        migrations.AddField(
            model_name="teachingpoint",
            name="opens_in",
            field=models.PositiveSmallIntegerField(
                blank=True,
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(1, "月份填 1 到 12。"),
                    django.core.validators.MaxValueValidator(12, "月份填 1 到 12。"),
                ],
                verbose_name="开放月份自",
            ),
        ),
        migrations.AddField(
            model_name="teachingpoint",
            name="route",
            field=models.CharField(blank=True, max_length=200, verbose_name="路线"),
        ),
        migrations.AddField(
            model_name="teachingpoint",
            name="safety_note",
            field=models.CharField(blank=True, max_length=300, verbose_name="安全提示"),
        ),
        migrations.AddField(
            model_name="teachingpoint",
            name="unready_reason",
            field=models.CharField(blank=True, max_length=100, verbose_name="不能使用的原因"),
        ),
        migrations.AddField(
            model_name="receptionsite",
            name="centre",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="sites",
                to="centres.centre",
                verbose_name="培训中心",
            ),
        ),
        migrations.AddField(
            model_name="centre",
            name="venue",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="centres",
                to="centres.venuekind",
                verbose_name="场所来源",
            ),
        ),
        migrations.AddField(
            model_name="zone",
            name="centre",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="zones",
                to="centres.centre",
                verbose_name="培训中心",
            ),
        ),
        migrations.AddField(
            model_name="zonephoto",
            name="file",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="files.storedfile",
                verbose_name="照片",
            ),
        ),
        migrations.AddField(
            model_name="zonephoto",
            name="thumbnail",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="files.storedfile",
                verbose_name="缩略图",
            ),
        ),
        migrations.AddField(
            model_name="zonephoto",
            name="zone",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="photos",
                to="centres.zone",
                verbose_name="功能区",
            ),
        ),
        migrations.AddConstraint(
            model_name="receptionsite",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("checked_on", None), ("checked_on__gte", models.F("working_since")), _connector="OR"
                ),
                name="centres_receptionsite_dates",
                violation_error_message="检查日期不能早于启用日期。",
            ),
        ),
        migrations.AddConstraint(
            model_name="zone",
            constraint=models.CheckConstraint(
                condition=models.Q(("area", None), ("area__gt", 0), _connector="OR"),
                name="centres_zone_area",
                violation_error_message="面积要大于 0。",
            ),
        ),
        migrations.RunPython(carry_over, carry_back),
        migrations.RemoveField(
            model_name="centre",
            name="venue_source",
        ),
        migrations.AddConstraint(
            model_name="teachingpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_ready", True), models.Q(("unready_reason", ""), _negated=True), _connector="OR"
                ),
                name="centres_teachingpoint_unready_has_reason",
                violation_error_message="不能使用的教学点要写明原因。",
            ),
        ),
        migrations.AddConstraint(
            model_name="teachingpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closes_in", None), ("opens_in", None)),
                    models.Q(("closes_in__range", (1, 12)), ("opens_in__range", (1, 12))),
                    _connector="OR",
                ),
                name="centres_teachingpoint_season",
                violation_error_message="开放月份两头都要填 1 到 12，全年开放就都不填。",
            ),
        ),
        migrations.AddConstraint(
            model_name="centre",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("principal_agreed_on", None), models.Q(("principal", ""), _negated=True), _connector="OR"
                ),
                name="centres_centre_agreed_has_principal",
                violation_error_message="先写负责人，再记本人同意公开的日期。",
            ),
        ),
        migrations.AddConstraint(
            model_name="receptionsite",
            constraint=models.UniqueConstraint(
                fields=("centre", "name"),
                name="centres_receptionsite_name",
                violation_error_message="本镇街已有同名接收站点。",
            ),
        ),
        migrations.AddConstraint(
            model_name="zone",
            constraint=models.UniqueConstraint(
                fields=("centre", "name"), name="centres_zone_name", violation_error_message="本中心已有同名功能区。"
            ),
        ),
    ]
