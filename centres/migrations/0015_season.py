"""A season has both its months, or neither."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("centres", "0014_finding_closed_on"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="teachingpoint",
            name="centres_teachingpoint_season",
        ),
        migrations.AddConstraint(
            model_name="teachingpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closes_in", None), ("opens_in", None)),
                    models.Q(
                        ("closes_in__isnull", False),
                        ("closes_in__range", (1, 12)),
                        ("opens_in__isnull", False),
                        ("opens_in__range", (1, 12)),
                    ),
                    _connector="OR",
                ),
                name="centres_teachingpoint_season",
                violation_error_message="开放月份两头都要填 1 到 12，全年开放就都不填。",
            ),
        ),
    ]
