import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("centres", "0005_regulations"),
        ("files", "0002_removed_at"),
        ("people", "0003_demo_index"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CostHead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "key",
                    models.SlugField(
                        error_messages={"unique": "这个代码已有费用项目在用，请换一个。"},
                        help_text="字母，不重复，如 travel；建好后不变。",
                        max_length=20,
                        unique=True,
                        verbose_name="代码",
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        error_messages={"unique": "已有同名的费用项目，请换一个。"},
                        max_length=20,
                        unique=True,
                        verbose_name="名称",
                    ),
                ),
                ("order", models.PositiveSmallIntegerField(verbose_name="顺序")),
                ("source", models.CharField(max_length=200, verbose_name="依据")),
                ("is_active", models.BooleanField(default=True, verbose_name="启用")),
            ],
            options={
                "verbose_name": "费用项目",
                "verbose_name_plural": "费用项目",
                "ordering": ["order", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Budget",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "草稿"), ("approved", "已批准")],
                        default="draft",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("saved_at", models.DateTimeField(verbose_name="编制时间")),
                ("approved_at", models.DateTimeField(blank=True, null=True, verbose_name="批准时间")),
                (
                    "approved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="批准人",
                    ),
                ),
                (
                    "saved_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="编制人",
                    ),
                ),
                (
                    "town",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="budgets",
                        to="people.town",
                        verbose_name="镇街",
                    ),
                ),
            ],
            options={
                "verbose_name": "年度经费预算",
                "verbose_name_plural": "年度经费预算",
                "ordering": ["-year", "town__code"],
            },
        ),
        migrations.CreateModel(
            name="BudgetLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=12, verbose_name="金额（元）")),
                (
                    "budget",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="centres.budget",
                        verbose_name="预算",
                    ),
                ),
                (
                    "head",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="centres.costhead",
                        verbose_name="费用项目",
                    ),
                ),
            ],
            options={
                "verbose_name": "预算项目",
                "verbose_name_plural": "预算项目",
                "ordering": ["budget", "head__order"],
            },
        ),
        migrations.CreateModel(
            name="BudgetAdjustment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=12, verbose_name="增减（元）")),
                ("reason", models.CharField(max_length=200, verbose_name="原因")),
                ("at", models.DateTimeField(verbose_name="时间")),
                (
                    "budget",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="adjustments",
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
                        verbose_name="经办人",
                    ),
                ),
                (
                    "head",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="centres.costhead",
                        verbose_name="费用项目",
                    ),
                ),
            ],
            options={
                "verbose_name": "预算调整",
                "verbose_name_plural": "预算调整",
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Expense",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=12, verbose_name="金额（元）")),
                ("voucher", models.CharField(max_length=30, verbose_name="凭证号")),
                ("round", models.PositiveSmallIntegerField(default=1, verbose_name="第几次入账")),
                ("spent_on", models.DateField(verbose_name="支出日期")),
                ("payee", models.CharField(max_length=60, verbose_name="收款方")),
                ("purpose", models.CharField(max_length=120, verbose_name="事由")),
                ("warning", models.CharField(blank=True, max_length=300, verbose_name="入账时的提醒")),
                ("accepted_reason", models.CharField(blank=True, max_length=200, verbose_name="仍要入账的原因")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="冲销原因")),
                ("at", models.DateTimeField(verbose_name="入账时间")),
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
                    "head",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="centres.costhead",
                        verbose_name="费用项目",
                    ),
                ),
                (
                    "reverses",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversed_by",
                        to="centres.expense",
                        verbose_name="冲销",
                    ),
                ),
                (
                    "town",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="expenses",
                        to="people.town",
                        verbose_name="镇街",
                    ),
                ),
            ],
            options={
                "verbose_name": "经费支出",
                "verbose_name_plural": "经费支出",
                "ordering": ["-spent_on", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="ExpenseScan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="时间")),
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
                    "expense",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scans",
                        to="centres.expense",
                        verbose_name="支出",
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
            ],
            options={
                "verbose_name": "凭证影像",
                "verbose_name_plural": "凭证影像",
                "ordering": ["expense", "pk"],
            },
        ),
        migrations.CreateModel(
            name="YearClosing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("number", models.PositiveSmallIntegerField(verbose_name="第几步")),
                ("is_closed", models.BooleanField(verbose_name="结账")),
                ("budget", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="当时预算（元）")),
                ("spent", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="当时支出（元）")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="重开原因")),
                ("at", models.DateTimeField(verbose_name="时间")),
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
                    "town",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="closings",
                        to="people.town",
                        verbose_name="镇街",
                    ),
                ),
            ],
            options={
                "verbose_name": "年度结账",
                "verbose_name_plural": "年度结账",
                "ordering": ["-year", "town__code", "-number"],
            },
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.UniqueConstraint(
                fields=("town", "year"),
                name="centres_budget_one_a_year",
                violation_error_message="该镇街本年度已有预算。",
            ),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.CheckConstraint(
                condition=models.Q(("year__gte", 2020), ("year__lte", 2100)),
                name="centres_budget_year",
                violation_error_message="年度应在 2020 到 2100 之间。",
            ),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approved_at", None), ("approved_by", None), ("state", "draft")),
                    models.Q(("approved_at__isnull", False), ("approved_by__isnull", False), ("state", "approved")),
                    _connector="OR",
                ),
                name="centres_budget_approved_pair",
                violation_error_message="已批准的预算要有批准人和时间。",
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetline",
            constraint=models.UniqueConstraint(
                fields=("budget", "head"),
                name="centres_budgetline_one_a_head",
                violation_error_message="这个费用项目已经列了。",
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetline",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 0)),
                name="centres_budgetline_not_negative",
                violation_error_message="预算不能是负数。",
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetadjustment",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount", 0), _negated=True),
                name="centres_budgetadjustment_not_zero",
                violation_error_message="调整金额不能是 0。",
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetadjustment",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True),
                name="centres_budgetadjustment_reason",
                violation_error_message="调整预算要写原因。",
            ),
        ),
        migrations.AddIndex(
            model_name="expense",
            index=models.Index(fields=["town", "year", "spent_on"], name="centres_expense_year"),
        ),
        migrations.AddConstraint(
            model_name="expense",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount__gt", 0), ("reverses", None)),
                    models.Q(("amount__lt", 0), ("reverses__isnull", False)),
                    _connector="OR",
                ),
                name="centres_expense_sign",
                violation_error_message="支出金额要大于 0；冲销要写负数并指明冲销哪一笔。",
            ),
        ),
        migrations.AddConstraint(
            model_name="expense",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reason", ""), ("reverses", None)),
                    models.Q(("reverses__isnull", False), models.Q(("reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="centres_expense_reversal_reason",
                violation_error_message="冲销要写原因。",
            ),
        ),
        migrations.AddConstraint(
            model_name="expense",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("accepted_reason", ""), ("warning", "")),
                    models.Q(
                        models.Q(("warning", ""), _negated=True), models.Q(("accepted_reason", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="centres_expense_warning_reason",
                violation_error_message="有提醒仍要入账的，要写原因。",
            ),
        ),
        migrations.AddConstraint(
            model_name="expense",
            constraint=models.CheckConstraint(
                condition=models.Q(("voucher", ""), _negated=True),
                name="centres_expense_voucher",
                violation_error_message="请填凭证号。",
            ),
        ),
        migrations.AddConstraint(
            model_name="expense",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reverses", None)),
                fields=("town", "year", "voucher", "round"),
                name="centres_expense_voucher_once",
                violation_error_message="这个凭证号本年度已经入过账。",
            ),
        ),
        migrations.AddConstraint(
            model_name="yearclosing",
            constraint=models.UniqueConstraint(
                fields=("town", "year", "number"),
                name="centres_yearclosing_step",
                violation_error_message="这一步已经登记。",
            ),
        ),
        migrations.AddConstraint(
            model_name="yearclosing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("is_closed", True), ("reason", "")),
                    models.Q(("is_closed", False), models.Q(("reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="centres_yearclosing_reason",
                violation_error_message="重新打开要写原因。",
            ),
        ),
        migrations.AddConstraint(
            model_name="yearclosing",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gt", 0)),
                name="centres_yearclosing_number",
                violation_error_message="步数从 1 起。",
            ),
        ),
    ]
