"""A lecturer and a room are in one place in one half-day, whoever asks at the same moment."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("trainings", "0003_cancelled_sessions")]

    operations = [
        migrations.AddConstraint(
            model_name="session",
            constraint=models.UniqueConstraint(
                condition=models.Q(("cancelled_at", None)),
                fields=("lecturer", "day", "half"),
                name="trainings_session_lecturer_once",
                violation_error_message="这位讲师这个半天已经排了课，请换一位讲师，或换个半天。",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.UniqueConstraint(
                condition=models.Q(("cancelled_at", None)),
                fields=("room", "day", "half"),
                name="trainings_session_room_once",
                violation_error_message="这间教室这个半天已经有课，请换个教室，或换个半天。",
            ),
        ),
    ]
