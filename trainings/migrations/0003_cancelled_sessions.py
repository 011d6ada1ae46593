"""A cancelled class holds no lecturer and no room: its sessions are cancelled with it, as they are from now on."""

from typing import Any

from django.db import migrations
from django.db.models import OuterRef, Subquery


def cancel_with_class(apps: Any, schema_editor: Any) -> None:
    sessions = apps.get_model("trainings", "Session").objects.using(schema_editor.connection.alias)
    classes = apps.get_model("trainings", "TrainingClass").objects.using(schema_editor.connection.alias)
    when = classes.filter(pk=OuterRef("training_class")).values("cancelled_at")
    sessions.filter(training_class__in=classes.filter(state="cancelled"), cancelled_at=None).update(
        cancelled_at=Subquery(when)
    )


class Migration(migrations.Migration):
    dependencies = [("trainings", "0002_guards")]

    operations = [migrations.RunPython(cancel_with_class, migrations.RunPython.noop)]
