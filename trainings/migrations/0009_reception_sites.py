"""A group viewing takes place at a reception site; one class at a time."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("centres", "0015_season"),
        ("courses", "0002_key_course"),
        ("lecturers", "0003_key_lecturer"),
        ("trainings", "0008_costs"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="session",
            name="trainings_session_one_place",
        ),
        migrations.AddField(
            model_name="session",
            name="site",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="sessions",
                to="centres.receptionsite",
                verbose_name="接收站点",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("point", None), ("room", None)),
                    models.Q(("room", None), ("site", None)),
                    models.Q(("point", None), ("site", None)),
                    _connector="OR",
                ),
                name="trainings_session_one_place",
                violation_error_message="教室、现场教学点和接收站点只能选一个。",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.UniqueConstraint(
                condition=models.Q(("cancelled_at", None)),
                fields=("site", "day", "half"),
                name="trainings_session_site_once",
                violation_error_message="这个接收站点这个半天已经有课，请换个站点，或换个半天。",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(("site", None), ("mode", "group_viewing"), _connector="OR"),
                name="trainings_session_site_is_viewed",
                violation_error_message="接收站点只用于集体收看，请把形式改为“集体收看”，或换个地点。",
            ),
        ),
    ]
