"""Ringing for a worker: once per transaction, never late, never an error."""

import os
import socket
import subprocess
import sys

import pytest
from celery import current_app
from django.db import transaction

from juxian.obligations import doorbell, owe
from juxian.obligations.models import Obligation
from juxian.obligations.registry import Done
from juxian.obligations.sweep import sweep
from juxian.obligations.tasks import sweep as task
from tests.obligations.effects import NOW, drafts, effects, plain
from tests.obligations.processes import ROOT

pytestmark = [pytest.mark.django_db, pytest.mark.db_engine]

RING = """
import atexit, time, django
ended = []
atexit.register(lambda: print(time.monotonic() - ended[0], flush=True))
django.setup()
from juxian.obligations.doorbell import bell, publish, ring
begun = time.monotonic()
for _ in range(1000):
    ring()
print(time.monotonic() - begun, flush=True)
print({call})
ended.append(time.monotonic())
"""


@pytest.fixture
def rings(monkeypatch) -> list[str]:
    heard: list[str] = []
    monkeypatch.setattr(owe, "ring", lambda: heard.append("ring"))
    return heard


def test_many_owed_in_one_transaction_ring_once(rings, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        for draft in drafts(*range(50)):
            owe.owe(draft)
        owe.owe_many(drafts(*range(100)))

    assert rings == ["ring"]
    assert Obligation.objects.count() == 100


@pytest.mark.trust("A9")
def test_a_rolled_back_savepoint_takes_its_ring_along(rings, django_capture_on_commit_callbacks):
    def fail():
        with transaction.atomic():
            owe.owe(drafts(1)[0])
            raise ValueError

    with django_capture_on_commit_callbacks(execute=True):
        with pytest.raises(ValueError):  # noqa: PT011 our own
            fail()
        assert rings == []
    assert (rings, Obligation.objects.count()) == ([], 0)
    with django_capture_on_commit_callbacks(execute=True):
        owe.owe(drafts(1)[0])
    assert rings == ["ring"]


def test_nobody_rings_inside_a_sweep(kinds, monkeypatch):
    asked = []
    monkeypatch.setattr(doorbell.bell, "ring", lambda: asked.append(1))
    kinds.add(plain(perform=lambda row, now, prepared: owe.wake() or Done()))
    owe.insert_missing(drafts(1))

    sweep(NOW)
    assert asked == []
    owe.wake()
    assert asked == [1]


@pytest.fixture
def silent_broker():
    """A port that accepts and never answers, as a hung Redis."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


def _ring_in_a_process(call: str, **environment: str) -> tuple[float, str, float]:
    """Seconds that 1,000 rings took, the answer to `call`, seconds that the bell held up the end of the process."""
    done = subprocess.run(
        [sys.executable, "-c", RING.replace("{call}", call)],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "juxian.settings", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    spent, answer, ending = done.stdout.splitlines()
    return float(spent), answer, float(ending)


@pytest.mark.trust("A4")
def test_a_hung_broker_costs_the_caller_nothing_and_the_end_a_second(tmp_path, silent_broker):
    spent, _, ending = _ring_in_a_process("0", REDIS_URL=silent_broker, VAR_DIR=str(tmp_path))

    assert spent < 0.5
    assert ending < doorbell.PATIENCE + 0.5


def test_a_broker_that_is_gone_is_one_line_in_the_log(tmp_path):
    spent, answer, ending = _ring_in_a_process("publish()", REDIS_URL="redis://127.0.0.1:1/0", VAR_DIR=str(tmp_path))

    assert spent < 0.5
    assert answer == "False"
    assert ending < doorbell.PATIENCE + 0.5


def test_a_burst_of_rings_is_one_or_two_messages(tmp_path):
    _, answer, _ = _ring_in_a_process("bell.settle(5)", REDIS_URL="", VAR_DIR=str(tmp_path))

    assert answer == "True"
    assert len(list((tmp_path / "broker" / "queue").iterdir())) in {1, 2}


def test_an_unwritable_broker_folder_is_harmless(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    folder = str(tmp_path / "file" / "queue")
    monkeypatch.setitem(current_app.conf, "broker_url", "filesystem://")
    monkeypatch.setitem(
        current_app.conf, "broker_transport_options", {"data_folder_in": folder, "data_folder_out": folder}
    )

    assert doorbell.publish() is False


@pytest.mark.trust("A8")
def test_the_task_only_sweeps(kinds):
    kinds.add(plain(generate=lambda now: drafts(1, due=now)))

    task()
    task()

    assert effects() == [(1, 0)]
    assert task.name == doorbell.TASK
