"""Keys rotate while people write; a wrong or missing key is said at the start."""

import json
import os
import subprocess
import sys
from base64 import urlsafe_b64encode
from io import StringIO
from pathlib import Path
from threading import Event, Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import close_old_connections, connections
from django.db.models import TextField
from django.db.models.functions import Cast

from juxian.checks import field_keys
from juxian.people.models import Member
from juxian.vault import rotation
from juxian.vault.probe import FIND, MISSING, STALE, WRONG, key_faults
from tests import template
from tests.factories import BranchFactory, MemberFactory

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.db_engine]


def key(letter: str, secret: str = "") -> str:
    return f"{letter}:{urlsafe_b64encode((secret or letter).encode() * 32).decode()}"


@pytest.fixture(autouse=True)
def _first_key(settings) -> None:
    settings.FIELD_KEYS = key("a")


def written_by() -> set[tuple[str, str]]:
    """Ids of the keys that wrote the ID number and the phone of every member."""
    raw = Member.objects.annotate(one=Cast("id_number", TextField()), two=Cast("mobile", TextField()))
    return {(one.split(".")[2], two.split(".")[2] if two else "") for one, two in raw.values_list("one", "two")}


def turn() -> dict[str, object]:
    out = StringIO()
    call_command("rotate_keys", stdout=out)
    return json.loads(out.getvalue().splitlines()[-1])


def test_rotation_moves_every_row_once_and_keeps_the_index(db, settings) -> None:
    people = [MemberFactory(), MemberFactory(mobile="")]
    before = list(Member.objects.order_by("pk").values_list("id_number", "mobile", "id_index", "mobile_index"))
    settings.FIELD_KEYS = f"{key('a')},{key('b')}"

    first, again = turn(), turn()

    assert first == {"key": "b", "rows": 2, "resealed": 2, "reindexed": 0, "closed": 0, "left": 0}
    assert again == first | {"resealed": 0}
    assert written_by() == {("b", "b"), ("b", "")}
    assert list(Member.objects.order_by("pk").values_list("id_number", "mobile", "id_index", "mobile_index")) == before
    assert Member.objects.with_number(people[0].id_number).get() == people[0]


def test_dropping_the_old_key_rebuilds_the_index(db, settings) -> None:
    person = MemberFactory()
    settings.FIELD_KEYS = f"{key('a')},{key('b')}"
    turn()
    settings.FIELD_KEYS = key("b")
    assert key_faults() == [STALE]
    assert not Member.objects.with_number(person.id_number).exists()

    assert turn() == {"key": "b", "rows": 1, "resealed": 0, "reindexed": 1, "closed": 0, "left": 0}

    assert key_faults() == []
    assert Member.objects.with_number(person.id_number).get() == person
    assert Member.objects.with_number(person.mobile).get() == person


def test_a_rotation_that_was_cut_off_goes_on(db, settings, monkeypatch) -> None:
    branch = BranchFactory()
    for _ in range(7):
        MemberFactory(branch=branch)
    settings.FIELD_KEYS = f"{key('a')},{key('b')}"
    monkeypatch.setattr(rotation, "BATCH", 2)
    real, calls = rotation.write, []

    def dies(*arguments: object) -> bool:
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(rotation, "write", dies)
    with pytest.raises(KeyboardInterrupt):
        turn()
    assert written_by() == {("a", "a"), ("b", "b")}
    assert key_faults() == []

    assert turn()["resealed"] == 4
    assert written_by() == {("b", "b")}


def test_rows_that_no_key_opens_are_told_and_kept(db, settings) -> None:
    MemberFactory()
    settings.FIELD_KEYS = key("c")
    raw = Cast("id_number", TextField())
    before = list(Member.objects.annotate(raw=raw).values_list("raw", flat=True))
    with pytest.raises(CommandError, match="有 1 行用现有的密钥打不开，没有改动"):
        turn()
    assert list(Member.objects.annotate(raw=raw).values_list("raw", flat=True)) == before


def _somebody_writes_between(settings, monkeypatch) -> str:
    """The phone of a member after somebody changed it between the rotation's reading and its writing."""
    person = MemberFactory(mobile="19900000001")
    settings.FIELD_KEYS = f"{key('a')},{key('b')}"
    real = rotation.seal
    monkeypatch.setattr(
        rotation,
        "seal",
        lambda text, purpose: Member.objects.filter(pk=person.pk).update(mobile="19900000002") and real(text, purpose),
    )
    rotation.rotate()
    return Member.objects.get().mobile


