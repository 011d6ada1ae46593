"""What was backed up is what comes back: rows, digests, files, sealed columns, pages, guards."""

import json
import os
import random
import re
import subprocess
import sys
from contextlib import nullcontext
from io import StringIO
from pathlib import Path
from threading import Event, Thread

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import DatabaseError, connections, transaction
from django.test import Client
from django.utils import timezone

from juxian.audit import chain
from juxian.audit.log import record
from juxian.audit.models import AuditEntry
from juxian.files.store import path_of, store
from juxian.keep import backup as backup_module
from juxian.keep import manifest, rows
from juxian.keep.backup import backup
from juxian.keep.restore import restore
from juxian.people.models import ActivationTry, Member, Town
from tests import template
from tests.factories import TownFactory, UserFactory
from tests.keep.conftest import post, state, wipe
from tests.matrix.table import ADMIN, TABLE
from tests.matrix.towns import County, build_county
from tests.matrix.walk import Walker, calls, patterns
from trainings.models import HourEntry

ROOT = Path(__file__).resolve().parents[2]
NOW = "2026-11-23 10:00+08:00"
PAGES = 50
ROLES = {"town": "clerk", "me": "member", "admin": "county", "public": "anonymous", "inspect": "inspector"}
WRITTEN_MEANWHILE = {"audit.auditentry", "audit.auditseal"}  # their pages show what the writer wrote
CHANGING = re.compile(rb'name="(?:csrfmiddlewaretoken|key)" value="[^"]+"')
pytestmark = pytest.mark.django_db(transaction=True)


