"""What the bench rows are made of: a row, its measuring, raw SQL, and pages through Django's own handler.

Importing this module sets Django up.
"""

import io
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "juxian.settings")

import django  # noqa: E402  # settings come first

django.setup()

from django.conf import settings  # noqa: E402

settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # the handler looks for it as it is made

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.template import engines  # noqa: E402
from django.test import Client, RequestFactory, override_settings  # noqa: E402
from django.urls import ResolverMatch  # noqa: E402

from juxian.people.models import User  # noqa: E402
from juxian.wsgi import application  # noqa: E402

BACKEND = "juxian.people.backends.PortalBackend"
CSRF = "b" * 32
Get = Callable[[], object]


@dataclass
class Bench:
    """One row: what we do, the floor, how often, what brings the tables back between rounds.

    One run of `ours` or `limit` is `operations` operations; `close` ends what the row started.
    """

    name: str
    ours: Callable[[], object]
    limit: Callable[[], object]
    rounds: int
    reset: Callable[[], object] = lambda: None
    operations: int = 1
    close: Callable[[], object] = lambda: None


def measure(bench: Bench) -> dict[str, Any]:
    """Median of both, measured in turns; one round first that does not count where rounds are cheap."""
    ours: list[float] = []
    limit: list[float] = []
    warm = 1 if bench.rounds > 3 else 0
    try:
        for _ in range(bench.rounds + warm):
            for run, times in ((bench.limit, limit), (bench.ours, ours)):
                bench.reset()
                started = perf_counter()
                run()
                times.append((perf_counter() - started) / bench.operations)
    finally:
        bench.close()
    mine, floor = median(ours[warm:]), median(limit[warm:])
    return {"name": bench.name, "ours": round(mine, 6), "limit": round(floor, 6), "ratio": round(mine / floor, 2)}


def execute(sql: str, values: tuple[Any, ...] = ()) -> list[Any]:
    """One statement, all rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []


def insert_many(table: str, columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    """The driver's own fast way to insert rows."""
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            from psycopg2.extras import execute_values

            execute_values(cursor.cursor, f"INSERT INTO {table} ({names}) VALUES %s", rows, page_size=1000)  # noqa: S608
        else:
            places = ", ".join("?" * len(columns))
            cursor.connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)  # noqa: S608


# Pages ------------------------------------------------------------------------------------------------
def cookies_of(user: User) -> str:
    """The cookie header of a browser in which `user` has signed in."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    return _header(client.cookies)


def _header(cookies: SimpleCookie) -> str:
    return "; ".join([f"csrftoken={CSRF}", *(f"{name}={morsel.value}" for name, morsel in cookies.items())])


def answer(handler: WSGIHandler, environ: dict[str, Any], wanted: int) -> bytes:
    """What a WSGI server gets from Django for one request, read to its end."""
    told: list[str] = []

    def start(status: str, headers: Any, trouble: Any = None) -> Callable[[bytes], object]:
        told.append(status)
        return lambda body: None  # the old way of writing a body; Django never uses it

    response = handler(environ, start)
    body = b"".join(response)
    response.close()
    assert told[0].startswith(str(wanted)), (environ["PATH_INFO"], told, body[:500])
    return body


def page(user: User, path: str) -> Get:
    """Fetches a page whole, through every middleware."""
    cookies = cookies_of(user)
    return lambda: answer(application, environ_of("get", path, cookies), 200)


def environ_of(method: str, path: str, cookies: str, **more: Any) -> dict[str, Any]:
    """A request as a WSGI server hands it over; posts carry the CSRF token."""
    make = getattr(RequestFactory(), method)
    request: WSGIRequest = make(path, headers={"cookie": cookies, "x-csrftoken": CSRF, "host": "127.0.0.1"}, **more)
    body = request.read()
    return {**request.environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}


class BareHandler(WSGIHandler):
    """Django with no middleware and one view: the least that answers a request."""

    def __init__(self, view: Callable[[HttpRequest], HttpResponse]) -> None:
        with override_settings(MIDDLEWARE=[]):
            super().__init__()
        self.view = view

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        return ResolverMatch(self.view, (), {})


def bare_page(sql: str, values: tuple[Any, ...], source: str) -> Get:
    """Bare Django answering with one statement and one small template, and nothing around it."""
    template = engines["django"].from_string(source)

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(template.render({"rows": execute(sql, values)}))

    handler = BareHandler(view)
    return lambda: answer(handler, environ_of("get", "/", ""), 200)
