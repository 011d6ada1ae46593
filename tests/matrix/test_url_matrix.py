"""Two clerks: neither sees, guesses or changes anything of the other's town, at any URL, by any method."""

import pytest

from juxian.people.access import PersonalQuerySet, TownQuerySet
from tests.matrix.table import ADMIN, TABLE, Row
from tests.matrix.towns import build_county
from tests.matrix.walk import Walker, admin_models, known, patterns

NAMES = sorted({name for name, _ in patterns()})
WALKS = {name: [name] for name in NAMES if known(name) and not name.startswith("admin:")}
for name in [name for name in NAMES if known(name) and name.startswith("admin:")]:
    WALKS.setdefault(name.removesuffix(f"_{name.rsplit('_')[-1]}"), []).append(name)  # the pages of one model


@pytest.fixture
def walker(db) -> Walker:
    """Both towns; every knock undoes what it changed."""
    return Walker(build_county())


def test_the_matrix_knows_every_url() -> None:
    assert [name for name in NAMES if known(name) is None] == []


def test_the_matrix_knows_no_url_that_is_gone() -> None:
    assert sorted(set(TABLE) - set(NAMES)) == []
    assert sorted(ADMIN - admin_models()) == []


def test_a_new_url_is_noticed() -> None:
    assert known("trainings:town-unheard-of") is None
    assert known("admin:people_unheardof_changelist") is None


def test_every_known_url_is_walked() -> None:
    assert sorted(name for names in WALKS.values() for name in names) == [name for name in NAMES if known(name)]


@pytest.mark.parametrize("names", WALKS.values(), ids=WALKS)
def test_url(walker: Walker, names: list[str]) -> None:
    faults = [fault for name in names for fault in walker.walk(name, known(name))]
    assert faults == [], "\n".join(faults[:30])


@pytest.mark.parametrize("role", ["clerk", "other_member"])
def test_the_matrix_sees_when_the_scope_is_off(walker: Walker, monkeypatch, role: str) -> None:
    """Twin: with `visible_to` and `mine` letting everything through, the same walk must complain."""
    for gate in (TownQuerySet, PersonalQuerySet):
        for cls in [gate, *_subclasses(gate)]:
            for method in ("visible_to", "mine"):
                if method in cls.__dict__:
                    monkeypatch.setattr(cls, method, lambda self, user: self.all())
    rows = [(name, known(name)) for name in NAMES if not name.startswith("admin:")]
    faults = [fault for name, row in rows if isinstance(row, Row) for fault in walker.knock(name, row, role, ("GET",))]
    assert [fault for fault in faults if "shows" in fault] != []
    assert [fault for fault in faults if "not [404" in fault] != []


def _subclasses(cls: type) -> list[type]:
    return [sub for direct in cls.__subclasses__() for sub in [direct, *_subclasses(direct)]]
