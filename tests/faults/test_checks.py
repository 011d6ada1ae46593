"""Each demand on a site in production complains when it is broken, and only then."""

import os
import socket
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from csp.constants import NONE, SELF
from django.core.checks import run_checks
from django.db import connection
from django.utils import timezone

from juxian.checks import DEMANDS, database_state, production_settings, redis_state
from juxian.obligations.models import Heartbeat
from tests.factories import MemberFactory, UserFactory

ROOT = Path(__file__).resolve().parents[2]
SECRET = "Zk3-" * 15
KEY = urlsafe_b64encode(bytes(range(32))).decode()
DIRECTIVES = {
    "default-src": [SELF], "script-src": [SELF], "style-src": [SELF], "object-src": [NONE], "frame-ancestors": [NONE],
}  # fmt: skip
SAFE_SQLITE = {
    "transaction_mode": "IMMEDIATE", "timeout": 30, "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
}  # fmt: skip


@pytest.fixture
def production(settings, tmp_path) -> None:
    """The settings of a site in production, without its servers."""
    values = {
        "PRODUCTION": True, "SECRET_KEY": SECRET, "FIELD_KEYS": f"k1:{KEY}", "PROXIES": 1, "REDIS_URL": "",
        "SECURE_SSL_REDIRECT": True, "SECURE_HSTS_SECONDS": 31536000, "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True, "SESSION_COOKIE_NAME": "__Host-sessionid", "CSRF_COOKIE_NAME": "__Host-csrftoken",
        "MEDIA_ROOT": tmp_path / "files", "STATIC_ROOT": tmp_path / "static",
    }  # fmt: skip
    for name, value in values.items():
        setattr(settings, name, value)


def found() -> list[str]:
    return [message.id for message in production_settings()]


def test_the_settings_of_production_are_in_order(production) -> None:
    assert found() == []


BROKEN = [
    ("E010", "CONTENT_SECURITY_POLICY", {"DIRECTIVES": DIRECTIVES | {"script-src": [SELF, "'unsafe-inline'"]}}),
    ("E010", "CONTENT_SECURITY_POLICY", {"DIRECTIVES": DIRECTIVES | {"frame-ancestors": [SELF]}}),
    ("E010", "CONTENT_SECURITY_POLICY", {}),
    ("E010", "MIDDLEWARE", []),
    ("E011", "SESSION_COOKIE_AGE", 13 * 3600),
    ("E011", "SESSION_EXPIRE_AT_BROWSER_CLOSE", False),
    ("E012", "SECURE_HSTS_SECONDS", 3600),
    ("E012", "SECURE_SSL_REDIRECT", False),
    ("E013", "SESSION_COOKIE_NAME", "sessionid"),
    ("E013", "CSRF_COOKIE_DOMAIN", "example.gov.cn"),
    ("E013", "SESSION_COOKIE_SECURE", False),
    ("E014", "FIELD_KEYS", f"k1:{urlsafe_b64encode(b'a' * 32).decode()}"),
    ("E014", "FIELD_KEYS", f"k1:{urlsafe_b64encode(b'short').decode()}"),
    ("E014", "SECRET_KEY", KEY),
    ("E017", "MEDIA_ROOT", ROOT / "static" / "files"),
    ("E018", "TIME_ZONE", "UTC"),
    ("E019", "REDIS_URL", "redis://10.0.0.9:6379/0"),
    ("E020", "INSTALLED_APPS", ["debug_toolbar"]),
    ("E021", "PROXIES", 0),
]


@pytest.mark.parametrize(("demand", "name", "value"), BROKEN)
def test_what_is_broken_is_said(production, settings, demand, name, value) -> None:
    if name == "INSTALLED_APPS":  # not through the fixture: it would load the app
        settings._wrapped.INSTALLED_APPS = value
    else:
        setattr(settings, name, value)
    expected = {f"juxian.{demand}"}
    if demand == "E019" and connection.vendor == "sqlite":
        expected.add("juxian.E016")
    assert set(found()) == expected


@pytest.mark.parametrize(
    "change", [{"transaction_mode": "DEFERRED"}, {"timeout": 5}, {"init_command": "PRAGMA journal_mode=WAL;"}]
)
def test_unsafe_sqlite_is_said(production, settings, monkeypatch, change) -> None:
    monkeypatch.setattr(connection, "vendor", "sqlite")
    monkeypatch.setitem(settings.DATABASES["default"], "OPTIONS", SAFE_SQLITE | change)
    assert found() == ["juxian.E015"]


def test_every_demand_is_broken_once() -> None:
    assert {one.id for one in DEMANDS} == {demand for demand, _, _ in BROKEN} | {"E015", "E016"}


