"""A process of its own for the race tests: `python -m tests.obligations.racer fill|sweep|report …`."""

import json
import os
import sys
import time
from datetime import timedelta

import django
import time_machine

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "juxian.settings")
django.setup()

from django.utils import timezone  # noqa: E402 after setup

from juxian.obligations.models import Obligation  # noqa: E402
from juxian.obligations.owe import insert_missing  # noqa: E402
from juxian.obligations.registry import registry  # noqa: E402
from juxian.obligations.sweep import sweep  # noqa: E402
from juxian.rules.models import Rule  # noqa: E402
from tests.obligations.effects import drafts, perform, plain  # noqa: E402


def slow(row, now, prepared):
    """An effect, then a while in which the process can be killed."""
    done = perform(row, now, prepared)
    time.sleep(0.003)
    return done


def fill(number: str, *kinds: str) -> None:
    """Start over with so many rows that are due, of these kinds in turn."""
    Obligation.objects.all().delete()
    Rule.objects.all().delete()
    kinds = kinds or ("t.plain",)
    for place, kind in enumerate(kinds):
        insert_missing(drafts(*range(place, int(number), len(kinds)), kind=kind, due=timezone.now()))


def work(seconds: str, shift: str = "0") -> None:
    """Sweep again and again, as a worker does, until all is done or the time is over; the clock is wrong by `shift`."""
    if int(shift):
        time_machine.travel(timezone.now() + timedelta(seconds=int(shift))).start()
    registry.kinds.clear()
    registry.chores.clear()
    registry.add(plain(perform=slow, lease_seconds=1, max_attempts=50))
    print("ready", flush=True)  # noqa: T201 the parent waits for it
    sys.stdin.readline()
    until = time.monotonic() + float(seconds)
    while time.monotonic() < until and Obligation.objects.exclude(state="done").exists():
        sweep(timezone.now(), seconds=2)
        time.sleep(0.05)


def report() -> None:
    """What happened, as JSON."""
    subjects = [value[0] for value in Rule.objects.values_list("value", flat=True)]
    rows = Obligation.objects.all()
    found = {
        "effects": len(subjects),
        "subjects": len(set(subjects)),
        "open": rows.exclude(state="done").count(),
        "again": rows.filter(attempts__gt=1).count(),
    }
    print(json.dumps(found))  # noqa: T201 the answer


if __name__ == "__main__":
    {"fill": fill, "sweep": work, "report": report}[sys.argv[1]](*sys.argv[2:])
