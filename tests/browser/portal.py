"""The real portal as processes of its own: granian and one Celery worker with beat, on a scratch database."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests import template

ROOT = Path(__file__).resolve().parent.parent.parent
CHROMIUM = "/usr/bin/chromium"
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# The web server as bin/run starts it
SERVER = [
    "--workers",
    "2",
    "--no-ws",
    "--blocking-threads",
    "4",
    "--backpressure",
    "1000",
    "--respawn-failed-workers",
    "--log-level",
    "warning",
]


@dataclass
class Portal:
    """A running portal: where it answers, its environment for commands, the process of its web server."""

    url: str
    env: dict[str, str]
    log: Path
    server: int = 0

    def manage(self, *arguments: str, stdin: str | None = None) -> str:
        """Run a management command against the portal's database and return its standard output."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.env,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, f"{arguments}: {done.stdout}\n{done.stderr}"
        return done.stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def scratch_database(folder: Path, name: str):
    """A new migrated database beside the one in DATABASE_URL, or an SQLite file in `folder`. `test_…`: its clock may be moved."""
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        yield template.copy_to(folder / f"{name}.sqlite3")
        return
    with template.server_cursor(server) as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE {template.name_on(server)}')
        try:
            yield template.at(server, name)
        finally:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def wait_for(url: str, processes: list[subprocess.Popen], log: Path, seconds: int = 60) -> None:
    """Return when `url` answers; fail with the log when a process ends or time runs out."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            urllib.request.urlopen(url, timeout=2)  # noqa: S310 our own address
            return
        assert all(process.poll() is None for process in processes), log.read_text()
        time.sleep(0.2)
    raise AssertionError(f"{url} does not answer\n{log.read_text()}")


@contextmanager
def running_portal(folder: Path, name: str, sweep_seconds: int = 1):
    """Start everything on scratch data under `folder`, give a Portal, and end every process."""
    with scratch_database(folder, name) as database_url:
        port = free_port()
        env = {**os.environ, "VAR_DIR": str(folder / "var"), "PORT": str(port), "SWEEP_SECONDS": str(sweep_seconds)}
        env["DATABASE_URL"] = database_url
        portal = Portal(url=f"http://127.0.0.1:{port}", env=env, log=folder / "portal.log")
        for command in (["collectstatic", "--noinput", "-v0"], ["load_county"]):
            portal.manage(*command)
        bin_dir = Path(sys.executable).parent
        with portal.log.open("w") as log:
            processes = [
                subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
                for command in (
                    [bin_dir / "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
                    + [*SERVER, "juxian.wsgi:application"],
                    [bin_dir / "celery", "-A", "juxian", "worker", "-B", "-c", "1", "-l", "WARNING"]
                    + ["--without-gossip", "--without-mingle"],
                )
            ]
            portal.server = processes[0].pid
            try:
                wait_for(f"{portal.url}/healthz", processes, portal.log)
                yield portal
            finally:
                for process in processes:
                    process.terminate()
                for process in processes:
                    with suppress(subprocess.TimeoutExpired):
                        process.wait(timeout=20)
                    process.kill()
