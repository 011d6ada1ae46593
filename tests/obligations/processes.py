"""Real processes on a real database of their own, for races, kills and workers."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(environment: dict[str, str], *words: str) -> str:
    """A command to its end; its standard output."""
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def racer(environment: dict[str, str], *words: str) -> dict[str, int]:
    """One step of `racer.py`; its answer, if it has one."""
    return json.loads(run(environment, "-m", "tests.obligations.racer", *words) or "{}")


def start_sweeper(environment: dict[str, str], seconds: int) -> subprocess.Popen:
    """A sweeper that is ready and waits for `go`."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.obligations.racer", "sweep", str(seconds)],
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
