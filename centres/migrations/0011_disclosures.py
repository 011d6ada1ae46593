"""Disclosures of accounts, their heads and items, and questions about them."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("centres", "0010_posts"),
        ("people", "0003_demo_index"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Disclosure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=80, verbose_name="标题")),
                ("starts_on", models.DateField(verbose_name="账目自")),
                ("ends_on", models.DateField(verbose_name="账目至")),
                ("text", models.TextField(blank=True, max_length=3000, verbose_name="说明")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "草稿"),
                            ("proposed", "待保密审查"),
                            ("checked", "待批准"),
                            ("approved", "待公布"),
                            ("published", "已公布"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("copied_at", models.DateTimeField(blank=True, null=True, verbose_name="取账时间")),
                ("proposed_at", models.DateTimeField(blank=True, null=True, verbose_name="提出时间")),
                ("checked_at", models.DateTimeField(blank=True, null=True, verbose_name="保密审查时间")),
                ("approved_at", models.DateTimeField(blank=True, null=True, verbose_name="批准时间")),
                ("published_at", models.DateTimeField(blank=True, null=True, verbose_name="公布时间")),
                ("names_reason", models.CharField(blank=True, max_length=200, verbose_name="保留姓名的理由")),
                ("names_kept", models.JSONField(blank=True, default=list, verbose_name="已确认保留的姓名")),
                ("comment", models.CharField(blank=True, max_length=300, verbose_name="退回意见")),
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
                    "checked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="保密审查人",
                    ),
                ),
                (
                    "corrects",
                    models.OneToOneField(
                        blank=True,
                        error_messages={"unique": "这一份已有更正，请改那一份更正。"},
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="correction",
                        to="centres.disclosure",
                        verbose_name="更正哪一份",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提出人",
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="公布人",
                    ),
                ),
                (
                    "town",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disclosures",
                        to="people.town",
                        verbose_name="镇街",
                    ),
                ),
            ],
            options={
                "verbose_name": "账目公开",
                "verbose_name_plural": "账目公开",
                "ordering": ["-ends_on", "-id"],
            },
        ),
        migrations.CreateModel(
            name="DisclosureHead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order", models.PositiveSmallIntegerField(verbose_name="顺序")),
                ("name", models.CharField(max_length=40, verbose_name="科目")),
                ("budget", models.DecimalField(decimal_places=2, max_digits=12, verbose_name="预算（元）")),
                ("spent", models.DecimalField(decimal_places=2, max_digits=12, verbose_name="支出（元）")),
                (
                    "disclosure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="heads",
                        to="centres.disclosure",
                        verbose_name="账目公开",
                    ),
                ),
            ],
            options={
                "verbose_name": "公开的科目",
                "verbose_name_plural": "公开的科目",
                "ordering": ["disclosure", "order"],
            },
        ),
        migrations.CreateModel(
            name="DisclosureItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(verbose_name="序号")),
                ("source", models.PositiveBigIntegerField(verbose_name="账上的编号")),
                ("day", models.DateField(verbose_name="日期")),
                ("text", models.CharField(max_length=120, verbose_name="用途")),
                ("is_reworded", models.BooleanField(default=False, verbose_name="改过文字")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=12, verbose_name="金额（元）")),
                (
                    "head",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="centres.disclosurehead",
                        verbose_name="科目",
                    ),
                ),
            ],
            options={
                "verbose_name": "公开的支出",
                "verbose_name_plural": "公开的支出",
                "ordering": ["head__order", "number"],
            },
        ),
        migrations.CreateModel(
            name="DisclosureQuestion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=300, verbose_name="问题")),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="提问时间")),
                ("answer", models.CharField(blank=True, max_length=1000, verbose_name="答复")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="答复时间")),
                ("names_reason", models.CharField(blank=True, max_length=200, verbose_name="保留姓名的理由")),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="答复人",
                    ),
                ),
                (
                    "disclosure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questions",
                        to="centres.disclosure",
                        verbose_name="账目公开",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.member",
                        verbose_name="提问人",
                    ),
                ),
            ],
            options={
                "verbose_name": "账目问答",
                "verbose_name_plural": "账目问答",
                "ordering": ["asked_at", "id"],
            },
        ),
        migrations.AddConstraint(
            model_name="disclosure",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                name="centres_disclosure_dates",
                violation_error_message="“账目至”不能早于“账目自”。",
            ),
        ),
        migrations.AddConstraint(
            model_name="disclosure",
            constraint=models.UniqueConstraint(
                condition=models.Q(("corrects", None)),
                fields=("town", "starts_on", "ends_on"),
                name="centres_disclosure_one_a_period",
                violation_error_message="这一期已有一份，请改那一份；已经公布的，请做更正。",
            ),
        ),
        migrations.AddConstraint(
            model_name="disclosure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("published_at__isnull", False), ("published_by__isnull", False), ("state", "published")),
                    models.Q(
                        models.Q(("state", "published"), _negated=True), ("published_at", None), ("published_by", None)
                    ),
                    _connector="OR",
                ),
                name="centres_disclosure_published_by_somebody",
                violation_error_message="公布要有公布人和时间。",
            ),
        ),
        migrations.AddConstraint(
            model_name="disclosure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("checked_by", None),
                    models.Q(("checked_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="centres_disclosure_checked_by_another",
                violation_error_message="自己提出的，要由另一个人作保密审查。",
            ),
        ),
        migrations.AddConstraint(
            model_name="disclosure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by", None),
                    models.Q(("approved_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="centres_disclosure_approved_by_another",
                violation_error_message="自己提出的，要由另一个人批准。",
            ),
        ),
        migrations.AddConstraint(
            model_name="disclosurehead",
            constraint=models.UniqueConstraint(
                fields=("disclosure", "name"),
                name="centres_disclosurehead_name",
                violation_error_message="同一份里科目不能重复。",
            ),
        ),
        migrations.AddConstraint(
            model_name="disclosureitem",
            constraint=models.UniqueConstraint(
                fields=("head", "number"),
                name="centres_disclosureitem_number",
                violation_error_message="同一科目里序号不能重复。",
            ),
        ),
        migrations.AddConstraint(
            model_name="disclosurequestion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", ""), ("answered_at", None), ("answered_by", None)),
                    models.Q(
                        ("answered_at__isnull", False),
                        ("answered_by__isnull", False),
                        models.Q(("answer", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="centres_disclosurequestion_answer",
                violation_error_message="答复要有内容、答复人和时间。",
            ),
        ),
    ]
