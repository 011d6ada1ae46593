"""A real Celery worker with beat on the broker under test: woken by a commit, killed, started again."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest

from tests.obligations.processes import ROOT, run

pytestmark = [pytest.mark.db_engine]
WORKER = [
    "-m",
    "celery",
    "-A",
    "juxian",
    "worker",
    "-B",
    "-c",
    "2",
    "--without-gossip",
    "--without-mingle",
    "-l",
    "error",
]
TELL = """
from datetime import date
from juxian.messages.actions import Letter, tell_many
from juxian.obligations.models import Obligation
from juxian.people.models import Town
town, _ = Town.objects.get_or_create(code="9", name="示例镇", kind="town", active_from=date(2020, 1, 1))
tell_many([Letter(town, f"{mark}.{n}", "题", "文") for n in range({number})])
"""
LOOK = """
from juxian.messages.models import OutboundSend
from juxian.obligations.models import Heartbeat, Obligation
Obligation.objects.filter(state="leased").update(lease_until="2020-01-01T00:00:00Z") if {ends_leases} else None
print(*OutboundSend.objects.values_list("state", flat=True), *Heartbeat.objects.values_list("name", flat=True))
"""


def shell(environment, code: str, **values: object) -> Counter:
    for name, value in values.items():
        code = code.replace("{" + name + "}", str(value))
    return Counter(run(environment, "manage.py", "shell", "-v0", "-c", code).split())


def start(environment) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, *WORKER], cwd=ROOT, env=environment, start_new_session=True)


def wait_for(environment, number: int) -> Counter:
    until = time.monotonic() + 90
    found: Counter = Counter()
    while time.monotonic() < until:
        found = shell(environment, LOOK, ends_leases=False)
        if found["sent"] + found["unknown"] == number:
            break
        time.sleep(0.5)
    return found


@pytest.mark.trust("A1", "A18")
def test_a_worker_killed_in_the_middle_loses_nothing(own_database):
    environment = {**own_database, "OUTBOUND_CHANNELS": "console"}
    worker = start(environment)
    try:
        shell(environment, TELL, mark="first", number=5)
        found = wait_for(environment, 5)
        assert (found["sent"], found["worker"], found["sweep"]) == (5, 1, 1)

        shell(environment, TELL, mark="second", number=1000)
        time.sleep(0.5)
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(timeout=30)
        shell(environment, LOOK, ends_leases=True)
        worker = start(environment)
        found = wait_for(environment, 1005)
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(timeout=30)

    assert found["planned"] + found["sending"] == 0
    assert found["unknown"] <= 2  # one for each child that was killed
