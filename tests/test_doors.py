"""The shell doors, as far as a test can open them without starting the portal (the browser tests and .ci/run do that)."""

import json
import os
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from tests import template

ROOT = Path(__file__).resolve().parent.parent
DOORS = ["bin/run", "bin/test", "bin/check", "bin/bench", "bin/soak", "bin/shots", ".ci/run"]


def door(*command: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | env, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL
    )


@pytest.mark.parametrize("name", [*DOORS, "bin/_env.sh", "bin/_servers.sh"])
def test_door_is_sound_shell(name: str) -> None:
    assert door("bash", "-n", name).returncode == 0


@pytest.mark.parametrize("name", DOORS)
def test_door_can_be_opened(name: str) -> None:
    assert os.access(ROOT / name, os.X_OK)
    assert (ROOT / name).read_text().startswith("#!/usr/bin/env bash\n")


def test_run_refuses_a_taken_port(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = door("bin/run", PORT=port, VAR_DIR=str(tmp_path))
    assert done.returncode == 1
    assert f"端口 {port} 用不了" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_run_refuses_a_port_that_is_none(tmp_path: Path) -> None:
    done = door("bin/run", PORT="many", VAR_DIR=str(tmp_path))
    assert (done.returncode, "端口 many 用不了" in done.stderr) == (1, True)


def test_run_refuses_a_roster_that_is_not_there() -> None:
    done = door("bin/run", "--once", "/nowhere/roster.xlsx")
    assert (done.returncode, "读不到名册文件" in done.stderr) == (1, True)


def test_run_refuses_unknown_words() -> None:
    done = door("bin/run", "--twice")
    assert (done.returncode, done.stderr.strip()) == (1, "用法：bin/run [--once [名册文件]]")


def test_bench_refuses_unknown_rows() -> None:
    done = door("bin/bench", "everything")
    assert (done.returncode, "没有这一项：everything" in done.stderr) == (1, True)


def test_run_once_refuses_a_database_with_people(tmp_path: Path) -> None:
    here = {"VAR_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path / 'x.sqlite3'}", "REDIS_URL": ""}
    python = str(ROOT / ".venv/bin/python")
    template.copy_to(tmp_path / "x.sqlite3")
    make = "from juxian.people.models import User; User.objects.create_user('somebody', name='某人')"
    assert door(python, "manage.py", "shell", "-v0", "-c", make, **here).returncode == 0
    done = door(python, "manage.py", "run_once", **here)
    assert (done.returncode, "run_once 只在空库里运行" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ("SECRET_KEY", "SECRET_KEY"),
        ("FIELD_KEYS", "FIELD_KEYS"),
        ("ALLOWED_HOSTS", "ALLOWED_HOSTS"),
        ("DATABASE_URL", "DATABASE_URL"),
        ("REDIS_URL", "REDIS_URL"),
    ],
)
def test_production_starts_with_nothing_made_up(tmp_path: Path, missing: str, sentence: str) -> None:
    whole = {
        "PRODUCTION": "1",
        "SECRET_KEY": "Zk3" * 20,
        "FIELD_KEYS": "k1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
        "ALLOWED_HOSTS": "px.example.gov.cn",
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "VAR_DIR": str(tmp_path),
    }
    done = door(str(ROOT / ".venv/bin/python"), "manage.py", "check", **(whole | {missing: ""}))
    assert done.returncode != 0
    assert sentence in done.stderr.strip().splitlines()[-1]
    assert not (tmp_path / "keys.env").exists()


class Ready(BaseHTTPRequestHandler):
    """A portal whose scheduler is late at first, then well for once, then late for good."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        checks = {"database": "ok", "scheduler": "ok" if len(self.asked) == 6 else "后台没有心跳。"}
        if len(self.asked) == 8:
            checks = {"database": "数据库连不上。", "scheduler": "读不到后台心跳。"}
        self.send_response(503)
        self.end_headers()
        self.wfile.write(json.dumps({"checks": checks}).encode())

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def test_the_watch_ends_after_ten_late_answers_in_a_row() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Ready) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        done = door(sys.executable, "bin/_watch.py", f"http://127.0.0.1:{server.server_port}/readyz", "0.01")
        server.shutdown()
    assert (done.returncode, Ready.asked) == (3, ["/readyz?format=json"] * 18)
