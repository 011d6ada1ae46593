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


def migrate(targets: list[tuple[str, str]]) -> StateApps:
    """Bring the schema there; the models as they were then."""
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


def rows(models: StateApps) -> dict[str, tuple[int, str]]:
    """Table → number of rows and digest of all columns the release had."""
    found = {}
    for label, _ in RELEASED:
        for model in models.get_app_config(label).get_models():
            columns = [field.attname for field in model._meta.concrete_fields]
            held = list(model._base_manager.order_by("pk").values_list(*columns))
            found[model._meta.db_table] = (len(held), sha256(repr(held).encode()).hexdigest())
    return found


def main() -> None:
    newest = [key for key in MigrationExecutor(connection).loader.graph.leaf_nodes() if key[0] in dict(RELEASED)]
    build_county()
    released = MigrationExecutor(connection).loader.project_state(RELEASED).apps
    steps = len(MigrationExecutor(connection).migration_plan(RELEASED))
    stations = [rows(released), rows(migrate(RELEASED))]
    migrate(newest)
    stations.append(rows(released))
    applied = MigrationExecutor(connection).migration_plan(newest) == []
    print(json.dumps({"stations": stations, "steps": steps, "applied": applied}))  # noqa: T201 the answer


if __name__ == "__main__":
    main()
