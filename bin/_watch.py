"""Ends when the worker lives and no longer works: bin/_watch.py ADDRESS [SECONDS] (started by bin/run).

Every SECONDS (60) it asks ADDRESS, the portal's /readyz, for the age of the scheduler's heartbeat. After ten answers in a
row that it is too old, it ends with exit code 3; bin/run then starts the worker again. No answer at all is the web
server's trouble, or the database's, and counts for nothing.
"""

import json
import sys
import time
import urllib.error
import urllib.request

PATIENCE = 10


def scheduler_is_late(address: str) -> bool:
    """Whether the portal says that its scheduler is late."""
    try:
        with urllib.request.urlopen(f"{address}?format=json", timeout=20) as answer:  # noqa: S310 our own address
            body = answer.read()
    except urllib.error.HTTPError as error:
        body = error.read()
    except OSError:
        return False
    try:
        checks = json.loads(body)["checks"]
    except (ValueError, KeyError):
        return False
    return bool(checks["database"] == "ok" != checks["scheduler"])


def main(address: str, seconds: float) -> int:
    """Ask until it is enough."""
    late = 0
    while late < PATIENCE:
        time.sleep(seconds)
        late = late + 1 if scheduler_is_late(address) else 0
    return 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 60))
