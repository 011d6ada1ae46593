"""A migrated database, made once for a whole run; whoever needs a database of its own gets a copy.

To migrate from nothing takes many seconds, to copy takes none. Empty tables, no county: as `migrate` leaves it.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2

ROOT = Path(__file__).resolve().parent.parent
POSTGRESQL = "postgresql"  # the file in it that says where the other template is
FOLDER = "TEST_TEMPLATE"  # in the environment: where the templates of this run lie, for all its processes


def begin() -> None:
    """Give this run a folder, before it starts processes of its own."""
    os.environ[FOLDER] = tempfile.mkdtemp(prefix="junan-template.")


def end() -> None:
    """Take away what this run made."""
    folder = Path(os.environ[FOLDER])
    if (made := folder / POSTGRESQL).exists():
        with server_cursor(made.read_text()) as cursor:
            cursor.execute(f"DROP DATABASE {_name()} WITH (FORCE)")
    shutil.rmtree(folder)
    del os.environ[FOLDER]


def copy_to(target: Path) -> str:
    """The URL of a migrated SQLite database in the file `target`, which is not there yet."""
    made = Path(os.environ[FOLDER]) / "template.sqlite3"
    _once(made, f"sqlite:///{made}.new")
    shutil.copyfile(made, target)
    return f"sqlite:///{target}"


def name_on(server: str) -> str:
    """The migrated database on the PostgreSQL of the URL `server`, for CREATE DATABASE … TEMPLATE."""
    _once(Path(os.environ[FOLDER]) / POSTGRESQL, at(server, _name()))
    return _name()


def at(server: str, name: str) -> str:
    """The URL of the database `name` on the PostgreSQL of the URL `server`."""
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


@contextmanager
def server_cursor(server: str) -> Iterator[psycopg2.extensions.cursor]:
    """For CREATE and DROP DATABASE, which want no transaction."""
    with closing(psycopg2.connect(at(server, "postgres"))) as connection:
        connection.autocommit = True
        yield connection.cursor()


def _name() -> str:
    return "test_template_" + Path(os.environ[FOLDER]).name.rpartition(".")[2].lower()


def _once(made: Path, url: str) -> None:
    """Migrate the database of `url` unless a process of this run has; `made` is the sign that it is whole."""
    with (made.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if made.exists():
            return
        new = Path(f"{made}.new")
        if url.startswith("postgres"):
            with server_cursor(url) as cursor:
                cursor.execute(f"DROP DATABASE IF EXISTS {_name()} WITH (FORCE)")
                cursor.execute(f"CREATE DATABASE {_name()}")
            new.write_text(url)
        environment = {**os.environ, "VAR_DIR": str(made.parent), "DATABASE_URL": url, "LOG_LEVEL": "ERROR"}
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
        new.rename(made)
