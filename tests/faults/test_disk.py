"""Full disks, many writers, killed processes: nothing half, nothing lost that was confirmed, and words for people."""

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier, Thread

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, close_old_connections, connection, connections, transaction

from juxian.audit.log import record
from juxian.audit.models import AuditEntry
from juxian.files.models import StoredFile
from juxian.files.store import store
from juxian.people.models import Branch, Town, User
from juxian.views.trouble import FULL
from tests.faults.cases import prepare
from tests.faults.test_broken_connection import everything, signed_in
from tests.matrix.towns import build_county

ROOT = Path(__file__).resolve().parents[2]
MEGABYTE = 1024 * 1024


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


# Uploads -----------------------------------------------------------------------------------------------
@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file may grow beyond `size`: the system refuses the write in the middle, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.db_engine
@pytest.mark.trust("B4")
@pytest.mark.django_db(transaction=True)
def test_a_disk_that_fills_up_during_an_upload(settings, tmp_path) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "arriving"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    county = build_county()
    prepare(county)
    ours, clerk = county.ours, signed_in(county.ours.clerk_user)
    page = f"/town/trainings/{ours.training_class.pk}/papers/{ours.spare_item.pk}/add/"
    content = b"%PDF-1.4 " + b"x" * (15 * MEGABYTE)
    before, kept = everything(), files_below(Path(settings.MEDIA_ROOT))

    with room_for(14 * MEGABYTE):
        answer = clerk.post(page, {"file": SimpleUploadedFile("预算.pdf", content)})
        others = [clerk.get(path).status_code for path in ("/town/", "/town/members/", "/town/trainings/")]

    assert (answer.status_code, FULL in answer.content.decode()) == (503, True)
    assert others == [200, 200, 200]
    assert everything() == before
    assert files_below(Path(settings.MEDIA_ROOT)) == kept
    assert files_below(Path(settings.FILE_UPLOAD_TEMP_DIR)) == []
    assert clerk.post(page, {"file": SimpleUploadedFile("预算.pdf", content)}).status_code == 302
    assert len(files_below(Path(settings.MEDIA_ROOT))) == len(kept) + 1


@pytest.mark.db_engine
@pytest.mark.trust("B4")
def test_a_truncated_file_never_stays(db, settings) -> None:
    with room_for(14 * MEGABYTE), pytest.raises(OSError, match="File too large"):
        store([b"x" * MEGABYTE] * 15, name="a.pdf", kind="pdf")
    assert (files_below(Path(settings.MEDIA_ROOT)), StoredFile.objects.count()) == ([], 0)


