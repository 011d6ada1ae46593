"""One course may be the key of a brand."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("centres", "0008_brands"), ("courses", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="course",
            name="key_of",
            field=models.OneToOneField(
                blank=True,
                error_messages={"unique": "这个品牌已有重点课程，先取消那一个，再标这一个。"},
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="key_course",
                to="centres.brand",
                verbose_name="是哪个品牌的重点课程",
            ),
        ),
    ]
