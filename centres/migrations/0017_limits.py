"""What a place can be at most. An area beyond belief is forgotten, or no town with one could be moved on."""

import centres.limits
import django.core.validators
from decimal import Decimal
from django.db import migrations, models


def forget(apps, schema_editor):
    apps.get_model("centres", "Zone").objects.filter(area__gt=100_000).update(area=None)


class Migration(migrations.Migration):
    dependencies = [
        ("centres", "0016_disclosure_spendings"),
    ]

    operations = [
        migrations.RunPython(forget, migrations.RunPython.noop),
        migrations.RemoveConstraint(
            model_name="zone",
            name="centres_zone_area",
        ),
        migrations.AlterField(
            model_name="centre",
            name="closed_on",
            field=models.DateField(
                blank=True, null=True, validators=[centres.limits.known_day], verbose_name="停用日期"
            ),
        ),
        migrations.AlterField(
            model_name="centre",
            name="opened_on",
            field=models.DateField(
                blank=True, null=True, validators=[centres.limits.known_day], verbose_name="挂牌运行日期"
            ),
        ),
        migrations.AlterField(
            model_name="centre",
            name="principal_agreed_on",
            field=models.DateField(
                blank=True, null=True, validators=[centres.limits.past_day], verbose_name="本人同意公开姓名的日期"
            ),
        ),
        migrations.AlterField(
            model_name="receptionsite",
            name="capacity",
            field=models.PositiveIntegerField(
                default=30,
                validators=[
                    django.core.validators.MinValueValidator(1, "人数填 1 到 5000，请核对。"),
                    django.core.validators.MaxValueValidator(5000, "人数填 1 到 5000，请核对。"),
                ],
                verbose_name="可供收看人数",
            ),
        ),
        migrations.AlterField(
            model_name="receptionsite",
            name="checked_on",
            field=models.DateField(
                blank=True, null=True, validators=[centres.limits.past_day], verbose_name="最近检查日期"
            ),
        ),
        migrations.AlterField(
            model_name="receptionsite",
            name="working_since",
            field=models.DateField(validators=[centres.limits.known_day], verbose_name="启用日期"),
        ),
        migrations.AlterField(
            model_name="room",
            name="capacity",
            field=models.PositiveIntegerField(
                validators=[
                    django.core.validators.MinValueValidator(1, "人数填 1 到 5000，请核对。"),
                    django.core.validators.MaxValueValidator(5000, "人数填 1 到 5000，请核对。"),
                ],
                verbose_name="容纳人数",
            ),
        ),
        migrations.AlterField(
            model_name="staffingdocument",
            name="issued_on",
            field=models.DateField(validators=[centres.limits.past_day], verbose_name="发文日期"),
        ),
        migrations.AlterField(
            model_name="staffingnumber",
            name="posts",
            field=models.PositiveSmallIntegerField(
                default=3,
                validators=[
                    django.core.validators.MinValueValidator(1, "岗位数要大于 0。"),
                    django.core.validators.MaxValueValidator(30, "一个镇街最多 30 个岗位，请核对文件。"),
                ],
                verbose_name="岗位数",
            ),
        ),
        migrations.AlterField(
            model_name="teachingpoint",
            name="capacity",
            field=models.PositiveIntegerField(
                default=50,
                validators=[
                    django.core.validators.MinValueValidator(1, "人数填 1 到 5000，请核对。"),
                    django.core.validators.MaxValueValidator(5000, "人数填 1 到 5000，请核对。"),
                ],
                verbose_name="容纳人数",
            ),
        ),
        migrations.AlterField(
            model_name="zone",
            name="area",
            field=models.DecimalField(
                blank=True,
                decimal_places=1,
                max_digits=7,
                null=True,
                validators=[centres.limits.area],
                verbose_name="面积（平方米）",
            ),
        ),
        migrations.AddConstraint(
            model_name="zone",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("area", None), models.Q(("area__gt", 0), ("area__lte", Decimal("100000"))), _connector="OR"
                ),
                name="centres_zone_area",
                violation_error_message="面积要大于 0，最多 100000 平方米。",
            ),
        ),
    ]
