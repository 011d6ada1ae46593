"""Several sweepers at once, and sweepers that are killed: every effect exactly once."""

import random
import time

import pytest

from tests.obligations.processes import end, go, racer, start_sweeper

pytestmark = [pytest.mark.db_engine]


@pytest.mark.trust("A8", "A14")
def test_three_sweepers_race_for_two_hundred_rows(own_database):
    racer(own_database, "fill", "200")
    sweepers = [start_sweeper(own_database, seconds=60) for _ in range(3)]
    try:
        for sweeper in sweepers:
            go(sweeper)
        for sweeper in sweepers:
            assert sweeper.wait(timeout=90) == 0
    finally:
        for sweeper in sweepers:
            end(sweeper)

    found = racer(own_database, "report")

    assert (found["effects"], found["subjects"], found["open"]) == (200, 200, 0)


@pytest.mark.trust("A1")
def test_sweepers_killed_at_random_do_everything_once(own_database):
    racer(own_database, "fill", "600")
    dice = random.Random(20261123)
    living = []
    try:
        for _ in range(5):
            living = [start_sweeper(own_database, seconds=60) for _ in range(2)]
            for sweeper in living:
                go(sweeper)
            for sweeper in living:
                time.sleep(dice.uniform(0.05, 0.35))
                end(sweeper)
        living = [start_sweeper(own_database, seconds=60)]
        go(living[0])
        assert living[0].wait(timeout=90) == 0
    finally:
        for sweeper in living:
            end(sweeper)

    found = racer(own_database, "report")

    assert (found["effects"], found["subjects"], found["open"]) == (600, 600, 0)
    assert found["again"] > 0  # the kills did hit
