"""The own account: rights in words, a new password, larger type."""

import pytest
from django.contrib.auth.password_validation import password_validators_help_texts
from django.test import Client
from django.urls import reverse

from juxian.audit.models import AuditEntry
from juxian.people.models import User
from tests.factories import LecturerFactory, UserFactory

ACCOUNT = reverse("people:account")
OLD, NEW = "Maque-feiguo-7", "Chuntian-laile-8"


@pytest.fixture
def signed_in(client, member) -> Client:
    member.user.set_password(OLD)
    member.user.must_change_password = True
    member.user.save()
    client.force_login(member.user)
    return client


def change(client: Client, old: str = OLD, new: str = NEW, again: str | None = None):
    data = {"old_password": old, "new_password": new, "new_password_again": new if again is None else again}
    return client.post(ACCOUNT, data)


def test_anonymous_goes_to_sign_in(client, db):
    assert client.get(ACCOUNT).url == f"/login/?next={ACCOUNT}"


def test_change_password_keeps_this_session_and_ends_others(signed_in, member):
    other = Client()
    other.force_login(member.user)
    assert change(signed_in).url == "/me/"
    user = User.objects.get(pk=member.user_id)
    assert (user.check_password(NEW), user.must_change_password) == (True, False)
    assert signed_in.get(ACCOUNT).status_code == 200
    assert other.get(ACCOUNT).status_code == 302
    assert AuditEntry.objects.get().action == "people.password_changed"


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"old": "falsch-7-falsch"}, "old_password"),
        ({"new": OLD}, "new_password"),
        ({"new": "kurz"}, "new_password"),
        ({"new": "2026112320261123"}, "new_password"),
        ({"new": "Woshishilijia-1"}, "new_password"),
        ({"again": "Chuntian-laile-9"}, "new_password_again"),
    ],
)
def test_bad_change_says_where(signed_in, member, data, field):
    answer = change(signed_in, **data)
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    assert User.objects.get(pk=member.user_id).check_password(OLD)


def test_clerk_sees_rights_in_words_and_the_way_to_own_training(client, clerk, member):
    member.user = clerk
    member.save()
    client.force_login(clerk)
    answer = client.get(ACCOUNT)
    assert "people/account_town.html" in [template.name for template in answer.templates]
    assert answer.content.decode().count("大店镇镇街干事") == 1
    assert answer.content.decode().count(f'href="{reverse("me")}"') == 1


def test_user_without_any_right_is_told_whom_to_ask(client, db):
    client.force_login(UserFactory())
    assert client.get(ACCOUNT).content.decode().count("目前没有任何权限") == 1


def test_elder_switch_toggles_and_returns(client, member):
    client.force_login(member.user)
    url = reverse("people:elder-switch")
    assert client.get(url).status_code == 405
    assert client.post(url, {"next": ACCOUNT}).url == ACCOUNT
    assert User.objects.get(pk=member.user_id).elder_mode is True
    assert " data-elder" in client.get(ACCOUNT).content.decode()
    assert " data-elder" in client.get("/help/").content.decode(), "the guide is read in the same size"
    assert client.post(url, {"next": "//evil.example"}).url == "/me/"
    assert User.objects.get(pk=member.user_id).elder_mode is False


def test_elder_switch_needs_sign_in(client, db):
    assert client.post(reverse("people:elder-switch")).url == "/login/?next=/account/elder/"


@pytest.mark.parametrize(
    ("new", "sentence"),
    [
        ("kurz", "密码太短，至少要 10 位，请加长一些。"),
        ("2026112320261123", "密码只包含数字。"),
        ("password123", "这个密码太常见了。"),
    ],
)
def test_a_weak_password_is_refused_in_chinese(signed_in, new, sentence):
    assert change(signed_in, new=new).context["form"].errors == {"new_password": [sentence]}


def test_the_help_to_a_new_password_is_chinese():
    texts = password_validators_help_texts()
    assert (len(texts), texts[0]) == (4, "密码至少 10 位。")
    assert [text for text in texts if not any("一" <= sign <= "鿿" for sign in text)] == []


def test_somebody_who_is_only_a_lecturer_finds_the_way_back(client, db):
    user = LecturerFactory(user=UserFactory()).user
    client.force_login(user)
    page = client.get(ACCOUNT).content.decode()
    assert ("目前没有任何权限" in page, 'href="/teach/"' in page, 'href="/me/"' in page) == (False, True, False)
