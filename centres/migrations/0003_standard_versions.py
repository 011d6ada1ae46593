import django.core.validators
from django.db import migrations, models
from django.utils import timezone

KEYS = {
    "办公区": "zone-office",
    "教学区": "zone-teaching",
    "研讨区": "zone-discussion",
    "生活区": "zone-living",
    "标识": "have-signs",
    "规章制度": "have-rules",
    "教学计划": "have-plan",
    "电教设备": "have-equipment",
    "党建书籍": "have-books",
    "档案资料": "have-files",
    "党旗党徽": "have-flag",
    "入党誓词": "have-oath",
}


def name_what_exists(apps, schema_editor):
    """What was in use counts as published; items get their keys, those the county added itself one by number."""
    apps.get_model("centres", "Standard").objects.update(state="published", published_at=timezone.now())
    items = apps.get_model("centres", "StandardItem").objects
    for pk, name in items.values_list("pk", "name"):
        items.filter(pk=pk).update(key=KEYS.get(name, f"item-{pk}"))


class Migration(migrations.Migration):
    dependencies = [
        ("centres", "0002_words"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="standard",
            options={
                "ordering": [models.OrderBy(models.F("valid_from"), descending=True, nulls_first=True), "-id"],
                "verbose_name": "阵地标准",
                "verbose_name_plural": "阵地标准",
            },
        ),
        migrations.AddField(
            model_name="standard",
            name="published_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="发布时间"),
        ),
        migrations.AddField(
            model_name="standard",
            name="state",
            field=models.CharField(
                choices=[("draft", "草稿"), ("published", "已发布")],
                default="draft",
                editable=False,
                max_length=10,
                verbose_name="状态",
            ),
        ),
        migrations.AddField(
            model_name="standarditem",
            name="evidence",
            field=models.CharField(
                choices=[("photo", "照片"), ("paper", "文件"), ("statement", "文字说明"), ("none", "不需要")],
                default="photo",
                max_length=10,
                verbose_name="依据",
            ),
        ),
        migrations.AddField(
            model_name="standarditem",
            name="guidance",
            field=models.CharField(blank=True, max_length=300, verbose_name="怎么做"),
        ),
        migrations.AddField(
            model_name="standarditem",
            name="key",
            field=models.SlugField(
                default="",
                help_text="字母，如 zone-office；各版里同一件事用同一个代码。",
                max_length=40,
                verbose_name="代码",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="standarditem",
            name="need",
            field=models.CharField(
                choices=[("must", "必须"), ("optional", "可选")], default="must", max_length=10, verbose_name="必须"
            ),
        ),
        migrations.AddField(
            model_name="standarditem",
            name="text",
            field=models.CharField(blank=True, max_length=200, verbose_name="要求"),
        ),
        migrations.AddField(
            model_name="standarditem",
            name="valid_months",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="到期变黄，提前提醒更新。空着表示一直有效。",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(1, message="至少 1 个月，一直有效就空着。"),
                ],
                verbose_name="依据管几个月",
            ),
        ),
        migrations.AddField(
            model_name="standarditem",
            name="weight",
            field=models.PositiveSmallIntegerField(
                default=1,
                validators=[django.core.validators.MinValueValidator(1, message="权重至少是 1。")],
                verbose_name="权重",
            ),
        ),
        migrations.AlterField(
            model_name="standard",
            name="valid_from",
            field=models.DateField(
                blank=True,
                error_messages={"unique": "这一天已有一条记录，请换一天或修改那一条。"},
                help_text="从这一天起按这一版。草稿可以先空着，发布时填。",
                null=True,
                unique=True,
                verbose_name="自",
            ),
        ),
        migrations.RunPython(name_what_exists, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="standard",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("published_at", None), ("state", "draft")),
                    models.Q(("published_at__isnull", False), ("state", "published"), ("valid_from__isnull", False)),
                    _connector="OR",
                ),
                name="centres_standard_published_has_dates",
                violation_error_message="发布的标准要有生效日期。",
            ),
        ),
        migrations.AddConstraint(
            model_name="standarditem",
            constraint=models.UniqueConstraint(
                fields=("standard", "key"),
                name="centres_standarditem_key",
                violation_error_message="同一标准里代码不能重复。",
            ),
        ),
        migrations.AddConstraint(
            model_name="standarditem",
            constraint=models.CheckConstraint(
                condition=models.Q(("weight__gte", 1)),
                name="centres_standarditem_weight",
                violation_error_message="权重至少是 1。",
            ),
        ),
    ]
