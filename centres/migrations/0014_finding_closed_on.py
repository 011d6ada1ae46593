from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("centres", "0013_evidence"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="finding",
            name="centres_finding_closed_on",
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("closed_on__gte", models.F("opened_on")),
                        ("closed_on__isnull", False),
                        ("state__in", ["accepted", "replaced"]),
                    ),
                    models.Q(("closed_on", None), ("state__in", ["open", "rectified", "reopened"])),
                    _connector="OR",
                ),
                name="centres_finding_closed_on",
                violation_error_message="销号日期与状态不一致。",
            ),
        ),
    ]
