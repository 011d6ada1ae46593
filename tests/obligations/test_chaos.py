"""Chaos on due work: sweepers, workers and beats killed, the broker emptied; every effect exactly once."""

import os
from collections.abc import Iterator

import pytest

from tests.obligations.chaos import Chaos
from tests.obligations.processes import own_redis

pytestmark = [pytest.mark.db_engine]
ROWS, KILLS = 2000, 50


@pytest.fixture
def arena(own_database, tmp_path) -> Iterator[dict[str, str]]:
    """The database of the processes, with a broker of this test's own: a Redis where the engine under test has one."""
    environment = {**own_database, "VAR_DIR": str(tmp_path), "LOG_LEVEL": "CRITICAL"}
    if not os.environ.get("REDIS_URL"):
        yield environment
        return
    with own_redis(tmp_path) as server:
        yield environment | {"REDIS_URL": server.url}


@pytest.mark.trust("A1", "A3", "A7", "A14", "A18")
def test_fifty_kills_over_two_thousand_rows_lose_and_double_nothing(arena):
    found = Chaos(arena, rows=ROWS, kills=KILLS, seconds=240).run()

    assert (found["effects"], found["subjects"], found["open"]) == (ROWS, ROWS, 0)
    assert (found["kills"], found["emptied"]) == (KILLS, 1)
    assert found["again"] > 0  # the kills did hit


def test_without_the_fence_stalled_workers_would_double(arena):
    """The twin: the same work and the same workers, but nobody looks whose row it is by now."""
    twin = arena | {"CHAOS_WITHOUT_FENCE": "1", "CHAOS_STALL": "5"}
    found = Chaos(twin, rows=400, kills=0, seconds=120, linger=8).run()  # those that stall come back within that

    assert found["open"] == 0
    assert found["effects"] > found["subjects"] == 400
