"""The broker goes away, forgets, or cuts everybody off: due work is late at most, and no page waits."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from celery import current_app
from django.urls import reverse

from juxian.obligations import doorbell
from juxian.obligations.models import Obligation
from juxian.obligations.owe import insert_missing
from tests.obligations.brokers import Folder, ProxiedRedis
from tests.obligations.chaos import KINDS, connect, kill_group, start_beat, start_workers, wait_for
from tests.obligations.effects import drafts
from tests.obligations.processes import racer

pytestmark = [pytest.mark.db_engine]


@pytest.fixture
def broker(tmp_path) -> Iterator[Folder | ProxiedRedis]:
    """A running broker of the kind under test."""
    one = ProxiedRedis(tmp_path) if os.environ.get("REDIS_URL") else Folder(tmp_path)
    one.start()
    try:
        yield one
    finally:
        one.close()


@pytest.fixture
def portal(own_database, broker, tmp_path) -> Iterator[None]:
    """Two workers and a beat at work."""
    environment = {**own_database, **broker.environment, "VAR_DIR": str(tmp_path), "LOG_LEVEL": "CRITICAL"}
    racer(environment, "fill", "40", *KINDS)
    processes = [start_beat(environment), start_workers(environment, 2)]
    try:
        with closing(connect(environment)) as watch:
            assert wait_for(watch, 40) == 40
        yield
    finally:
        for process in processes:
            kill_group(process)


def report(environment: dict[str, str], number: int) -> tuple[int, int, int]:
    """Rows done in time, effects, different effects."""
    with closing(connect(environment)) as watch:
        done = wait_for(watch, number)
    found = racer(environment, "report")
    return done, found["effects"], found["subjects"]


@pytest.mark.trust("A3")
def test_a_broker_that_stops_and_comes_back_empty_costs_only_time(own_database, portal, broker):
    broker.stop()
    racer(own_database, "fill", "1000", *KINDS)
    time.sleep(1)
    broker.start()

    assert report(own_database, 1000) == (1000, 1000, 1000)


@pytest.mark.trust("A5")
def test_a_broker_that_drops_everybody_five_times_is_found_again(own_database, portal, broker):
    for _ in range(5):
        time.sleep(0.6)
        broker.drop()
    racer(own_database, "fill", "200", *KINDS)

    assert report(own_database, 200) == (200, 200, 200)


@pytest.mark.trust("A4")
@pytest.mark.django_db(transaction=True)
def test_a_page_that_rings_at_a_hung_broker_does_not_wait_for_it(client, county, kinds, monkeypatch):
    insert_missing(drafts(1))
    Obligation.objects.update(state="parked")
    client.force_login(county)
    bell = doorbell.Bell()
    monkeypatch.setattr(doorbell, "bell", bell)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes the connection and never answers
        monkeypatch.setitem(current_app.conf, "broker_url", f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        monkeypatch.setitem(current_app.conf, "broker_transport_options", {"socket_timeout": 5})
        form = {"action": "retry_parked", "_selected_action": [Obligation.objects.get().pk]}

        page = client.post(reverse("admin:obligations_obligation_changelist"), form)

        assert (page.status_code, Obligation.objects.get().state) == (302, "due")
        assert bell.settle(0) is False  # the page is there, the bell still waits
        assert bell.settle(20) is True  # and gives up by itself
