"""Real processes on a real database of their own, for races, kills and workers."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

import redis

from tests import template

ROOT = Path(__file__).resolve().parents[2]


def run(environment: dict[str, str], *words: str) -> str:
    """A command to its end; its standard output."""
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def racer(environment: dict[str, str], *words: str) -> dict[str, int]:
    """One step of `racer.py`; its answer, if it has one."""
    return json.loads(run(environment, "-m", "tests.obligations.racer", *words) or "{}")


def start_sweeper(environment: dict[str, str], seconds: int, shift: int = 0) -> subprocess.Popen:
    """A sweeper that is ready and waits for `go`; its clock is wrong by `shift` seconds."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.obligations.racer", "sweep", str(seconds), str(shift)],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen) -> None:
    """Let a waiting sweeper run."""
    process.stdin.write("\n")
    process.stdin.flush()


def end(process: subprocess.Popen, how: int = signal.SIGKILL) -> None:
    """End a process that we started, and close what it held."""
    if process.poll() is None:
        os.kill(process.pid, how)
    process.wait(timeout=30)
    for stream in (process.stdin, process.stdout):
        if stream:
            stream.close()


@contextmanager
def own_database(directory: Path, url: str) -> Iterator[dict[str, str]]:
    """The environment of processes with a database of their own: on the server of `url`, or SQLite in `directory`."""
    environment = {**os.environ, "VAR_DIR": str(directory), "LOG_LEVEL": "ERROR", "SWEEP_SECONDS": "1"}
    name = f"test_processes_{os.getpid()}_{token_hex(3)}"
    if not url.startswith("postgres"):
        yield environment | {"DATABASE_URL": template.copy_to(directory / f"{name}.sqlite3")}
        return
    with template.server_cursor(url) as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {template.name_on(url)}")
        try:
            yield environment | {"DATABASE_URL": template.at(url, name)}
        finally:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


class RedisServer:
    """A Redis of a test's own, which it may flush, stop and start again on the same port."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.directory)]
        self.process = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL)
        until = time.monotonic() + 20
        with redis.Redis(port=self.port) as client:
            while time.monotonic() < until:
                try:
                    client.ping()
                except redis.ConnectionError:
                    time.sleep(0.05)
                else:
                    return
        raise AssertionError("redis-server does not answer")

    def stop(self) -> None:
        """End it; what it held is gone."""
        self.process.terminate()
        self.process.wait(timeout=20)


@contextmanager
def own_redis(directory: Path) -> Iterator[RedisServer]:
    """A running Redis of the test's own."""
    server = RedisServer(directory)
    server.start()
    try:
        yield server
    finally:
        server.stop()
