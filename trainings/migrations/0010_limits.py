"""How many people a class can have at most."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("trainings", "0009_reception_sites"),
    ]

    operations = [
        migrations.AlterField(
            model_name="planline",
            name="people",
            field=models.PositiveIntegerField(
                validators=[
                    django.core.validators.MinValueValidator(1, "人数填 1 到 5000，请核对。"),
                    django.core.validators.MaxValueValidator(5000, "人数填 1 到 5000，请核对。"),
                ],
                verbose_name="计划人数",
            ),
        ),
        migrations.AlterField(
            model_name="trainingclass",
            name="capacity",
            field=models.PositiveIntegerField(
                validators=[
                    django.core.validators.MinValueValidator(1, "人数填 1 到 5000，请核对。"),
                    django.core.validators.MaxValueValidator(5000, "人数填 1 到 5000，请核对。"),
                ],
                verbose_name="名额",
            ),
        ),
    ]