class Writer(Thread):
    """Somebody who works on: two rows of far apart tables in each transaction, until told to stop."""

    def __init__(self) -> None:
        super().__init__()
        self.town, self.enough, self.written = Town.objects.first(), Event(), 0

    def run(self) -> None:
        try:
            while not self.enough.is_set():
                with transaction.atomic():
                    record(by=None, action="test.pair", subject=self.town, summary="一对")
                    ActivationTry.objects.create(at=timezone.now(), origin_digest="x")
                self.written += 1
        finally:
            connections.close_all()

    def __enter__(self) -> "Writer":
        self.start()
        while self.written < 3:
            self.join(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self.enough.set()
        self.join()


def counts(made: manifest.Manifest) -> dict[str, int]:
    return {table.name: table.rows for table in made.tables}


def pages(county: County, rng: random.Random) -> list[tuple[str, str]]:
    """Role and address of pages of all doors, drawn at random."""
    named = [(name, TABLE[name]) for name, _ in patterns() if name in TABLE]
    found = [
        (ROLES[row.audience], call.path)
        for name, row in named
        if row.audience in ROLES and "GET" in row.methods and not row.also
        for call in calls(name, row, county)[:1]
    ]
    found += [("county", f"/admin/{model.replace('.', '/')}/") for model in ADMIN if model not in WRITTEN_MEANWHILE]
    return rng.sample(sorted(found), PAGES)


def fetch(county: County, wanted: list[tuple[str, str]]) -> list[tuple[str, int, bytes]]:
    """Address, status and text of each page; a spreadsheet carries the moment it was made."""
    walker, found = Walker(county), []
    for role, path in wanted:
        got = walker.clients[role].get(path)
        is_page = got.headers.get("Content-Type", "").startswith("text/html")
        found.append((path, got.status_code, CHANGING.sub(b"", b"".join(got)) if is_page else b""))
        got.close()  # a stored file is sent by an open one
    return found


@pytest.mark.trust("B8")
@time_machine.travel(NOW, tick=False)
def test_everything_comes_back_from_a_backup_made_during_writes(tmp_path) -> None:
    """Fill, back up while somebody writes, wipe, restore: counts, digests, sealed columns, files, fifty pages."""
    county = build_county()
    post(county.ours.member, "one")
    post(county.ours.member, "two", -4, reverses=HourEntry.objects.get(key="one"), reason="记错")
    chain.seal(timezone.now())
    numbers = list(Member.objects.order_by("pk").values_list("id_number", "id_index"))
    wanted = pages(county, random.Random(8))
    before = fetch(county, wanted)

    with Writer() as writer:
        made = backup(tmp_path / "kept")
    pairs = counts(made)["people_activationtry"]
    assert 3 <= pairs <= writer.written

    wipe()
    assert Town.objects.count() == 0
    assert restore(tmp_path / "kept") == made
    again = backup(tmp_path / "again")
    assert (again.tables, again.files, len(again.files) > 0) == (made.tables, made.files, True)
    assert AuditEntry.objects.filter(action="test.pair").count() == ActivationTry.objects.count() == pairs
    assert list(Member.objects.order_by("pk").values_list("id_number", "id_index")) == numbers
    assert (chain.verify(), chain.head()) == ([], tuple(made.audit_head))
    assert fetch(county, wanted) == before
    call_command("verify", stdout=StringIO())


def test_a_backup_without_the_snapshot_is_torn(tmp_path, monkeypatch) -> None:
    """Twin: read table by table with nothing to hold the moment, the two rows of a pair part sooner or later."""
    monkeypatch.setattr(backup_module, "one_moment", nullcontext)
    TownFactory()
    with Writer():
        made = (counts(backup(tmp_path / str(attempt))) for attempt in range(20))
        assert any(one["audit_auditentry"] != one["people_activationtry"] for one in made)


def other_engine(folder: Path, *command: str) -> str:
    """Run a command on a SQLite database of its own, with the same keys; what it printed last."""
    folder.mkdir(exist_ok=True)
    own = {"VAR_DIR": str(folder), "DATABASE_URL": f"sqlite:///{folder / 'own.sqlite3'}"}
    keys = {"SECRET_KEY": settings.SECRET_KEY, "FIELD_KEYS": settings.FIELD_KEYS}
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=os.environ | own | keys,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.splitlines()[-1] if done.stdout else ""


@pytest.mark.trust("B11")
def test_rows_move_to_sqlite_and_back(portal, kept, tmp_path) -> None:
    """On PostgreSQL this is the move in both directions; on SQLite the same between two files."""
    before, there = state(), tmp_path / "var"
    there.mkdir()
    template.copy_to(there / "own.sqlite3")
    moved = json.loads(other_engine(there, "restore", str(kept)))
    assert json.loads(other_engine(there, "backup", str(tmp_path / "back"))) == moved
    first, second = manifest.read(kept), manifest.read(tmp_path / "back")
    assert (first.tables, first.files, second.engine) == (second.tables, second.files, "sqlite")
    wipe()
    restore(tmp_path / "back")
    assert state() == before


def test_guards_hold_after_a_restore_and_new_rows_get_new_keys(portal, kept) -> None:
    highest = HourEntry.objects.order_by("-pk")[0].pk
    restore(kept, replace=True)
    for refused in (
        lambda: HourEntry.objects.update(hours=9),
        lambda: HourEntry.objects.all()._raw_delete("default"),
        lambda: AuditEntry.objects.update(summary="x"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            refused()
    assert post(portal.member, "three").pk > highest
    assert store([b"x"], name="x", kind="x").pk > portal.file.pk


def test_replacing_takes_away_what_is_not_in_the_backup(portal, kept) -> None:
    before = state()
    later = path_of(store([b"later"], name="后来.xlsx", kind="xlsx"))
    TownFactory()
    Client().force_login(portal.member.user or UserFactory())
    restore(kept, replace=True)
    assert state() == before
    assert (later.exists(), Session.objects.count()) == (False, 0)


def test_a_restore_mends_a_damaged_file(portal, kept) -> None:
    path_of(portal.file).write_bytes(b"damaged")
    restore(kept, replace=True)
    assert path_of(portal.file).read_bytes() == b"content"


def test_commands_say_what_they_did(portal, tmp_path) -> None:
    said = StringIO()
    call_command("backup", tmp_path / "kept", stdout=said)
    facts = json.loads(said.getvalue().splitlines()[-1])
    made = manifest.read(tmp_path / "kept")
    assert facts == {
        "tables": len(rows.kept_tables()),
        "rows": sum(number for number, _ in state().values()) - 1,
        "files": 1,
        "bytes": sum(
            path.stat().st_size
            for path in (tmp_path / "kept").rglob("*")
            if path.is_file() and path.name != "manifest.json"
        ),
    }
    assert f"审计链到第 1 环，末环 {made.audit_head[1]}。" in said.getvalue()
    wipe()
    said = StringIO()
    call_command("restore", tmp_path / "kept", stdout=said)
    assert json.loads(said.getvalue().splitlines()[-1]) == facts
