import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


MADE_BY_PORTAL = ("budget", "accounts")


def make_papers(apps, schema_editor):
    """经费预算 and 经费决算 are made from rows now, where there are any."""
    apps.get_model("trainings", "DossierItem").objects.filter(code__in=MADE_BY_PORTAL).update(is_generated=True)


def leave_papers(apps, schema_editor):
    apps.get_model("trainings", "DossierItem").objects.filter(code__in=MADE_BY_PORTAL).update(is_generated=False)


class Migration(migrations.Migration):
    dependencies = [
        ("centres", "0007_money_guards"),
        ("lecturers", "0004_titles"),
        ("trainings", "0007_words"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ClassBudget",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=12, verbose_name="金额（元）")),
            ],
            options={
                "verbose_name": "班次经费预算",
                "verbose_name_plural": "班次经费预算",
                "ordering": ["training_class", "head__order"],
            },
        ),
        migrations.CreateModel(
            name="ClassCost",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "hours",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name="计酬学时"),
                ),
                ("warning", models.CharField(blank=True, max_length=500, verbose_name="关联时的提醒")),
                ("accepted_reason", models.CharField(blank=True, max_length=200, verbose_name="仍要关联的原因")),
                ("at", models.DateTimeField(verbose_name="时间")),
            ],
            options={
                "verbose_name": "班次支出",
                "verbose_name_plural": "班次支出",
                "ordering": ["training_class", "expense__spent_on", "pk"],
            },
        ),
        migrations.AddField(
            model_name="planline",
            name="budget",
            field=models.DecimalField(
                blank=True, decimal_places=2, max_digits=12, null=True, verbose_name="计划经费（元）"
            ),
        ),
        migrations.AddConstraint(
            model_name="planline",
            constraint=models.CheckConstraint(
                condition=models.Q(("budget", None), ("budget__gte", 0), _connector="OR"),
                name="trainings_planline_budget",
                violation_error_message="计划经费不能是负数。",
            ),
        ),
        migrations.AddField(
            model_name="classbudget",
            name="head",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="centres.costhead",
                verbose_name="费用项目",
            ),
        ),
        migrations.AddField(
            model_name="classbudget",
            name="training_class",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="budgets",
                to="trainings.trainingclass",
                verbose_name="培训班",
            ),
        ),
        migrations.AddField(
            model_name="classcost",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="经办人",
            ),
        ),
        migrations.AddField(
            model_name="classcost",
            name="expense",
            field=models.OneToOneField(
                error_messages={"unique": "这一笔已经关联到班次。"},
                on_delete=django.db.models.deletion.PROTECT,
                related_name="class_cost",
                to="centres.expense",
                verbose_name="支出",
            ),
        ),
        migrations.AddField(
            model_name="classcost",
            name="lecturer",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="lecturers.lecturer",
                verbose_name="授课人",
            ),
        ),
        migrations.AddField(
            model_name="classcost",
            name="training_class",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="costs",
                to="trainings.trainingclass",
                verbose_name="培训班",
            ),
        ),
        migrations.AddConstraint(
            model_name="classbudget",
            constraint=models.UniqueConstraint(
                fields=("training_class", "head"),
                name="trainings_classbudget_one_a_head",
                violation_error_message="这个费用项目已经列了。",
            ),
        ),
        migrations.AddConstraint(
            model_name="classbudget",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 0)),
                name="trainings_classbudget_not_negative",
                violation_error_message="预算不能是负数。",
            ),
        ),
        migrations.AddConstraint(
            model_name="classcost",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("hours", None), ("lecturer", None)),
                    models.Q(("hours__gt", 0), ("lecturer__isnull", False)),
                    _connector="OR",
                ),
                name="trainings_classcost_fee_pair",
                violation_error_message="讲课费要同时填授课人和学时。",
            ),
        ),
        migrations.AddConstraint(
            model_name="classcost",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("accepted_reason", ""), ("warning", "")),
                    models.Q(
                        models.Q(("warning", ""), _negated=True), models.Q(("accepted_reason", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="trainings_classcost_warning_reason",
                violation_error_message="有提醒仍要关联的，要写原因。",
            ),
        ),
        migrations.RunPython(make_papers, leave_papers),
    ]
