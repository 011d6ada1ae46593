"""Telling: once per key, few queries for many, copies for those who have an address."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from juxian.messages import channels
from juxian.messages.actions import Letter, tell, tell_many
from juxian.messages.gateways import InDoubt, NotSent
from juxian.messages.models import InboxMessage, OutboundSend
from juxian.obligations.models import Obligation
from juxian.obligations.sweep import sweep
from tests.factories import MemberFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.db_engine]
LEAVE = OutboundSend.OnDoubt.LEAVE


@pytest.fixture
def reachable(member):
    """A member with an e-mail address."""
    member.user.email = "jia@example.com"
    member.user.save()
    return member


@pytest.fixture(autouse=True)
def _by_day(only_sends, day) -> None:
    """Only copies are due, and none waits for the morning."""


def say(to, key="k1", **extra) -> InboxMessage:
    return tell(to=to, key=key, title="请您评课", body="匿名，约 2 分钟。", **extra)


def fate() -> tuple[str, bool]:
    """State of the one copy, and whether it carries a time of sending."""
    send = OutboundSend.objects.get()
    return send.state, send.sent_at is not None


def test_the_same_key_is_one_message(member, clerk, town):
    first = say(member)
    again = tell(to=clerk, key="k1", title="别的", body="别的")

    assert (again.pk, again.title, again.member) == (first.pk, "请您评课", member)
    assert say(town, key="k2").town == town
    assert say(clerk, key="k3").user == clerk


@pytest.mark.parametrize("link", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "me/"])
def test_a_link_stays_inside_the_portal(member, link):
    with pytest.raises(ValueError, match="path of this portal"):
        say(member, link=link)


@pytest.mark.parametrize("number", [1, 3])
def test_many_cost_as_much_as_one(town, django_assert_num_queries, number):
    members = [MemberFactory(user=UserFactory()) for _ in range(number)]
    letters = [Letter(m, f"k{m.pk}", "标题", "内容") for m in members]

    with django_assert_num_queries(2):
        tell_many(letters)

    tell_many(letters)
    assert InboxMessage.objects.count() == number
    assert OutboundSend.objects.count() == 0


def test_a_copy_goes_out_by_mail_once(reachable, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    say(reachable, link="/me/")
    say(reachable, link="/me/")

    assert sweep(timezone.now()) == {"inbox.send.email": {"done": 1}}
    assert sweep(timezone.now()) == {}
    assert [(m.subject, m.bcc, m.to) for m in mail.outbox] == [("请您评课", ["jia@example.com"], [])]
    assert fate() == ("sent", True)


def test_a_desk_copy_goes_to_its_clerks_only(town, clerk, other_clerk, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    for user in (clerk, other_clerk):
        user.email = f"{user.username}@example.com"
        user.save()
    say(town)

    sweep(timezone.now())

    assert [m.bcc for m in mail.outbox] == [["clerk@example.com"]]


def test_the_console_channel_writes_no_name_and_no_text(member, settings, caplog):
    settings.OUTBOUND_CHANNELS = ["console"]
    message = say(member)

    with caplog.at_level("INFO", logger="juxian.messages.channels"):
        sweep(timezone.now())

    key = OutboundSend.objects.get().provider_key
    assert caplog.messages == [f"message {message.pk} goes out, key {key}"]


@pytest.mark.trust("A12")
def test_an_address_that_is_gone_ends_the_copy(reachable):
    say(reachable)
    reachable.user.email = ""
    reachable.user.save()

    assert sweep(timezone.now()) == {"inbox.send.email": {"superseded": 1}}
    assert fate() == ("failed", False)


def test_a_demo_database_mails_into_files_only(reachable, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    MemberFactory(is_demo=True)
    say(reachable)

    assert sweep(timezone.now()) == {"inbox.send.email": {"superseded": 1}}
    assert fate() == ("failed", False)
    assert Obligation.objects.get().outcome == "演示数据库不往外发"


def _channel(monkeypatch, send):
    monkeypatch.setitem(channels.CHANNELS, "email", channels.Channel("email", "电子邮件", channels._with_mail, send))


def test_a_server_that_refuses_is_tried_again_without_doubt(reachable, monkeypatch, day):
    answers = [NotSent("ConnectionRefusedError"), ""]
    calls = []

    def send(message, key):
        calls.append(key)
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    _channel(monkeypatch, send)
    say(reachable)

    assert sweep(timezone.now()) == {"inbox.send.email": {"due": 1}}
    assert fate() == ("planned", False)
    assert Obligation.objects.values_list("attempts", "last_error").get() == (0, "ConnectionRefusedError")
    day.shift(timedelta(seconds=30))
    assert sweep(timezone.now()) == {"inbox.send.email": {"done": 1}}
    assert fate() == ("sent", True)
    assert len(set(calls)) == 1


@pytest.mark.trust("A2")
@pytest.mark.parametrize(
    ("on_doubt", "calls_made", "ends"),
    [(OutboundSend.OnDoubt.AGAIN, 2, ("unknown", True)), (LEAVE, 1, ("unknown", False))],
)
def test_silence_after_the_call_is_noticed(reachable, monkeypatch, day, on_doubt, calls_made, ends):
    calls = []

    def send(message, key):
        calls.append(key)
        if len(calls) == 1:
            raise InDoubt("TimeoutError")  # the server may have taken it
        return "250 ok"

    _channel(monkeypatch, send)
    tell_many([Letter(reachable, "k1", "题", "文", on_doubt=on_doubt)])
    sweep(timezone.now())
    assert fate() == ("sending", False)

    day.shift(timedelta(hours=1))
    sweep(timezone.now())

    assert (len(calls), fate()) == (calls_made, ends)
    assert OutboundSend.objects.all().doubtful().count() == 1
    assert Obligation.objects.get().state == "done"
