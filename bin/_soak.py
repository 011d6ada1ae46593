"""One part of bin/soak: `chaos` or `upload` on one engine, or `files`. Writes its line of docs/soak.md; exit 1 if a promise broke."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests import template  # noqa: E402  # the path comes first
from tests.browser.portal import running_portal  # noqa: E402
from tests.courses.broken_off import Sender  # noqa: E402
from tests.obligations.chaos import Chaos  # noqa: E402
from tests.obligations.processes import own_database, own_redis  # noqa: E402
from tests.sheets.fuzz import feed  # noqa: E402

MEMORY = 300  # MB, of one process of the web server
PAGE = ROOT / "docs" / "soak.md"
TITLE = """# The last soak

Written by `bin/soak`: the last result of each part, whatever it was. A killed process is a worker (every twentieth a
beat) ended by `kill -9` in the middle of its work; half way the broker is emptied once (FLUSHALL, or every file of the
folder). Every due row leaves one effect that nothing makes unique. *Lost* are rows without an effect, *doubled* effects
beyond one a row, *again* the rows that more than one worker had to take up: they show that the kills hit.
An upload is a video of so many MB (*rows*), broken off in the middle of a piece (*kills*) and resumed (*again*); it held if
what was sent, what is stored and what a reader gets have one digest, and no web process was ever above 300 MB.

| part | when | commit | rows | kills | again | lost | doubled | seconds | cores | verdict |
| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |
"""


def chaos(options: argparse.Namespace) -> bool:
    """Due work under kills; True if nothing was lost or doubled and all kills took place in time."""
    url = os.environ.get("SOAK_DATABASE_URL", "")
    name = "PostgreSQL, Redis" if url else "SQLite, files"
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=os.environ["VAR_DIR"])))
        environment = stack.enter_context(own_database(directory, url))
        if url:
            environment |= {"REDIS_URL": stack.enter_context(own_redis(directory)).url}
        found = Chaos(environment, options.rows, options.kills, options.minutes * 60).run()
    lost, doubled = options.rows - found["subjects"], found["effects"] - found["subjects"]
    held = (lost, doubled, found["open"], found["kills"], found["emptied"]) == (0, 0, 0, options.kills, 1)
    print(json.dumps({"part": name} | found))
    write(name, options.rows, found["kills"], found["again"], lost, doubled, found["seconds"], held)
    return held


def upload(options: argparse.Namespace) -> bool:
    """A large file in pieces through the real server; True if every byte arrived and memory stayed bounded."""
    url = os.environ.get("SOAK_DATABASE_URL", "")
    if url:
        os.environ["DATABASE_URL"] = url
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=os.environ["VAR_DIR"])))
        portal = stack.enter_context(running_portal(folder, "test_soak_upload", sweep_seconds=3600))
        sender = Sender(portal, options.megabytes, options.breaks)
        found = sender.run()
    whole = found["sent"] == found["sha256"] == found["came_back"] and found["size"] == sender.size
    held = whole and found["uploads"] == 0 and sender.resent == options.breaks and found["memory"] <= MEMORY
    name = f"upload, {'PostgreSQL' if url else 'SQLite'}"
    print(json.dumps({"part": name} | found))
    write(name, options.megabytes, options.breaks, sender.resent, 0 if whole else "?", "", found["seconds"], held)
    return bool(held)


def files(options: argparse.Namespace) -> bool:
    """Generated files into the import reader; True if each was read or refused with a sentence."""
    started = monotonic()
    trouble = feed(options.files)
    print(json.dumps({"part": "files", "files": options.files, "trouble": trouble}))
    write("generated files, import reader", options.files, "", "", "", "", round(monotonic() - started), not trouble)
    return not trouble


def write(name: str, *figures: Any) -> None:
    """Put the line of `name` in the place of its last one."""
    *numbers, held = figures
    when = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %z")
    cells = [name, when, commit(), *numbers, os.cpu_count(), "held" if held else "**broken**"]
    old = PAGE.read_text().splitlines() if PAGE.exists() else []
    rows = {line.split(" | ")[0]: line for line in old if line.startswith("| ") and line.count("|") == 12}
    rows = {key: line for key, line in rows.items() if key not in ("| part", "| ---")}
    rows[f"| {name}"] = f"| {' | '.join(map(str, cells))} |"
    PAGE.write_text(TITLE + "\n".join(rows[key] for key in sorted(rows)) + "\n")


def commit() -> str:
    """The commit under test, with a + if files differ from it."""
    head = _git("rev-parse", "--short", "HEAD") or "unknown"
    return f"{head}+" if _git("status", "--porcelain", "--untracked-files=no", "--", ":!docs/soak.md") else head


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/soak", description="到期事务的长时间中断试验")
    parser.add_argument("part", choices=["chaos", "files", "upload"])
    parser.add_argument("--rows", type=int, default=18_000)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--minutes", type=float, default=30, help="每种数据库的时间上限")
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--breaks", type=int, default=20, help="上传断开几次")
    options = parser.parse_args()
    template.begin()
    try:
        return 0 if {"chaos": chaos, "files": files, "upload": upload}[options.part](options) else 1
    finally:
        template.end()


if __name__ == "__main__":
    sys.exit(main())