def test_what_somebody_writes_meanwhile_is_kept(db, settings, monkeypatch) -> None:
    assert _somebody_writes_between(settings, monkeypatch) == "19900000002"


def test_the_twin_without_the_condition_loses_it(db, settings, monkeypatch) -> None:
    monkeypatch.setattr(
        rotation,
        "write",
        lambda model, row, changes: model._base_manager.filter(pk=row["pk"]).update(**changes),
    )
    assert _somebody_writes_between(settings, monkeypatch) == "19900000001"


@pytest.mark.django_db(transaction=True)
def test_rotation_while_the_portal_is_in_use(settings) -> None:
    branch = BranchFactory()
    people = [MemberFactory(branch=branch) for _ in range(150)]
    settings.FIELD_KEYS = f"{key('a')},{key('b')}"
    stop, wrote = Event(), {}

    def clerk() -> None:
        close_old_connections()
        number = 0
        while not stop.is_set():
            person = people[number % len(people)]
            wrote[person.pk] = f"199{number:08d}"
            Member.objects.filter(pk=person.pk).update(mobile=wrote[person.pk])
            number += 1
        connections.close_all()

    thread = Thread(target=clerk)
    thread.start()
    try:
        found = turn()
    finally:
        stop.set()
        thread.join()

    assert (found["rows"], found["left"]) == (150, 0)
    assert written_by() == {("b", "b")}
    assert len(wrote) > 0
    kept = {person.pk: person for person in Member.objects.all()}
    assert {pk: kept[pk].mobile for pk in wrote} == wrote
    assert [kept[person.pk].id_number for person in people] == [person.id_number for person in people]
    assert [Member.objects.with_mobile(mobile).get().pk for mobile in wrote.values()] == list(wrote)


# At the start ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("ring", "said"),
    [
        (key("b"), MISSING.format(id="a") + FIND),
        (key("a", "z"), WRONG.format(id="a") + FIND),
        (f"{key('b')},{key('a')}", STALE),
        (f"{key('a')},{key('b')}", None),
        ("nonsense", "FIELD_KEYS 格式应为“编号:密钥”，密钥是 32 字节的 URL 安全 base64，多把之间用英文逗号隔开。"),
    ],
)
def test_wrong_keys_are_said(db, settings, ring, said) -> None:
    MemberFactory()
    settings.FIELD_KEYS = ring
    assert [message.msg for message in field_keys()] == ([said] if said else [])


def test_nothing_stored_asks_for_nothing(db, settings) -> None:
    settings.FIELD_KEYS = key("b")
    assert key_faults() == []


def _portal(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={
            **os.environ,
            "VAR_DIR": str(folder),
            "DATABASE_URL": f"sqlite:///{folder / 'x.sqlite3'}",
            "REDIS_URL": "",
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


SOMEBODY = """
from datetime import date
from juxian.people.models import Branch, Member, Town
town = Town.objects.create(code="9", name="示例镇", kind="town", active_from=date(2020, 1, 1))
branch = Branch.objects.create(town=town, name="示例村")
Member.objects.create(branch=branch, name="示例", id_number="000000198001010010")
"""


def test_every_process_ends_at_once_with_the_wrong_key(tmp_path: Path) -> None:
    folder = {"FIELD_KEYS": key("a")}
    template.copy_to(tmp_path / "x.sqlite3")
    assert _portal(tmp_path, "manage.py", "shell", "-v0", "-c", SOMEBODY, **folder).returncode == 0
    said = MISSING.format(id="a")
    for words in (
        ("manage.py", "prepare"),
        ("-c", "import juxian.wsgi"),
        ("-m", "celery", "-A", "juxian", "worker", "-c", "1", "--without-gossip", "--without-mingle"),
    ):
        done = _portal(tmp_path, *words, FIELD_KEYS=key("b"))
        assert (words, done.returncode, said in done.stderr) == (words, 1, True), done.stderr
    assert _portal(tmp_path, "-c", "import juxian.wsgi", **folder).returncode == 0
