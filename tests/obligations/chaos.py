"""Due work under kill -9: two beats, four workers, the broker emptied once in the middle."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2
import redis

from tests.obligations.processes import ROOT, racer

KINDS = ("chaos.batched", "chaos.prepared")
DONE = "SELECT count(*) FROM obligations_obligation WHERE state = 'done'"
WORKERS = 4
BEAT_EVERY = 20  # of so many kills one takes a beat, the others a worker


@dataclass
class Chaos:
    """One run in `environment`: `rows` due at once, `kills` spread over the work; it ends `linger` seconds after it."""

    environment: dict[str, str]
    rows: int
    kills: int
    seconds: float
    linger: float = 0
    dice: random.Random = field(default_factory=lambda: random.Random(20261123))
    beats: list[subprocess.Popen] = field(default_factory=list)
    killed: int = 0
    emptied: int = 0

    def run(self) -> dict[str, int]:
        """Do it; the counts at the end."""
        racer(self.environment, "fill", str(self.rows), *KINDS)
        started = time.monotonic()
        self.beats = [start_beat(self.environment, number) for number in range(2)]
        self.keeper = start_workers(self.environment, WORKERS)
        try:
            with closing(connect(self.environment)) as watch:
                self._disturb(watch, until=started + self.seconds)
            time.sleep(self.linger)
        finally:
            for process in [self.keeper, *self.beats]:
                kill_group(process)
        found = racer(self.environment, "report")
        return found | {"kills": self.killed, "emptied": self.emptied, "seconds": round(time.monotonic() - started)}

    def _disturb(self, watch: object, until: float) -> None:
        """Kill whenever the work has got on by a step, empty the broker half way, then wait for the rest."""
        step = self.rows * 0.9 / self.kills if self.kills else 0
        while (done := count(watch)) < self.rows and time.monotonic() < until:
            if self.killed < self.kills and done >= step * self.killed:
                self._kill()
            if self.kills and not self.emptied and self.killed >= self.kills / 2:
                empty_broker(self.environment)
                self.emptied += 1
            time.sleep(self.dice.uniform(0.02, 0.12))

    def _kill(self) -> None:
        """One worker at random; now and then one of the beats."""
        if self.killed % BEAT_EVERY == BEAT_EVERY - 1:
            number = self.dice.randrange(len(self.beats))
            kill_group(self.beats[number])
            self.beats[number] = start_beat(self.environment, number)
        elif workers := children(self.keeper):
            os.kill(self.dice.choice(workers), signal.SIGKILL)
        else:
            return
        self.killed += 1


def start_workers(environment: dict[str, str], number: int) -> subprocess.Popen:
    """Keep so many workers alive."""
    return _start(environment, "tests.obligations.chaos_app", str(number))


def start_beat(environment: dict[str, str], number: int = 0) -> subprocess.Popen:
    """A scheduler with its own notes of what it rang for."""
    schedule = str(Path(environment["VAR_DIR"]) / f"chaos-beat-{number}")
    words = ["--quiet", "-A", "juxian", "beat", "-s", schedule, "--pidfile=", "-l", "CRITICAL"]
    return _start(environment, "celery", *words)


def _start(environment: dict[str, str], module: str, *words: str) -> subprocess.Popen:
    quiet = subprocess.DEVNULL
    command = [sys.executable, "-m", module, *words]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=quiet, stderr=quiet, start_new_session=True)


def children(process: subprocess.Popen) -> list[int]:
    """Processes that it forked."""
    try:
        return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def kill_group(process: subprocess.Popen) -> None:
    """kill -9 for a process that we started and all its children."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=30)


def connect(environment: dict[str, str]) -> object:
    """A connection of the watcher's own."""
    url = environment["DATABASE_URL"]
    if url.startswith("sqlite:///"):
        return sqlite3.connect(url.removeprefix("sqlite:///"), timeout=30, isolation_level=None)
    connection = psycopg2.connect(url)
    connection.autocommit = True
    return connection


def count(connection: object) -> int:
    """Rows that are done."""
    with closing(connection.cursor()) as cursor:
        cursor.execute(DONE)
        return int(cursor.fetchone()[0])


def empty_broker(environment: dict[str, str]) -> None:
    """Whatever the broker held is gone: FLUSHALL, or no file left in the folder."""
    if url := environment.get("REDIS_URL"):
        with redis.Redis.from_url(url) as server:
            server.flushall()
        return
    for message in (Path(environment["VAR_DIR"]) / "broker" / "queue").iterdir():
        message.unlink(missing_ok=True)


def wait_for(connection: object, number: int, seconds: float = 240) -> int:
    """Wait until so many rows are done; how many there are at the end."""
    until = time.monotonic() + seconds
    while (done := count(connection)) < number and time.monotonic() < until:
        time.sleep(0.1)
    return done
