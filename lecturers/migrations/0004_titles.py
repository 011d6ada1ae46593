import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("lecturers", "0003_key_lecturer"),
    ]

    operations = [
        migrations.CreateModel(
            name="LecturerTitle",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.CharField(
                        error_messages={"unique": "已有同名的职称档次，请换一个。"},
                        max_length=40,
                        unique=True,
                        verbose_name="名称",
                    ),
                ),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="顺序")),
            ],
            options={
                "verbose_name": "职称档次",
                "verbose_name_plural": "职称档次",
                "ordering": ["order", "name"],
            },
        ),
        migrations.AddField(
            model_name="lecturer",
            name="title",
            field=models.ForeignKey(
                blank=True,
                help_text="只用来核对讲课费上限。",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="lecturers.lecturertitle",
                verbose_name="职称档次",
            ),
        ),
        migrations.CreateModel(
            name="FeeCap",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "per_hour",
                    models.DecimalField(decimal_places=2, max_digits=8, verbose_name="每学时上限（元，税后）"),
                ),
                ("valid_from", models.DateField(verbose_name="自")),
                ("source", models.CharField(max_length=200, verbose_name="依据")),
                (
                    "certainty",
                    models.CharField(
                        choices=[("A", "读过原文"), ("B", "转引"), ("C", "待核实")],
                        max_length=1,
                        verbose_name="可靠程度",
                    ),
                ),
                (
                    "title",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="caps",
                        to="lecturers.lecturertitle",
                        verbose_name="职称档次",
                    ),
                ),
            ],
            options={
                "verbose_name": "讲课费上限",
                "verbose_name_plural": "讲课费上限",
                "ordering": ["title", "-valid_from"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("title", "valid_from"),
                        name="lecturers_feecap_one_a_day",
                        violation_error_message="这个职称档次在这一天已有一个上限。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("per_hour__gte", 0)),
                        name="lecturers_feecap_not_negative",
                        violation_error_message="上限不能是负数。",
                    ),
                ],
            },
        ),
    ]
