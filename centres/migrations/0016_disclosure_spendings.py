"""The expenses of a disclosed head have a name of their own, which no other model shares."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("centres", "0015_season"),
    ]

    operations = [
        migrations.AlterField(
            model_name="disclosureitem",
            name="head",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="spendings",
                to="centres.disclosurehead",
                verbose_name="科目",
            ),
        ),
    ]
