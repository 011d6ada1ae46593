"""Days are those of Asia/Shanghai: at local midnight, the year's end, 29 February, wherever the process runs."""

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from assessments.actions.remedies import end_of_day
from juxian.people.models import Grant
from tests.factories import GrantFactory, UserFactory

ROOT = Path(__file__).resolve().parents[2]
ZONES = ("UTC", "Asia/Shanghai", "America/New_York")
pytestmark = pytest.mark.trust("A16")


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> dict[str, dict]:
    """What the same program says in each time zone."""
    running = {}
    for zone in ZONES:
        environment = {**os.environ, "TZ": zone, "VAR_DIR": str(tmp_path_factory.mktemp("zone"))}
        command = [sys.executable, "-m", "tests.faults.days"]
        running[zone] = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    answers = {zone: process.communicate(timeout=120)[0] for zone, process in running.items()}
    return {zone: json.loads(answer) for zone, answer in answers.items()}


def test_the_same_in_every_time_zone(told) -> None:
    for part in ("process", "days", "cells"):
        assert told["UTC"][part] == told["Asia/Shanghai"][part] == told["America/New_York"][part]


def test_the_twin_by_the_process_clock_differs(told) -> None:
    assert len({json.dumps(told[zone]["naive"]) for zone in ZONES}) == 3


@pytest.mark.parametrize(
    ("moment", "today", "words", "due", "year_later"),
    [
        ("2026-11-23T15:59:59+00:00", "2026-11-23", "11月23日 23:59", "2026-12-07", "2027-11-23"),
        ("2026-11-23T16:00:00+00:00", "2026-11-24", "11月24日 00:00", "2026-12-08", "2027-11-24"),
        ("2026-12-31T15:59:59+00:00", "2026-12-31", "12月31日 23:59", "2027-01-14", "2027-12-31"),
        ("2026-12-31T16:00:00+00:00", "2027-01-01", "1月1日 00:00", "2027-01-15", "2028-01-01"),
        ("2028-02-28T16:00:00+00:00", "2028-02-29", "2月29日 00:00", "2028-03-14", "2029-02-28"),
        ("2028-02-29T15:59:59+00:00", "2028-02-29", "2月29日 23:59", "2028-03-14", "2029-02-28"),
        ("2028-02-29T16:00:00+00:00", "2028-03-01", "3月1日 00:00", "2028-03-15", "2029-03-01"),
        ("2027-02-28T16:00:00+00:00", "2027-03-01", "3月1日 00:00", "2027-03-15", "2028-03-01"),
        ("1988-07-01T15:30:00+00:00", "1988-07-02", "7月2日 00:30", "1988-07-16", "1989-07-02"),
        ("1991-09-14T16:30:00+00:00", "1991-09-15", "9月15日 01:30", "1991-09-29", "1992-09-15"),
    ],
)
def test_where_days_meet(told, moment, today, words, due, year_later) -> None:
    there = told["America/New_York"]["days"][moment]
    assert (there["today"], there["words"][2], there["year_later"]) == (today, words, year_later)
    assert there["due"].startswith(f"{due}T23:59:00+0")
    assert there["typed"][1].startswith(f"{today}T08:00:00")
    assert there["late"] == "逾期 1 天"


def test_birthdays_of_the_old_summer_time_stay_what_was_written(told) -> None:
    assert told["UTC"]["cells"] == [
        "1988-07-02", "1988-07-01", "2028-02-29", "1988-07-02", "2028-02-29", "2027 年 2 月没有 29 日",
    ]  # fmt: skip


@given(st.datetimes(datetime(1992, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)), st.integers(-3, 3))  # noqa: DTZ001
def test_the_local_day_is_eight_hours_ahead(moment, seconds) -> None:
    midnight = moment.replace(hour=16, minute=0, second=0, microsecond=0) + timedelta(seconds=seconds)
    for instant in (moment, midnight):
        day = (instant + timedelta(hours=8)).date()
        assert timezone.localdate(instant) == day
        assert end_of_day(instant, 0) == datetime(day.year, day.month, day.day, 15, 59, tzinfo=UTC)


@pytest.mark.db_engine
def test_a_grant_ends_with_its_local_day(client, town, time_machine) -> None:
    user = GrantFactory(
        user=UserFactory(), kind=Grant.Kind.CLERK, town=town, starts_on=date(2028, 2, 29), ends_on=date(2029, 1, 1)
    ).user
    opened = []
    for moment in (
        "2028-02-28T15:59:59Z",
        "2028-02-28T16:00:00Z",
        "2028-12-31T15:59:59Z",
        "2028-12-31T16:00:00Z",
    ):
        time_machine.move_to(moment, tick=False)
        client.force_login(type(user).objects.get(pk=user.pk))
        opened.append(client.get("/town/").status_code)
    assert opened == [403, 200, 200, 403]
