"""The cast: a county official, a clerk, a clerk of another town, a member."""

import os
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from hypothesis import settings as hypothesis_settings

from juxian.people.models import Grant, Member, Town, User
from tests import template
from tests.factories import BranchFactory, GrantFactory, MemberFactory, TownFactory, UserFactory
from tests.flushing import lift_guards_while_flushing

# Without Chromium the browser tests are not collected; bin/test says so.
collect_ignore = [] if shutil.which("chromium") or shutil.which("chromium-browser") else ["browser"]
# No test asserts time, and the suite plays the same cases every time; bin/soak looks for new ones.
hypothesis_settings.register_profile("portal", deadline=None, derandomize=True)
hypothesis_settings.load_profile("portal")
DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "django_db_setup"}


def pytest_configure(config: pytest.Config) -> None:
    """The templates of databases belong to the run, not to one of its processes."""
    if not hasattr(config, "workerinput"):
        template.begin()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        template.end()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever touches the database is run again on PostgreSQL; what lies in tests/browser needs Chromium."""
    for item in items:
        if item.get_closest_marker("django_db") or DATABASE_FIXTURES & set(item.fixturenames):
            item.add_marker("db_engine")
        if "browser" in item.path.parts:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, tmp_path_factory) -> None:
    """SQLite tests use a file, as the portal does: threads that race need the real locks, not a shared cache."""
    test = connection.settings_dict["TEST"]
    if connection.vendor == "sqlite":
        test["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")
        template.copy_to(Path(test["NAME"]))
    else:
        test["TEMPLATE"] = template.name_on(os.environ["DATABASE_URL"])


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """The file of SQLite is there, migrated; PostgreSQL copies the template itself."""
    return connection.vendor == "sqlite"


@pytest.fixture(autouse=True, scope="session")
def _guards_let_the_runner_flush() -> None:
    lift_guards_while_flushing()


@pytest.fixture(autouse=True, scope="session")
def _static_root() -> None:
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture(autouse=True)
def _plain_statics() -> None:
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


@pytest.fixture(autouse=True)
def _own_files(tmp_path, settings) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def town(db) -> Town:
    return TownFactory(code="371327102", name="大店镇")


@pytest.fixture
def other_town(db) -> Town:
    return TownFactory(code="371327103", name="坊前镇")


@pytest.fixture
def county(db) -> User:
    return GrantFactory(user=UserFactory(username="county", name="示例县管"), kind=Grant.Kind.COUNTY).user


@pytest.fixture
def clerk(town) -> User:
    return GrantFactory(user=UserFactory(username="clerk", name="示例干事"), kind=Grant.Kind.CLERK, town=town).user


@pytest.fixture
def other_clerk(other_town) -> User:
    return GrantFactory(
        user=UserFactory(username="other", name="外镇干事"), kind=Grant.Kind.CLERK, town=other_town
    ).user


@pytest.fixture
def member(town) -> Member:
    user = UserFactory(username="member", name="示例甲")
    return MemberFactory(name="示例甲", branch=BranchFactory(town=town, name="大仕沟村党支部"), user=user)
