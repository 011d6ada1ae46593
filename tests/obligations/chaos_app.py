"""Workers for the chaos test: `python -m tests.obligations.chaos_app NUMBER` keeps so many of them alive.

Each is a Celery worker of the portal, a process of its own that consumes the broker and sweeps (pool "solo"). They are
forked from one that has everything loaded, so that the next one is there some milliseconds after a kill.
"""

import os
import sys
import time
from datetime import datetime

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "juxian.settings")
os.environ["CELERY_SKIP_CHECKS"] = "true"  # of the portal's pages; the tests of the doors run them
django.setup()

from celery.apps import worker as _worker  # noqa: E402, F401 loaded before the fork
from celery.worker import consumer as _consumer  # noqa: E402, F401 loaded before the fork
from kombu.transport import filesystem as _filesystem  # noqa: E402, F401 loaded before the fork

from juxian.celery import app  # noqa: E402 after setup
from juxian.obligations import claims, sweep  # noqa: E402
from juxian.obligations.models import Obligation  # noqa: E402
from juxian.obligations.registry import Done, Kind, registry  # noqa: E402
from tests.obligations.effects import perform  # noqa: E402

BATCHED, PREPARED = "chaos.batched", "chaos.prepared"
LEASE = 1
STALL = float(os.environ.get("CHAOS_STALL", "1.7"))  # longer than the lease: another worker takes the row over
STALLING = 200  # one row of so many: fewer at once than there are workers, so that somebody is left to take it over


def batched(row: Obligation, now: datetime, prepared: object) -> Done:
    """An effect, then a while in which the process can be killed."""
    done = perform(row, now, prepared)
    time.sleep(0.003)
    return done


def prepare(row: Obligation) -> None:
    """Work outside any transaction; every 200th row stalls beyond its lease at the first try."""
    time.sleep(STALL if row.subject_id % STALLING == 1 and row.attempts == 1 else 0.02)


registry.kinds.clear()
registry.chores.clear()
registry.add(Kind(BATCHED, "成批", batched, lease_seconds=LEASE, max_attempts=100))
registry.add(Kind(PREPARED, "先备后办", perform, prepare=prepare, lease_seconds=LEASE, max_attempts=100))

if os.environ.get("CHAOS_WITHOUT_FENCE"):
    claims.held = sweep.held = lambda rows, token: Obligation.objects.filter(pk__in=[row.pk for row in rows])


def serve() -> None:
    """Be a worker until killed."""
    options = ["--without-gossip", "--without-mingle", "-l", "CRITICAL", "-n", f"{os.getpid()}@%h"]
    app.worker_main(["--quiet", "worker", "-P", "solo", *options])


def keep(number: int) -> None:
    """Fork a worker whenever there are fewer than `number`."""
    living = 0
    while True:
        while living < number:
            if os.fork() == 0:
                serve()
                os._exit(0)
            living += 1
        os.wait()
        living -= 1


if __name__ == "__main__":
    keep(int(sys.argv[1]))
