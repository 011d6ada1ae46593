"""Databases of the release go forward (and back) without losing or changing a row."""

import json
import os

import pytest

from tests.browser.portal import scratch_database
from tests.obligations.processes import run


@pytest.mark.db_engine
@pytest.mark.trust("B10")
def test_a_full_database_of_the_release_migrates_without_a_changed_row(tmp_path) -> None:
    with scratch_database(tmp_path, f"test_migrating_{os.getpid()}") as database_url:
        environment = {**os.environ, "VAR_DIR": str(tmp_path), "DATABASE_URL": database_url, "REDIS_URL": ""}
        told = json.loads(run(environment, "-m", "tests.faults.migrating"))
    newest, released, again = told["stations"]
    assert sum(number for number, _ in newest.values()) > 60
    assert released == newest
    assert again == newest
    assert told["venues"] == [told["venues"][0]] * 3
    assert all(name for _, name in told["venues"][0])
    assert (told["steps"] > 5, told["applied"]) == (True, True)
