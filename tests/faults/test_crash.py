"""PostgreSQL crashes and recovers while a class answers: what was acknowledged is stored, and nobody reads a stack trace.

The server is our own, started and crashed here: the one of the other tests goes on.
"""

import asyncio
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from tests.browser.portal import free_port, running_portal
from tests.faults.room import ANSWERS, PEOPLE, Room
from tests.load.phones import allow_connections
from tests.load.test_exam_rush import STORED, WORLD, lost
from tests.obligations.processes import run

pytestmark = [pytest.mark.db_engine]


class Cluster:
    """A PostgreSQL of our own that promises what it commits (fsync on, as installed)."""

    def __init__(self, folder: Path) -> None:
        self.bin = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
        self.folder, self.port = folder, free_port()
        self.url = f"postgres://junan@127.0.0.1:{self.port}/postgres"
        self.crashes = 0

    def run(self, program: str, *words: str) -> None:
        """PostgreSQL refuses to run as root; then the user of its package runs it."""
        as_server = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        subprocess.run([*as_server, self.bin / program, *words], check=True, capture_output=True, timeout=60, cwd="/")

    def control(self, *words: str) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self.folder} -c max_connections=50"
        self.run("pg_ctl", "-D", f"{self.folder}/data", "-w", "-l", f"{self.folder}/log", "-o", options, *words)

    def crash(self) -> None:
        """End without a checkpoint, as a power cut would, and recover."""
        self.control("-m", "immediate", "restart")
        self.crashes += 1


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="junan-crash."))  # short: socket paths must be
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
    made = Cluster(folder)
    made.run("initdb", "-D", f"{folder}/data", "-U", "junan", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
    made.control("start")
    yield made
    made.control("-m", "immediate", "stop")
    shutil.rmtree(folder)


@pytest.mark.trust("B2")
def test_a_crash_under_load_loses_nothing_that_was_acknowledged(cluster, tmp_path, monkeypatch) -> None:
    allow_connections(4 * PEOPLE)
    monkeypatch.setattr("tests.browser.portal.scratch_database", lambda folder, name: nullcontext(cluster.url))
    run(os.environ | {"DATABASE_URL": cluster.url, "VAR_DIR": str(tmp_path)}, "manage.py", "migrate", "-v0")
    with running_portal(tmp_path, "test_crash", sweep_seconds=3600) as portal:
        room = Room(portal.url, json.loads(portal.manage("shell", "-v0", "-c", WORLD.format(people=PEOPLE))))
        attempts = asyncio.run(room.start())
        asyncio.run(room.answer(attempts, cluster.crash))
        stored = json.loads(portal.manage("shell", "-v0", "-c", STORED))

    assert cluster.crashes == 1
    assert set(room.met) == {503}  # the crash was met, and only as "try again"
    assert sum(map(len, room.said.answers.values())) == PEOPLE * ANSWERS
    assert lost(room.said, stored["attempts"]) == []
