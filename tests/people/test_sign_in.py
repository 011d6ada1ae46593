"""One sign-in page for everybody, admin included; nothing that was typed is kept."""

import logging

import pytest
import time_machine
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from juxian.audit.models import AuditEntry
from juxian.people.models import Grant, User
from juxian.people.views.account import WRONG
from tests.factories import GrantFactory, MemberFactory, UserFactory

PASSWORD = "Maque-feiguo-7"


def with_password(user: User, password: str = PASSWORD) -> User:
    user.set_password(password)
    user.save(update_fields=["password"])
    return user


def sign_in(client: Client, username: str, password: str = PASSWORD, **more):
    return client.post(reverse("login"), {"username": username, "password": password, **more})


@pytest.fixture
def inspector(db):
    return GrantFactory(user=UserFactory(username="inspector"), kind=Grant.Kind.INSPECTOR).user


@pytest.mark.parametrize(("who", "door"), [("county", "/"), ("inspector", "/"), ("clerk", "/town/")])
def test_staff_arrive_at_their_door(client, request, who, door):
    user = with_password(request.getfixturevalue(who))
    answer = sign_in(client, user.username)
    assert (answer.status_code, answer.url) == (302, door)
    assert AuditEntry.objects.get().action == "people.signed_in"


def test_member_arrives_at_me(client, member):
    with_password(member.user)
    assert sign_in(client, "member").url == "/me/"


def test_member_signs_in_by_mobile(client, member):
    with_password(member.user)
    assert sign_in(client, f" {member.mobile} ").url == "/me/"
    assert client.session["_auth_user_id"] == str(member.user_id)


def test_mobile_of_two_accounts_opens_neither(client, member):
    with_password(member.user)
    MemberFactory(branch=member.branch, mobile=member.mobile, user=with_password(UserFactory()))
    assert sign_in(client, member.mobile).status_code == 200


@pytest.mark.parametrize(
    ("username", "password"),
    [("member", "falsch-7-falsch"), ("nobody", PASSWORD), ("19900009999", PASSWORD), ("asleep", PASSWORD)],
)
def test_every_refusal_reads_the_same(client, member, username, password):
    with_password(member.user)
    with_password(UserFactory(username="asleep", is_active=False))
    answer = sign_in(client, username, password)
    assert answer.status_code == 200
    assert answer.context["form"].non_field_errors() == [WRONG]
    assert "_auth_user_id" not in client.session


def test_unknown_name_costs_a_hash_too(client, member, monkeypatch):
    hashed = []
    real = User.set_password
    monkeypatch.setattr(User, "set_password", lambda self, raw: (hashed.append(1), real(self, raw))[1])
    sign_in(client, "nobody")
    assert hashed == [1]


def test_user_without_password_cannot_sign_in(client, member):
    member.user.set_unusable_password()
    member.user.save()
    assert sign_in(client, "member", "").status_code == 200
    assert sign_in(client, "member", member.user.password).status_code == 200
    assert "_auth_user_id" not in client.session


def test_five_wrong_tries_lock_even_the_right_password(client, member):
    with_password(member.user)
    answers = [sign_in(client, "member", "falsch-7-falsch").status_code for _ in range(5)]
    assert answers == [200, 200, 200, 200, 429]
    locked = sign_in(client, "member")
    assert locked.status_code == 429
    assert "people/locked.html" in [template.name for template in locked.templates]
    assert "_auth_user_id" not in client.session
    with time_machine.travel(timezone.now() + timezone.timedelta(minutes=16), tick=True):
        assert sign_in(client, "member").status_code == 302


def test_one_password_cannot_be_tried_on_every_name(client, member, monkeypatch):
    monkeypatch.setattr("juxian.people.backends.FAILURES_PER_ADDRESS", 7)
    with_password(member.user)
    assert [sign_in(client, f"dy{n:06d}").status_code for n in range(7)] == [200] * 7
    assert sign_in(client, "member").status_code == 429
    assert sign_in(Client(REMOTE_ADDR="192.0.2.7"), "member").status_code == 302
    with time_machine.travel(timezone.now() + timezone.timedelta(minutes=16), tick=True):
        assert sign_in(client, "member").status_code == 302


def test_admin_has_the_same_door_and_lock(client, county):
    with_password(county)
    to_login = client.get("/admin/people/member/")
    assert to_login.url == "/login/?next=/admin/people/member/"
    assert client.get(reverse("admin:login")).url == "/login/?next=/admin/"
    for _ in range(5):
        client.post(reverse("admin:login"), {"username": "county", "password": "x"})
    assert AccessAttempt.objects.count() == 0
    for _ in range(5):
        sign_in(client, "county", "falsch-7-falsch")
    assert sign_in(client, "county", next="/admin/").status_code == 429


def test_nothing_typed_is_stored_or_logged(client, member, caplog):
    caplog.set_level(logging.DEBUG)
    with_password(member.user)
    mobile, secret = member.mobile, "geheim-123-abc"
    for _ in range(6):
        client.post(f"{reverse('login')}?username={mobile}&password={secret}", {"username": mobile, "password": secret})
    sign_in(Client(), mobile)
    kept = []
    for model in (AccessAttempt, AccessFailureLog, AccessLog, AuditEntry):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {model._meta.db_table}")  # noqa: S608 our own table names
            kept.append(str(cursor.fetchall()))
    assert AccessAttempt.objects.count() == 1
    everything = "".join(kept) + "".join(
        record.getMessage() for record in caplog.records if record.name != "django.db.backends"
    )
    assert [word for word in (mobile, secret, PASSWORD, member.id_number) if word in everything] == []


@pytest.mark.parametrize(
    "target",
    [
        *["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "\\\\evil.example"],
        *["http:///evil.example", "/\t/evil.example", "https:evil.example", " //evil.example", "evil", ""],
    ],
)
def test_next_leads_nowhere_else(client, clerk, target):
    with_password(clerk)
    assert sign_in(client, "clerk", next=target).url == "/town/"


def test_next_is_followed_on_this_host(client, clerk):
    with_password(clerk)
    assert sign_in(client, "clerk", next="/town/members/?q=zs").url == "/town/members/?q=zs"


def test_session_key_changes_at_sign_in(client, clerk):
    with_password(clerk)
    client.get(reverse("login"))
    session = client.session
    session["before"] = 1
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before
    sign_in(client, "clerk")
    assert client.session.session_key != before


def test_signed_in_user_is_sent_on(client, clerk):
    client.force_login(clerk)
    assert client.get(reverse("login")).url == "/town/"


def test_login_needs_the_csrf_token(clerk):
    client = Client(enforce_csrf_checks=True)
    assert sign_in(client, "clerk").status_code == 403


def test_logout_is_a_post(client, clerk):
    client.force_login(clerk)
    assert client.get(reverse("logout")).status_code == 405
    assert client.post(reverse("logout")).url == reverse("login")
    assert "_auth_user_id" not in client.session
    assert client.get(reverse("admin:logout")).status_code == 302


def test_admin_logout_ends_the_session(client, county):
    client.force_login(county)
    assert client.post(reverse("admin:logout")).url == reverse("login")
    assert "_auth_user_id" not in client.session
