"""Wrong tries lock longer and longer, nobody for ever, and only where they were made; who exists cannot be told."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client
from django.utils import timezone

from juxian.people.lockout import GrowingLock, client_address, wait_after
from tests.factories import UserFactory
from tests.people.test_sign_in import sign_in, with_password

pytestmark = pytest.mark.db_engine


def minutes_said(answer) -> int:
    return answer.context["minutes"]


def test_the_wait_grows_to_four_hours_and_no_further() -> None:
    waits = [int(wait_after(number).total_seconds() // 60) for number in (0, 4, 5, 6, 7, 8, 9, 10, 1000)]
    assert waits == [0, 0, 15, 30, 60, 120, 240, 240, 240]


def test_each_further_wrong_try_waits_twice_as_long(client, member) -> None:
    with_password(member.user)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(4):
            assert sign_in(client, "member", "falsch-7-falsch").status_code == 200
        said = []
        for _ in range(6):
            answer = sign_in(client, "member", "falsch-7-falsch")
            assert answer.status_code == 429
            said.append(minutes_said(answer))
            clock.shift(timedelta(minutes=said[-1]) - timedelta(seconds=1))
            assert sign_in(client, "member").status_code == 429
            clock.shift(timedelta(seconds=1))
        assert said == [15, 30, 60, 120, 240, 240]
        assert sign_in(client, "member").status_code == 302


def test_tries_during_a_lock_do_not_lengthen_it(client, member) -> None:
    with_password(member.user)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(5):
            sign_in(client, "member", "falsch-7-falsch")
        for _ in range(30):
            clock.shift(timedelta(seconds=29))
            assert sign_in(client, "member", "falsch-7-falsch").status_code == 429
        clock.shift(timedelta(seconds=31))
        assert sign_in(client, "member").status_code == 302


def test_a_right_try_or_a_day_forgets(client, member) -> None:
    with_password(member.user)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for forget in (lambda: sign_in(client, "member"), lambda: clock.shift(timedelta(hours=25))):
            assert [sign_in(client, "member", "falsch-7-falsch").status_code for _ in range(4)] == [200] * 4
            forget()
            client.logout()
        assert [sign_in(client, "member", "falsch-7-falsch").status_code for _ in range(5)] == [200] * 4 + [429]


def test_somebody_elses_guessing_locks_nobody_out_elsewhere(client, member) -> None:
    with_password(member.user)
    attacker = Client(REMOTE_ADDR="192.0.2.66")
    for _ in range(20):
        sign_in(attacker, "member", "falsch-7-falsch")
    assert sign_in(attacker, "member").status_code == 429
    assert sign_in(client, "member").status_code == 302


def test_the_twin_without_the_lock_lets_the_sixth_in(client, member, monkeypatch) -> None:
    monkeypatch.setattr(GrowingLock, "is_locked", lambda self, request, credentials=None: False)
    with_password(member.user)
    for _ in range(5):
        sign_in(client, "member", "falsch-7-falsch")
    assert sign_in(client, "member").status_code == 302


def test_known_and_unknown_names_get_the_same_answers_for_the_same_work(client, member, monkeypatch) -> None:
    """Text, status and lock are equal from the first to the locked try, and so is the number of hashes."""
    with_password(member.user)
    with_password(UserFactory(username="asleep", is_active=False))
    UserFactory(username="bare").set_unusable_password()
    hashed: list[int] = []
    for verb in ("encode", "verify"):
        real = getattr(Argon2PasswordHasher, verb)
        monkeypatch.setattr(
            Argon2PasswordHasher, verb, lambda self, *a, real=real, **k: (hashed.append(1), real(self, *a, **k))[1]
        )
    seen = {}
    for name in ("member", member.mobile, "nobody", "19900009999", "asleep", "bare"):
        answers = []
        for _ in range(7):
            hashed.clear()
            answer = sign_in(Client(), name, "falsch-7-falsch")
            text = answer.content.decode().replace(name, "")
            shown = text[text.index("<main") :] if "<main" in text else text
            csrf = [line for line in shown.splitlines() if "csrfmiddlewaretoken" not in line]
            answers.append((answer.status_code, len(hashed), "\n".join(csrf)))
        seen[name] = answers
    assert [(status, work) for status, work, _ in seen["nobody"]] == [(200, 1)] * 4 + [(429, 1)] + [(429, 0)] * 2
    assert {name: answers == seen["nobody"] for name, answers in seen.items()} == dict.fromkeys(seen, True)


@pytest.mark.parametrize(
    ("proxies", "header", "seen"),
    [
        (0, "192.0.2.1", "198.51.100.9"),
        (1, "", "198.51.100.9"),
        (1, "192.0.2.1", "192.0.2.1"),
        (1, "6.6.6.6, 192.0.2.1", "192.0.2.1"),
        (2, "6.6.6.6, 192.0.2.1, 10.0.0.1", "192.0.2.1"),
        (2, "192.0.2.1", "198.51.100.9"),
        (1, "nonsense", "198.51.100.9"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
    ],
)
def test_the_address_is_what_our_own_proxy_saw(rf, settings, proxies, header, seen) -> None:
    settings.PROXIES = proxies
    assert client_address(rf.get("/", HTTP_X_FORWARDED_FOR=header, REMOTE_ADDR="198.51.100.9")) == seen
