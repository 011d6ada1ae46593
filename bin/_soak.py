"""One part of bin/soak: `chaos` on one engine, or `files`. Writes its line of docs/soak.md; exit 1 if a promise broke."""

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
from tests.obligations.chaos import Chaos  # noqa: E402
from tests.obligations.processes import own_database, own_redis  # noqa: E402
from tests.sheets.fuzz import feed  # noqa: E402

PAGE = ROOT / "docs" / "soak.md"
TITLE = """# The last soak

Written by `bin/soak`: the last result of each part, whatever it was. A killed process is a worker (every twentieth a
beat) ended by `kill -9` in the middle of its work; half way the broker is emptied once (FLUSHALL, or every file of the
folder). Every due row leaves one effect that nothing makes unique. *Lost* are rows without an effect, *doubled* effects
beyond one a row, *again* the rows that more than one worker had to take up: they show that the kills hit.

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
    parser.add_argument("part", choices=["chaos", "files"])
    parser.add_argument("--rows", type=int, default=18_000)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--minutes", type=float, default=30, help="每种数据库的时间上限")
    parser.add_argument("--files", type=int, default=20_000)
    options = parser.parse_args()
    template.begin()
    try:
        return 0 if {"chaos": chaos, "files": files}[options.part](options) else 1
    finally:
        template.end()


if __name__ == "__main__":
    sys.exit(main())
