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


@pytest.mark.trust("A15")
def test_clocks_a_day_wrong_double_nothing_and_leave_no_lease_for_ever(own_database):
    """Leases go by the database's clock: the rows of a killed worker are free after its lease, whatever it believed."""
    racer(own_database, "fill", "120")
    day = 24 * 3600
    ahead, behind = start_sweeper(own_database, 60, shift=day), start_sweeper(own_database, 3, shift=-day)
    living = [ahead, behind]
    try:
        go(ahead)
        go(behind)
        time.sleep(0.4)
        end(ahead)  # in the middle of its work
        living += [start_sweeper(own_database, 60), start_sweeper(own_database, 60, shift=day)]
        for sweeper in living[2:]:
            go(sweeper)
        for sweeper in living[1:]:
            assert sweeper.wait(timeout=90) == 0
    finally:
        for sweeper in living:
            end(sweeper)

    found = racer(own_database, "report")

    assert (found["effects"], found["subjects"], found["open"]) == (120, 120, 0)
