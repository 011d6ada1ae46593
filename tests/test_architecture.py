"""Imports and foreign keys point down only; the roof is on top, ground apps know nobody (audit excepted)."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

ROOT = Path(__file__).resolve().parent.parent
GROUND = 0
ROOF = 8
FLOORS = {
    "juxian.obligations": GROUND,
    "juxian.rules": GROUND,
    "juxian.files": GROUND,
    "juxian.audit": GROUND,
    "juxian.sheets": GROUND,
    "juxian.papers": GROUND,
    "juxian.vault": GROUND,
    "juxian.people": 1,
    "juxian.messages": 2,
    "centres": 3,
    "lecturers": 4,
    "courses": 5,
    "trainings": 6,
    "assessments": 7,
    "juxian": ROOF,
}


def unit_of(name: str) -> str | None:
    """The app a dotted name belongs to, or None for somebody else's code."""
    fitting = [unit for unit in FLOORS if name == unit or name.startswith(f"{unit}.")]
    return max(fitting, key=len, default=None)


def allowed(source: str, target: str) -> bool:
    """May code or a row of `source` name `target`?"""
    if source == target:
        return True
    if FLOORS[target] == GROUND:
        return FLOORS[source] > GROUND or target == "juxian.audit"
    return FLOORS[source] > FLOORS[target]


def imported_names(source: str) -> Iterator[str]:
    """Every dotted name the source imports, at any depth of nesting."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "absolute imports only"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def import_faults(root: Path) -> list[str]:
    """`file: name` for every import that does not point down, in the apps below `root`."""
    faults = []
    for top in sorted({unit.split(".")[0] for unit in FLOORS}):
        for path in sorted((root / top).rglob("*.py")):
            relative = path.relative_to(root)
            source = unit_of(".".join(relative.with_suffix("").parts))
            for name in imported_names(path.read_text()):
                target = unit_of(name)
                if target and not allowed(source, target):
                    faults.append(f"{relative}: {name}")
    return faults


def relation_faults(found: Iterable[type[models.Model]]) -> list[str]:
    """`model.field → model` for every foreign key, one-to-one or many-to-many that does not point down."""
    faults = []
    for model in found:
        source = unit_of(apps.get_app_config(model._meta.app_label).name)
        if source is None:
            continue
        for field in [*model._meta.local_fields, *model._meta.local_many_to_many]:
            if not field.is_relation:
                continue
            target = unit_of(apps.get_app_config(field.related_model._meta.app_label).name)
            if target and not allowed(source, target):
                faults.append(f"{model._meta.label}.{field.name} → {field.related_model._meta.label}")
    return faults


def test_imports_point_down() -> None:
    assert import_faults(ROOT) == []


def test_relations_point_down() -> None:
    assert relation_faults(apps.get_models(include_auto_created=True)) == []


def test_every_installed_app_of_ours_has_a_floor() -> None:
    ours = {config.name for config in apps.get_app_configs() if Path(config.path).is_relative_to(ROOT / "juxian")}
    ours |= {config.name for config in apps.get_app_configs() if Path(config.path).parent == ROOT}
    assert ours - set(FLOORS) == set()


def test_the_package_imports_only_the_celery_app() -> None:
    assert list(imported_names((ROOT / "juxian/__init__.py").read_text())) == ["juxian.celery.app"]


def test_no_signals_between_our_apps() -> None:
    files = [path for top in {unit.split(".")[0] for unit in FLOORS} for path in (ROOT / top).rglob("*.py")]
    heard = [
        str(path.relative_to(ROOT))
        for path in files
        if any(
            name.startswith(("django.db.models.signals", "django.dispatch"))
            for name in imported_names(path.read_text())
        )
    ]
    assert heard == []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("centres/views.py", "from trainings.models import TrainingClass"),
        ("juxian/people/actions.py", "import juxian.messages.actions"),
        ("juxian/messages/actions.py", "def late():\n    from assessments import models"),
        ("juxian/rules/lookup.py", "from juxian.people.models import User"),
        ("juxian/rules/lookup.py", "from juxian.vault import cipher"),
        ("juxian/audit/log.py", "from juxian.files import models"),
        ("assessments/views.py", "from juxian.context import shell"),
        ("juxian/sheets/engine.py", "from juxian import people"),
    ],
)
def test_a_planted_import_is_found(tmp_path: Path, path: str, line: str) -> None:
    planted = tmp_path / path
    planted.parent.mkdir(parents=True)
    planted.write_text(line)
    assert [fault.split(":")[0] for fault in import_faults(tmp_path)] == [path]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("assessments/views.py", "from trainings.models import TrainingClass"),
        ("juxian/messages/actions.py", "from juxian.people.models import Member"),
        ("juxian/files/store.py", "from juxian.audit.log import record"),
        ("juxian/board.py", "import assessments.figures\nfrom juxian.people import models"),
        ("centres/views.py", "from django.db import models"),
    ],
)
def test_an_import_that_points_down_passes(tmp_path: Path, path: str, line: str) -> None:
    planted = tmp_path / path
    planted.parent.mkdir(parents=True)
    planted.write_text(line)
    assert import_faults(tmp_path) == []


@isolate_apps("centres", "juxian.rules", "assessments")
def test_planted_relations_are_found() -> None:
    upper = apps.get_model("trainings.TrainingClass")
    user = apps.get_model("people.User")

    class PlantedRoom(models.Model):
        training_class = models.ForeignKey(upper, models.CASCADE, related_name="+")

        class Meta:
            app_label = "centres"

    class PlantedOne(models.Model):
        training_class = models.OneToOneField(upper, models.CASCADE, related_name="+")

        class Meta:
            app_label = "centres"

    class PlantedMany(models.Model):
        users = models.ManyToManyField(user, related_name="+")

        class Meta:
            app_label = "rules"

    class PlantedFine(models.Model):
        training_class = models.ForeignKey(upper, models.CASCADE, related_name="+")

        class Meta:
            app_label = "assessments"

    assert relation_faults([PlantedRoom, PlantedOne, PlantedMany, PlantedFine]) == [
        "centres.PlantedRoom.training_class → trainings.TrainingClass",
        "centres.PlantedOne.training_class → trainings.TrainingClass",
        "rules.PlantedMany.users → people.User",
    ]
