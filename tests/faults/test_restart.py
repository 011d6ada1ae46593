"""A new version is put in place while a class answers: the old server finishes what it began, nothing is lost."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.browser.portal import ROOT, SERVER, Portal, running_portal
from tests.faults.room import ANSWERS, PEOPLE, Room
from tests.load.phones import allow_connections
from tests.load.test_exam_rush import STORED, WORLD, lost

PATIENCE = 30  # seconds the old server has


def is_running(pid: int) -> bool:
    """Whether the process is there and has not ended (a child that nobody asked for yet stays as Z)."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False


class Deploy:
    """SIGTERM to the server, wait for its end, start the next one on the same port."""

    def __init__(self, portal: Portal) -> None:
        self.portal, self.in_time = portal, False
        self.next: subprocess.Popen | None = None

    def __call__(self) -> None:
        os.kill(self.portal.server, signal.SIGTERM)
        until = time.monotonic() + PATIENCE
        while is_running(self.portal.server) and time.monotonic() < until:
            time.sleep(0.1)
        self.in_time = not is_running(self.portal.server)
        port = str(urlsplit(self.portal.url).port)
        command = [
            Path(sys.executable).parent / "granian",
            "--interface",
            "wsgi",
            "--host",
            "127.0.0.1",
            "--port",
            port,
        ]
        self.next = subprocess.Popen([*command, *SERVER, "juxian.wsgi:application"], cwd=ROOT, env=self.portal.env)

    def end(self) -> None:
        if self.next:
            self.next.terminate()
            self.next.wait(timeout=PATIENCE)


@pytest.mark.trust("B7")
def test_a_restart_in_the_middle_of_an_exam_loses_nothing(tmp_path) -> None:
    allow_connections(4 * PEOPLE)
    with running_portal(tmp_path, "test_restart", sweep_seconds=3600) as portal:
        room = Room(portal.url, json.loads(portal.manage("shell", "-v0", "-c", WORLD.format(people=PEOPLE))))
        attempts = asyncio.run(room.start())
        deploy = Deploy(portal)
        try:
            asyncio.run(room.answer(attempts, deploy))
        finally:
            deploy.end()
        stored = json.loads(portal.manage("shell", "-v0", "-c", STORED))

    assert deploy.in_time
    assert room.tally.failures == []  # nobody met an error of the server
    assert room.tally.broken > 0  # some found it away, and tried again
    assert sum(map(len, room.said.answers.values())) == PEOPLE * ANSWERS
    assert lost(room.said, stored["attempts"]) == []