# The database's own disk ---------------------------------------------------------------------------------
@contextmanager
def full_database() -> Iterator[None]:
    """SQLite gets no page more. PostgreSQL's disk is not ours to fill: there a trigger gives the server's own error."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("VACUUM")  # no room left by what other tests deleted
            cursor.execute("PRAGMA page_count")
            cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
        else:
            cursor.execute(
                "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION"
                " 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;"
                " CREATE TRIGGER full_disk BEFORE INSERT ON people_branch EXECUTE FUNCTION full_disk();"
                " CREATE TRIGGER full_disk BEFORE INSERT ON audit_auditentry EXECUTE FUNCTION full_disk();"
            )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA max_page_count = 1073741823")
            else:
                cursor.execute("DROP FUNCTION full_disk() CASCADE")


def _fill(town: Town) -> None:
    for number in range(5000):
        Branch.objects.create(town=town, name=f"{'长' * 70}{number}")


@pytest.mark.db_engine
@pytest.mark.trust("B5")
@pytest.mark.django_db(transaction=True)
def test_a_full_database_refuses_writes_and_goes_on_reading() -> None:
    county = build_county()
    clerk = signed_in(county.ours.clerk_user)
    bank = {"code": "VOLL", "name": "示例题库" * 9, "town": county.ours.town.pk}
    town = county.ours.town
    with full_database():
        with pytest.raises(OperationalError, match=r"full|No space left"):
            _fill(town)
        before = everything()
        answers = [clerk.post("/town/banks/add/", bank | {"code": f"V{number}"}) for number in range(20)]
        refused = [one for one in answers if one.status_code != 302]
        reads = [clerk.get(path).status_code for path in ("/town/", "/town/members/", "/town/banks/")]

    assert refused != []
    assert [(one.status_code, FULL in one.content.decode()) for one in refused] == [(503, True)] * len(refused)
    assert reads == [200, 200, 200]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            assert cursor.fetchall() == [("ok",)]
    else:
        assert everything() == before
    assert clerk.post("/town/banks/add/", bank).status_code == 302


# Many writers --------------------------------------------------------------------------------------------
def _write_together(threads: int, each: int, user: User) -> list[Exception]:
    """Every thread reads and then writes, in one transaction, so many times; what went wrong."""
    errors: list[Exception] = []
    gate = Barrier(threads)

    def work(number: int) -> None:
        close_old_connections()
        gate.wait()
        try:
            for turn in range(each):
                with transaction.atomic():
                    User.objects.filter(pk=user.pk).count()
                    record(by=user, action="test.write", subject=user, summary=f"{number}.{turn}")
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    workers = [Thread(target=work, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return errors


@pytest.mark.db_engine
@pytest.mark.trust("B3")
@pytest.mark.django_db(transaction=True)
def test_many_writers_never_hear_of_a_lock(county) -> None:
    assert _write_together(20, 40, county) == []
    assert AuditEntry.objects.filter(action="test.write").count() == 800


def test_the_twin_that_upgrades_a_read_hears_of_it(tmp_path) -> None:
    """Without BEGIN IMMEDIATE the second writer is refused at once, however long it would wait."""
    path = tmp_path / "x.sqlite3"
    first, second = (sqlite3.connect(path, timeout=30, isolation_level=None) for _ in range(2))
    first.execute("PRAGMA journal_mode=WAL")
    first.execute("CREATE TABLE t (n)")
    for one in (first, second):
        one.execute("BEGIN")
        one.execute("SELECT * FROM t").fetchall()
    first.execute("INSERT INTO t VALUES (1)")
    first.execute("COMMIT")
    with pytest.raises(sqlite3.OperationalError, match="database is locked"):
        second.execute("INSERT INTO t VALUES (2)")
    for one in (first, second):
        one.close()


# Killed in the middle of writing -----------------------------------------------------------------------------
WRITER = """
import sys, django
django.setup()
from django.db import connection, transaction
with connection.cursor() as cursor:
    cursor.execute("CREATE TABLE IF NOT EXISTS kept (number integer)")
    print(cursor.execute("PRAGMA synchronous").fetchone()[0], flush=True)
    for number in range(int(sys.argv[1]), 100000):
        with transaction.atomic():
            cursor.execute("INSERT INTO kept VALUES (%s)", [number])
        print(number, flush=True)
"""


@pytest.mark.trust("B6")
def test_what_was_confirmed_before_a_kill_is_in_a_copy_of_the_files(tmp_path) -> None:
    """The portal's own connection on SQLite (PostgreSQL keeps its own promise). The files are copied as they lie."""
    environment = {
        **os.environ, "VAR_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path / 'x.sqlite3'}", "REDIS_URL": "",
        "DJANGO_SETTINGS_MODULE": "juxian.settings",
    }  # fmt: skip
    confirmed = -1
    for number in range(3):
        command = [sys.executable, "-c", WRITER, str(confirmed + 1)]
        with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout.readline() == "2\n"  # FULL: the commit is on the disk before it is confirmed
            for line in writer.stdout:
                confirmed = int(line)
                if confirmed % 50 == 49:
                    writer.kill()
        copy = tmp_path / f"copy{number}"
        copy.mkdir()
        for part in tmp_path.glob("x.sqlite3*"):
            shutil.copy(part, copy)
        stored = sqlite3.connect(copy / "x.sqlite3")
        kept = [row for (row,) in stored.execute("SELECT number FROM kept ORDER BY number")]
        assert kept[: confirmed + 1] == list(range(confirmed + 1))
        assert len(kept) <= confirmed + 2  # at most the one that was not confirmed
        assert stored.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        stored.close()
        confirmed = kept[-1]
