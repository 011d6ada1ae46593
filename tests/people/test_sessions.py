"""Who loses a right or the account loses the session, at once."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from juxian.people.models import Grant, User
from tests.factories import GrantFactory

ACCOUNT = reverse("people:account")


def is_signed_in(client: Client) -> bool:
    return client.get(ACCOUNT).status_code == 200


@pytest.fixture
def browser(client, clerk) -> Client:
    client.force_login(clerk)
    assert is_signed_in(client)
    return client


def test_ended_grant_ends_the_session(browser, clerk):
    Grant.objects.filter(user=clerk).update(ends_on=timezone.localdate())
    assert not is_signed_in(browser)


def test_grant_that_ran_out_by_its_date_ends_the_session(browser, clerk):
    tomorrow = timezone.now() + timedelta(days=1)
    Grant.objects.filter(user=clerk).update(ends_on=timezone.localdate(tomorrow))
    assert is_signed_in(browser)
    cookie = browser.cookies["sessionid"]
    cookie["expires"] = cookie["max-age"] = ""
    browser.session.set_expiry(3 * 86400)
    session = browser.session
    session.set_expiry(3 * 86400)
    session.save()
    with time_machine.travel(tomorrow, tick=True):
        assert not is_signed_in(browser)


def test_new_grant_ends_nothing(browser, clerk, other_town):
    GrantFactory(user=clerk, kind=Grant.Kind.CLERK, town=other_town)
    assert is_signed_in(browser)


def test_deactivated_user_is_out_at_once(browser, clerk):
    User.objects.filter(pk=clerk.pk).update(is_active=False)
    assert not is_signed_in(browser)


def test_reset_password_ends_the_session(browser, clerk):
    user = User.objects.get(pk=clerk.pk)
    user.set_password("Maque-feiguo-7")
    user.save()
    assert not is_signed_in(browser)


def test_rights_are_read_per_request(client, clerk, town):
    client.force_login(clerk)
    assert client.get(reverse("people:town-members")).status_code == 200
    Grant.objects.filter(user=clerk).update(kind=Grant.Kind.INSPECTOR, town=None)
    assert client.get(reverse("people:town-slips")).status_code == 403


def test_one_time_password_opens_only_the_account_page(client, clerk):
    User.objects.filter(pk=clerk.pk).update(must_change_password=True)
    client.force_login(User.objects.get(pk=clerk.pk))
    assert client.get(reverse("people:town-members")).url == ACCOUNT
    assert client.get("/admin/").url == ACCOUNT
    assert client.post(reverse("people:elder-switch")).url == ACCOUNT
    assert client.get(ACCOUNT).status_code == 200
    assert client.post(reverse("logout")).url == reverse("login")


def test_a_session_is_stored_as_django_stores_it_and_ends_at_its_hour(browser, clerk):
    session = Session.objects.get()
    assert db.SessionStore(session.session_key)["_auth_user_id"] == str(clerk.pk)
    Session.objects.update(expire_date=timezone.now())
    assert not is_signed_in(browser)