# State -----------------------------------------------------------------------------------------------
def state() -> list[str]:
    return [message.id for message in database_state()]


@pytest.mark.db_engine
def test_a_fresh_site_is_in_order(db, production) -> None:
    assert state() == []


@pytest.mark.db_engine
def test_invented_people_and_their_accounts_are_said(db, production, settings) -> None:
    person = MemberFactory(is_demo=True)
    assert state() == ["juxian.E030"]
    type(person).objects.update(is_demo=False)
    assert state() == []
    user = UserFactory(username="inspector")
    assert state() == ["juxian.E030"]
    user.is_active = False
    user.save()
    assert state() == []
    settings.PRODUCTION = False
    MemberFactory(is_demo=True)
    assert state() == []


@pytest.mark.db_engine
def test_a_scheduler_that_fell_silent_is_said(db, production) -> None:
    Heartbeat.objects.create(name="sweep", last_ok_at=timezone.now() - timedelta(minutes=4), host="x")
    assert state() == []
    Heartbeat.objects.update(last_ok_at=timezone.now() - timedelta(minutes=6))
    assert state() == ["juxian.W032"]


@pytest.fixture
def little_redis() -> Iterator[dict[str, object]]:
    """A server that speaks just enough of Redis to be asked for its policy."""
    told: dict[str, object] = {"policy": b"noeviction"}
    server = socket.create_server(("127.0.0.1", 0))

    def answer(client: socket.socket) -> None:
        with client, client.makefile("rb") as stream:
            while line := stream.readline():
                words = [stream.read(int(stream.readline()[1:]) + 2).strip() for _ in range(int(line[1:]))]
                if words[0].upper() == b"CONFIG":
                    policy = told["policy"]
                    client.sendall(b"*2\r\n$16\r\nmaxmemory-policy\r\n$%d\r\n%s\r\n" % (len(policy), policy))
                else:
                    client.sendall(b"-ERR unknown command\r\n" if words[0].upper() == b"HELLO" else b"+OK\r\n")

    def listen() -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            answer(client)

    thread = Thread(target=listen, daemon=True)
    thread.start()
    told["url"] = f"redis://127.0.0.1:{server.getsockname()[1]}/0"
    yield told
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join(timeout=5)


def test_a_redis_that_forgets_is_said(settings, little_redis) -> None:
    settings.REDIS_URL = little_redis["url"]
    assert redis_state() == []
    little_redis["policy"] = b"allkeys-lru"
    assert [message.id for message in redis_state()] == ["juxian.E033"]
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert redis_state() == []


# The whole -------------------------------------------------------------------------------------------
def _production(folder: Path, *words: str, **changes: str) -> subprocess.CompletedProcess:
    environment = {
        "PRODUCTION": "1",
        "SECRET_KEY": "Qa7_" + "x9Bz-" * 12,
        "FIELD_KEYS": f"k1:{KEY}",
        "ALLOWED_HOSTS": "px.example.gov.cn",
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "VAR_DIR": str(folder),
    }
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={key: value for key, value in os.environ.items() if key != "DEMO_PASSWORD"} | environment | changes,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_check_deploy_is_clean(tmp_path) -> None:
    done = _production(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert (done.returncode, "no issues" in done.stdout) == (0, True), done.stderr


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"SECRET_KEY": KEY * 2, "FIELD_KEYS": f"k1:{KEY * 2}"}, "SECRET_KEY 和 FIELD_KEYS 不能相同"),
        ({"ALLOWED_HOSTS": ".gov.cn"}, "ALLOWED_HOSTS"),
        ({"DEMO_PASSWORD": "demo-demo-demo"}, "DEMO_PASSWORD"),
        ({"OUTBOUND_CHANNELS": "email,fax"}, "OUTBOUND_CHANNELS 只能是 email、sms、console，不认识：fax"),
        (
            {"OUTBOUND_CHANNELS": "sms", "SMS_URL": "http://sms.gov.cn/", "SMS_TOKEN": "t"},
            "https 的 SMS_URL 和 SMS_TOKEN",
        ),
        ({"OUTBOUND_CHANNELS": "sms", "SMS_URL": "https://sms.gov.cn/"}, "https 的 SMS_URL 和 SMS_TOKEN"),
    ],
)
def test_a_weak_value_stops_the_start(tmp_path, changes, said) -> None:
    done = _production(tmp_path, "-c", "import juxian.settings", **changes)
    assert (done.returncode, said in done.stderr.splitlines()[-1]) == (1, True), done.stderr


def test_the_checks_are_registered(db) -> None:
    ids = {message.id for message in run_checks(include_deployment_checks=True)}
    assert {"juxian.E012", "juxian.E013", "juxian.E021"} <= ids  # this is no production
    assert {message.id for message in run_checks()} & ids == set()
