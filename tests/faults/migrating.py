"""A full database back to the released schema and forward again; what the rows were at each station, as JSON.

`python -m tests.faults.migrating` on a database that is migrated to the newest schema and empty.
"""

import json
import os
from hashlib import sha256

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "juxian.settings")
django.setup()

from django.db import connection  # noqa: E402 Django is set up now
from django.db.migrations.executor import MigrationExecutor  # noqa: E402
from django.db.migrations.state import StateApps  # noqa: E402
from django.utils import timezone  # noqa: E402

from centres.models import Centre, VenueKind  # noqa: E402
from courses.models import CourseVersion  # noqa: E402
from tests.matrix.towns import build_county  # noqa: E402

# The newest migration of each app in the release whose databases are out there.
RELEASED = [
    ("assessments", "0001_initial"),
    ("audit", "0002_guards"),
    ("centres", "0001_initial"),
    ("courses", "0001_initial"),
    ("files", "0001_initial"),
    ("inbox", "0001_initial"),
    ("lecturers", "0001_initial"),
    ("obligations", "0001_initial"),
    ("people", "0001_initial"),
    ("rules", "0001_initial"),
    ("trainings", "0002_guards"),
]

# Columns of the release that became something else; `venues` follows what they said.
MOVED = {"venue_source"}


def migrate(targets: list[tuple[str, str]]) -> StateApps:
    """Bring the schema there; the models as they were then."""
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


def rows(models: StateApps) -> dict[str, tuple[int, str]]:
    """Table → number of rows and digest of all columns the release had, as far as they are still there."""
    found = {}
    for label, _ in RELEASED:
        for model in models.get_app_config(label).get_models():
            columns = [field.attname for field in model._meta.concrete_fields if field.name not in MOVED]
            held = list(model._base_manager.order_by("pk").values_list(*columns))
            found[model._meta.db_table] = (len(held), sha256(repr(held).encode()).hexdigest())
    return found


def venues(models: StateApps) -> list[tuple[int, str]]:
    """Centre and what its venue is called, whether that is a choice or a row."""
    centre = models.get_model("centres", "Centre")
    if "venue_source" not in {field.name for field in centre._meta.fields}:
        return list(centre._base_manager.order_by("pk").values_list("pk", "venue__name"))
    return [(row.pk, row.get_venue_source_display()) for row in centre._base_manager.order_by("pk")]


def main() -> None:
    newest = [key for key in MigrationExecutor(connection).loader.graph.leaf_nodes() if key[0] in dict(RELEASED)]
    build_county()
    for centre, name in zip(Centre.objects.order_by("pk"), ("闲置校舍", "党委会议室"), strict=False):
        centre.venue = VenueKind.objects.get_or_create(name=name)[0]
        centre.save(update_fields=["venue"])
    CourseVersion.objects.filter(published_on=None).update(published_on=timezone.localdate())  # it knows no drafts
    released = MigrationExecutor(connection).loader.project_state(RELEASED).apps
    steps = len(MigrationExecutor(connection).migration_plan(RELEASED))
    now = MigrationExecutor(connection).loader.project_state(newest).apps
    stations, called = [rows(released)], [venues(now)]
    back = migrate(RELEASED)
    stations.append(rows(back))
    called.append(venues(back))
    migrate(newest)
    stations.append(rows(released))
    called.append(venues(now))
    applied = MigrationExecutor(connection).migration_plan(newest) == []
    print(json.dumps({"stations": stations, "venues": called, "steps": steps, "applied": applied}))  # noqa: T201 the answer


if __name__ == "__main__":
    main()
