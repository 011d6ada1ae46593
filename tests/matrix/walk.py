"""Walks every URL pattern as every role with every method."""

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce
from hashlib import sha256
from io import BytesIO
from operator import or_
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db import connection, models, transaction
from django.forms import BaseForm
from django.http import HttpResponse
from django.test import Client
from django.test.utils import ContextList
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.matrix.table import ADMIN, FORM, GET, TABLE, Row
from tests.matrix.towns import County, TownData

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
FINE = {200, 204, 302, 400}
STAFF = {"county", "inspector", "auditor"}
CLERKS = {"clerk", "other_clerk"}
MEMBERS = {"member", "other_member"}
READERS = {"inspector", "auditor", "lecturer", "anonymous"}  # these change no row of any town
ALL = STAFF | CLERKS | MEMBERS | {"lecturer"}
AUDIENCES: dict[str, set[str]] = {
    "public": ALL | {"anonymous"},
    "any": ALL,
    "town": STAFF | CLERKS,
    "town-clerk": CLERKS,
    "town-write": CLERKS | {"county"},
    "county": {"county"},
    "admin": {"county", "auditor"},
    "me": MEMBERS,
    "teach": {"lecturer"},
    "judge": {"lecturer"},
    "inspect": STAFF,
}
# The admin turns people away before it looks at the method: the rarer methods are tried by who comes in, and one more.
ADMIN_METHODS = {"county", "auditor", "clerk"}
VERBS = ("changelist", "add", "change", "delete", "history")
# Models whose rows reach a town by other ways than their queryset's `town_path`.
PATHS = {
    "courses.borrowing": ("host", "owner"),
    "inbox.inboxmessage": ("town", "member__branch__town"),
    "inbox.outboundsend": ("message__town", "message__member__branch__town"),
}
# Written by every request or by nobody's wish: no part of a town's rows.
NOT_DIGESTED = {"people.user", "audit.auditentry", "audit.auditseal"}
WRITES = re.compile(r'\b(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)


def patterns(resolver: URLResolver | None = None, namespace: str = "") -> Iterator[tuple[str, str]]:
    """Full name and route of every pattern; a nameless one gets the name of its namespace and a colon."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from patterns(entry, inner)
        elif isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name or ''}", str(entry.pattern)


def known(name: str) -> Row | None:
    """The table's row for a pattern: its own, or that of a page of a model in the admin."""
    if name in TABLE:
        return TABLE[name]
    for model in ADMIN:
        label, verb = name.removeprefix("admin:").rsplit("_", 1) if "_" in name else ("", "")
        if name.startswith("admin:") and label == model.replace(".", "_") and verb in VERBS:
            of = "" if verb in ("changelist", "add") else {"object_id": f"@{model}"}
            return Row("admin", GET if verb == "history" else FORM, of=of)
    return None


def admin_models() -> set[str]:
    """Labels of what the admin serves."""
    return {model._meta.label_lower for model in admin.site._registry}


@dataclass(frozen=True)
class Call:
    """One address and whose object it names (None: nobody's)."""

    path: str
    owner: TownData | None
    mixed: bool = False  # keys of two towns in one address: found by nobody


def calls(name: str, row: Row, county: County) -> list[Call]:
    """The addresses to try: for an object URL both towns' objects, and one of each where it names two."""
    of = row.of if isinstance(row.of, dict) else {"pk": row.of} if row.of else {}
    theirs_too = [key for key, value in of.items() if value[0] not in "=@"]
    if not theirs_too:
        return [Call(_reverse(name, {key: _fixed(value) for key, value in of.items()}), None)]
    found = [
        Call(_reverse(name, {key: _value(data, value) for key, value in of.items()}), data)
        for data in (county.ours, county.theirs)
    ]
    if len(theirs_too) > 1 and "item_id" not in of[theirs_too[1]]:
        first = theirs_too[0]
        kwargs = {key: _value(county.ours if key == first else county.theirs, value) for key, value in of.items()}
        found.append(Call(_reverse(name, kwargs), None, mixed=True))
    return found


def _reverse(name: str, kwargs: dict[str, Any]) -> str:
    return f"{reverse('admin:index')}{kwargs['url']}" if name == "admin:" else reverse(name, kwargs=kwargs)


def _fixed(value: str) -> Any:
    """`=text` stands for itself, `@app.model` for the key of a row of that model (0 where there is none)."""
    if value[0] == "=":
        return value[1:]
    row = apps.get_model(value[1:])._default_manager.order_by("pk").first()
    return row.pk if row else 0


def _value(data: TownData, value: str) -> Any:
    if value[0] in "=@":
        return _fixed(value)
    name, _, attribute = value.partition(".")
    row = getattr(data, name)
    for part in (attribute or "pk").split("."):
        row = getattr(row, part)
    return row


def expected(row: Row, role: str, method: str, foreign: bool) -> set[int]:
    """The statuses that are right. 405 is right for a method the page is not made for, whoever asks."""
    refused = set() if method in row.methods else {405}
    extra = {row.also[key] for key in ("*", role) if key in row.also}
    if role == "anonymous" and role not in AUDIENCES[row.audience]:
        return {302} | refused
    if role not in AUDIENCES[row.audience]:
        return {403} | refused
    if foreign:
        return {404} | refused
    read_only = role in ("auditor", "inspector") and method != "GET"
    admin_may_refuse = {403} if row.audience == "admin" and row.of is not None else set()
    return FINE | refused | extra | ({403} if read_only else set()) | admin_may_refuse


def text_of(response: HttpResponse) -> str:
    """Headers and body, spreadsheets and zip files unpacked."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if body[:2] == b"PK":
        with zipfile.ZipFile(BytesIO(body)) as packed:
            body = b"\n".join(packed.read(name) for name in packed.namelist())
    headers = "\n".join(f"{key}: {value}" for key, value in response.headers.items())
    return headers + body.decode("utf-8", "replace")


def town_rows(data: TownData, tables: set[str]) -> Iterator[models.QuerySet]:
    """The scoped ones among `tables` (names in the database), cut to the rows of one town."""
    for model in (model for model in apps.get_models() if model._meta.db_table in tables):
        rows = model._default_manager.all()
        label = model._meta.label_lower
        if hasattr(rows, "town_path") and label not in NOT_DIGESTED:
            ways = [models.Q(**{path: data.town}) for path in PATHS.get(label, (rows.town_path,))]
            yield rows.filter(reduce(or_, ways)).order_by("pk")


def digest(data: TownData, tables: set[str]) -> dict[str, str]:
    """Label of each scoped table among `tables` → digest of the town's rows."""
    found = {}
    for rows in town_rows(data, tables):
        columns = [f.attname for f in rows.model._meta.concrete_fields if f.name not in ("id_number", "mobile")]
        found[rows.model._meta.label] = sha256(repr(list(rows.values_list(*columns))).encode()).hexdigest()
    return found


@contextmanager
def written() -> Iterator[set[str]]:
    """The tables that statements name which insert, update or delete, gathered while inside."""
    tables: set[str] = set()

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        tables.update(WRITES.findall(sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield tables


def shown_forms(response: HttpResponse) -> Iterator[BaseForm]:
    """Every form in the contexts of the templates the page used."""
    contexts = response.context if isinstance(response.context, ContextList) else [response.context or []]
    for context in contexts:
        for layer in context:
            for value in layer.values():
                for form in value if isinstance(value, list | tuple) else [value]:
                    if isinstance(form, BaseForm):
                        yield form


def foreign_choices(response: HttpResponse, town: TownData) -> list[str]:
    """Form fields of the page that offer (so accept) a row of `town`: the classic leak."""
    leaks = []
    for form in shown_forms(response):
        for name, choice in form.fields.items():
            rows = getattr(choice, "queryset", None)
            if hasattr(rows, "town_path") and rows.filter(**{rows.town_path: town.town}).exists():
                leaks.append(name)
    return leaks


class Walker:
    """Calls one pattern at a time and collects what is wrong, as `role method path: what`."""

    def __init__(self, county: County) -> None:
        self.county = county
        self.clients: dict[str, Client] = {}
        for role, user in county.people():
            self.clients[role] = Client(raise_request_exception=False)
            if user is not None:
                self.clients[role].force_login(user, backend="juxian.people.backends.PortalBackend")

    def walk(self, name: str, row: Row) -> list[str]:
        """Everybody reads, and nothing may have changed; then each role tries the methods that change."""
        both = [self.county.ours, self.county.theirs]
        faults = self._undone(name, row, list(self.clients), ("GET",), [] if row.quiet else both)
        for role in self.clients:
            frozen = both if role in READERS and row.audience != "teach" else self.county.foreign_to(role)
            gate_only = name.startswith("admin:") and role not in ADMIN_METHODS
            faults += self._undone(name, row, [role], ("POST",) if gate_only else METHODS[1:], frozen)
        return faults

    def _undone(
        self, name: str, row: Row, roles: list[str], methods: tuple[str, ...], frozen: list[TownData]
    ) -> list[str]:
        """Knock, and look whether rows of the `frozen` towns changed; then everything is as it was."""
        with transaction.atomic():
            with written() as tables:
                faults = [fault for role in roles for fault in self.knock(name, row, role, methods)]
            after = [digest(data, tables) for data in frozen]
            transaction.set_rollback(True)
        before = [digest(data, tables) for data in frozen]
        return faults + [
            f"{'/'.join(roles)} {'/'.join(methods)} {name}: changed {label} of {data.town}"
            for data, old, new in zip(frozen, before, after, strict=True)
            for label in old
            if old[label] != new[label]
        ]

    def knock(self, name: str, row: Row, role: str, methods: tuple[str, ...]) -> list[str]:
        """These methods on all objects of the pattern as one role."""
        return [
            f"{role} {method} {call.path}: {fault}"
            for call in calls(name, row, self.county)
            for method in methods
            for fault in self._call(call, row, role, method)
        ]

    def _call(self, call: Call, row: Row, role: str, method: str) -> Iterator[str]:
        foreign = [] if row.shown else self.county.foreign_to(role)
        with transaction.atomic():
            response = self.clients[role].generic(method, call.path + ("?q=KANARI" if method == "GET" else ""))
        is_foreign = call.mixed or (call.owner is not None and call.owner in foreign)
        right = expected(row, role, method, is_foreign)
        if response.status_code not in right:
            raised = getattr(response, "exc_info", None)
            yield (
                f"{response.status_code}, not {sorted(right)} {raised[1]!r}"
                if raised
                else f"{response.status_code}, not {sorted(right)}"
            )
        turned_away = role == "anonymous" and response.status_code == 302 and row.audience != "public"
        if turned_away and not response["Location"].startswith((reverse("login"), reverse("admin:login"))):
            yield f"sent to {response['Location']}, not to the sign-in page"
        text = text_of(response)
        for data in foreign:
            if data.canary in text:
                yield f"shows {data.town}: {text[max(0, text.index(data.canary) - 80) :][:160]!r}"
            yield from (f"offers rows of {data.town} in the field {name}" for name in foreign_choices(response, data))
        if not row.reveals:
            for data in (self.county.ours, self.county.theirs):
                yield from ("shows a full personal number" for secret in data.secrets if secret in text)


__all__ = ["ADMIN", "FORM", "TABLE", "Walker", "admin_models", "known", "patterns"]
