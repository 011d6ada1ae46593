"""The database goes away in the middle of every page that writes: all or nothing, a page to try again, then work as before."""

import errno
import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from hashlib import sha256
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InterfaceError, OperationalError, close_old_connections, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client

from assessments.views import town_banks
from juxian.people.models import User
from juxian.views.trouble import AGAIN, FULL, trouble
from tests.faults.breaking import breaking, counting
from tests.faults.cases import NOT_WALKED, ROLES, cases, paths, prepare
from tests.faults.inputs import Case, from_page
from tests.matrix.table import TABLE
from tests.matrix.towns import TownData, build_county
from tests.matrix.walk import calls

pytestmark = [pytest.mark.db_engine, pytest.mark.trust("B1")]
UNCOUNTED = {"sessions.session", "axes.accessattempt"}


def everything() -> dict[str, str]:
    """Label of every table → digest of all its rows."""
    found = {}
    for model in apps.get_models():
        if model._meta.label_lower not in UNCOUNTED:
            rows = model._base_manager.order_by("pk").values_list(
                *[f.attname for f in model._meta.concrete_fields if f.name not in ("id_number", "mobile")]
            )
            found[model._meta.label_lower] = sha256(repr(list(rows)).encode()).hexdigest()
    return found


@contextmanager
def given(town: TownData, states: dict[str, dict[str, Any]]) -> Iterator[None]:
    """Rows of the town in these states, and back."""
    kept = {}
    for name, values in states.items():
        rows = type(town.rows[name])._base_manager.filter(pk=town.rows[name].pk)
        kept[name] = rows.values(*values).get()
        rows.update(**values)
    yield
    for name, values in kept.items():
        type(town.rows[name])._base_manager.filter(pk=town.rows[name].pk).update(**values)


def signed_in(user: User | None) -> Client:
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user, backend="juxian.people.backends.PortalBackend")
    return client


def post(client: Client, path: str, offered: dict[str, Any], case: Case) -> HttpResponse:
    sent = {**offered, **{key: value() if callable(value) else value for key, value in case.sent.items()}}
    if "json" in sent:
        return client.post(path, sent["json"], content_type="application/json")
    return client.post(path, sent)


def walk(name: str, path: str, user: User | None, case: Case) -> list[str]:
    """What is wrong when the connection breaks in the middle of the writes of this page."""
    client = signed_in(user)
    with transaction.atomic():
        offered = from_page(client, path)
        with counting() as counted:
            response = post(client, path, offered, case)
        response.close()
        transaction.set_rollback(True)
    if not counted.writes:
        return [f"{name}: wrote nothing ({response.status_code})"]
    client = signed_in(user)  # the undone try may have changed the session's key
    before = everything()
    with breaking(counted.writes // 2) as breaker:
        response = post(client, path, offered, case)
    close_old_connections()  # as the server does after each request; the test client does not
    faults = [] if breaker.broke else [f"{name}: was not broken"]
    after = everything()
    faults += [f"{name}: half of it stayed in {label}" for label in before if before[label] != after[label]]
    if response.status_code != 503 or AGAIN not in response.content.decode() and "json" not in case.sent:
        faults.append(f"{name}: answered {response.status_code}")
    return faults


@pytest.mark.django_db(transaction=True)
def test_every_page_that_writes_stands_or_falls_as_a_whole() -> None:
    county = build_county()
    prepare(county)
    people, special, known = dict(county.people()), paths(county), cases(county)
    names = [name for name, row in TABLE.items() if "POST" in row.methods and not name.startswith("admin:")]
    faults = []
    for name in [one for one in names if one not in NOT_WALKED]:
        row, case = TABLE[name], known.get(name, Case())
        path = special.get(name) or calls(name, row, county)[0].path
        with given(county.ours, case.given):
            faults += walk(name, path, people[ROLES[row.audience]], case)
    assert faults == [], "\n".join(faults)
    assert sorted(set(NOT_WALKED) - set(names)) == []
    assert [
        signed_in(people[who]).get(path).status_code for who, path in (("clerk", "/town/"), ("member", "/me/"))
    ] == [
        200,
        200,
    ]


@pytest.mark.django_db(transaction=True)
def test_the_twin_sees_a_page_without_a_transaction(monkeypatch) -> None:
    """The same walk complains when the bank and its log row are two transactions."""
    monkeypatch.setattr(town_banks, "transaction", SimpleNamespace(atomic=nullcontext))
    county = build_county()
    prepare(county)
    case = cases(county).get("assessments:town-bank-add", Case())
    assert walk("bank", "/town/banks/add/", county.ours.clerk_user, case) == [
        "bank: half of it stayed in assessments.questionbank"
    ]


def answer_to(error: Exception, request: HttpRequest) -> HttpResponse:
    """What Django would answer, as it calls the handler: while the error is being handled."""
    try:
        raise error
    except Exception:
        return trouble(request)


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (OperationalError("server closed the connection unexpectedly"), 503, AGAIN),
        (InterfaceError("connection already closed"), 503, AGAIN),
        (OperationalError("database is locked"), 503, AGAIN),
        (OperationalError("database or disk is full"), 503, FULL),
        (OperationalError('could not extend file "base/1": No space left on device'), 503, FULL),
        (OSError(errno.ENOSPC, "No space left on device"), 503, FULL),
        (OSError(errno.EACCES, "Permission denied"), 500, "系统出错了"),
        (ValueError("x"), 500, "系统出错了"),
    ],
)
def test_each_trouble_has_its_words(rf, error, status, said) -> None:
    answer = answer_to(error, rf.post("/town/banks/add/", {"name": "甲"}))
    assert (answer.status_code, said in answer.content.decode()) == (status, True)


def test_what_was_typed_is_sent_again_by_one_button(rf) -> None:
    sent = {"name": '示例"<题库>', "member": ["1", "2"], "csrfmiddlewaretoken": "abc"}
    page = answer_to(OperationalError("gone"), rf.post("/town/banks/add/?x=1", sent)).content.decode()
    for name, value in (
        ("name", "示例&quot;&lt;题库&gt;"),
        ("member", "1"),
        ("member", "2"),
        ("csrfmiddlewaretoken", "abc"),
    ):
        assert page.count(f'<input type="hidden" name="{name}" value="{value}">') == 1
    assert '<form method="post" action="/town/banks/add/?x=1">' in page


def test_a_password_or_a_file_is_not_handed_back(rf) -> None:
    secret = answer_to(OperationalError("gone"), rf.post("/login/", {"username": "a", "password": "geheim-123"}))
    file = answer_to(
        OperationalError("gone"), rf.post("/x/", {"name": "甲", "file": SimpleUploadedFile("a.csv", b"1")})
    )
    assert ["geheim" in secret.content.decode(), "<form" in secret.content.decode()] == [False, False]
    assert ["文件要重新选" in file.content.decode(), "<form" in file.content.decode()] == [True, False]


def test_a_script_is_answered_as_a_script(rf) -> None:
    answer = answer_to(OperationalError("gone"), rf.post("/x/", "{}", content_type="application/json"))
    assert (answer.status_code, json.loads(answer.content)) == (503, {"error": f"{AGAIN}。"})
    assert answer["Retry-After"] == "5"
