"""Every page a GET can reach has a picture in `bin/shots`, or a reason why not."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent.parent


def shots() -> ModuleType:
    spec = importlib.util.spec_from_file_location("shots", ROOT / "bin" / "_shots.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["shots"] = module
    spec.loader.exec_module(module)
    return module


def test_every_page_has_a_picture_or_a_reason() -> None:
    assert shots().uncovered() == []


def test_reasons_and_recipes_name_pages_that_exist() -> None:
    module = shots()
    names = {name for name, _ in module.patterns()}
    assert sorted((set(module.REASONS) | set(module.SHOTS)) - names) == []


def test_a_page_without_a_recipe_is_noticed(monkeypatch) -> None:
    module = shots()
    monkeypatch.delitem(module.SHOTS, "trainings:town-detail")
    assert module.uncovered() == ["trainings:town-detail"]
