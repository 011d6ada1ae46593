"""Copies by SMS: once, by day, not too many, with a provider that may be down, slow or forgetful."""

import json
from datetime import date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from juxian.audit.models import AuditEntry
from juxian.messages import breaker, gateways, outbound
from juxian.messages.actions import Letter, send_again, tell, tell_many
from juxian.messages.gateways import HttpGateway, InDoubt, NotSent, Refused
from juxian.messages.models import ChannelHealth, InboxMessage, OutboundSend
from juxian.obligations.models import Obligation
from juxian.obligations.owe import insert_missing
from juxian.obligations.registry import Done, Draft, Kind, Later, registry
from juxian.obligations.sweep import sweep
from juxian.people.models import Grant
from juxian.rules.models import Rule
from tests.factories import GrantFactory, MemberFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.db_engine]
KIND = "inbox.send.sms"
HOUR = timedelta(hours=1)


def rule(key: str, value: int) -> None:
    Rule.objects.create(key=key, value=value, label=key, valid_from=date(2020, 1, 1), source="试", certainty="C")


def say(member, *keys: str, **extra) -> None:
    tell_many([Letter(member, key, "请您评课", "匿名，约 2 分钟。", **extra) for key in keys])


def states(**where) -> list[str]:
    return sorted(OutboundSend.objects.filter(**where).values_list("state", flat=True))


def files(tmp_path) -> list[dict]:
    return [json.loads(path.read_text()) for path in sorted((tmp_path / "sms").glob("*"))]


# One copy -------------------------------------------------------------------------------------------------
def test_a_copy_is_one_file_of_the_stand_in_and_the_number_stays_closed(by_sms, member, tmp_path, caplog):
    say(member, "k1")
    say(member, "k1")

    with caplog.at_level("DEBUG"):
        assert sweep(timezone.now()) == {KIND: {"done": 1}}
        assert sweep(timezone.now()) == {}

    send = OutboundSend.objects.get()
    (path,) = (tmp_path / "sms").iterdir()
    masked = f"{member.mobile[:3]}****{member.mobile[-4:]}"
    assert (path.name, path.stat().st_mode & 0o777) == (f"{send.provider_key}.json", 0o600)
    assert files(tmp_path)[0] | {"at": 0} == {
        "key": str(send.provider_key),
        "to": masked,
        "text": "【莒南党员教育】请您评课。匿名，约 2 分钟。",
        "at": 0,
    }
    assert (send.state, send.provider_ref, send.is_maybe_twice) == ("sent", path.name, False)
    assert member.mobile not in caplog.text + path.read_text() + str(OutboundSend.objects.values_list().get())


def test_planning_reads_no_number_and_costs_the_same_for_many(by_sms, monkeypatch, django_assert_num_queries):
    members = [MemberFactory() for _ in range(3)] + [MemberFactory(mobile="")]
    monkeypatch.setattr("juxian.vault.fields.unseal", None)  # whoever decrypted here would fail

    with django_assert_num_queries(7):
        tell_many([Letter(member, f"k{member.pk}", "题", "文") for member in members])

    assert OutboundSend.objects.count() == 3


@pytest.mark.trust("A12")
def test_whoever_left_lost_the_account_read_it_or_is_too_late_gets_none(by_sms, tmp_path):
    gone, suspended, barred, reader, late = (MemberFactory(user=UserFactory()) for _ in range(5))
    for member in (gone, suspended, barred, reader):
        say(member, f"k{member.pk}")
    say(late, "late", until=timezone.now() + HOUR)
    gone.left_on, suspended.status, barred.user.is_active = timezone.localdate(), "suspended", False
    for row in (gone, suspended, barred.user):
        row.save()
    InboxMessage.objects.filter(member=reader).update(read_at=timezone.now())
    by_sms.shift(HOUR)

    assert sweep(timezone.now()) == {KIND: {"superseded": 5}}

    assert files(tmp_path) == []
    assert (states(message__member__in=[gone, suspended, barred]), states(message__member__in=[reader, late])) == (
        ["failed"] * 3,
        ["dropped"] * 2,
    )
    assert sorted(set(Obligation.objects.values_list("outcome", flat=True))) == [
        "已在站内读过",
        "已过时",
        "没有可用的手机号，或已不在册",
    ]


def test_a_demo_database_reaches_no_provider(relay, member):
    MemberFactory(is_demo=True)
    say(member, "k1")

    sweep(timezone.now())

    assert (states(), relay.asked) == (["failed"], [])


# When -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("clock", "ends"),
    [
        ("2026-11-23T20:59:59", None),
        ("2026-11-23T21:00:00", "2026-11-24T08:00:00"),
        ("2026-12-31T23:59:59", "2027-01-01T08:00:00"),
        ("2028-02-29T00:00:00", "2028-02-29T08:00:00"),
        ("2026-11-24T07:59:59", "2026-11-24T08:00:00"),
        ("2026-11-24T08:00:00", None),
    ],
)
@pytest.mark.trust("A16")
def test_nights_are_local_nights(by_sms, member, tmp_path, clock, ends):
    by_sms.move_to(datetime.fromisoformat(f"{clock}+08:00"))
    say(member, "k1")
    assert InboxMessage.objects.count() == 1

    sweep(timezone.now())
    assert (len(files(tmp_path)), Obligation.objects.get().attempts) == ((0, 0) if ends else (1, 1))

    if ends:
        morning = datetime.fromisoformat(f"{ends}+08:00")
        by_sms.move_to(morning - timedelta(seconds=1))
        assert sweep(timezone.now()) == {}
        by_sms.move_to(morning)
        assert sweep(timezone.now()) == {KIND: {"done": 1}}


def test_the_county_moves_the_night(by_sms, member, tmp_path):
    rule("outbound.quiet_from", 9)
    rule("outbound.quiet_until", 12)
    say(member, "k1")

    assert sweep(timezone.now()) == {}
    by_sms.shift(2 * HOUR)
    assert sweep(timezone.now()) == {KIND: {"done": 1}}


def test_two_a_day_and_the_third_in_the_morning(by_sms, member, tmp_path):
    other = MemberFactory()
    say(member, "k1", "k2", "k3", "k4", "k5")
    say(other, "o1")

    assert sweep(timezone.now()) == {KIND: {"done": 3, "due": 3}}
    assert sweep(timezone.now()) == {}
    assert states(message__member=other) == ["sent"]
    by_sms.move_to(datetime.fromisoformat("2026-11-24T08:00:00+08:00"))
    assert sweep(timezone.now()) == {KIND: {"done": 2, "due": 1}}
    by_sms.shift(24 * HOUR)
    assert sweep(timezone.now()) == {KIND: {"done": 1}}
    assert states() == ["sent"] * 6


@pytest.mark.django_db(transaction=True)
def test_the_daily_cap_holds_in_a_race(by_sms, member, tmp_path):
    say(member, *[f"k{n}" for n in range(6)])
    rows = list(Obligation.objects.all())
    start, results = Barrier(len(rows)), []

    def go(row: Obligation) -> None:
        start.wait()
        results.append(outbound.hand_over(row))
        connection.close()

    threads = [Thread(target=go, args=(row,)) for row in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(files(tmp_path)), sum(isinstance(found, Later) for found in results)) == (2, 4)


def test_no_more_a_minute_than_allowed_and_the_rest_stays_untouched(by_sms, tmp_path):
    rule("outbound.per_minute", 3)
    for member in (MemberFactory() for _ in range(5)):
        say(member, f"k{member.pk}")

    assert sweep(timezone.now()) == {KIND: {"done": 3}}
    assert sorted(Obligation.objects.values_list("state", "attempts")) == [("done", 1)] * 3 + [("due", 0)] * 2
    by_sms.shift(timedelta(seconds=60))
    assert sweep(timezone.now()) == {KIND: {"done": 2}}


# The provider --------------------------------------------------------------------------------------------------
def test_the_provider_gets_number_text_key_and_token(relay, member):
    say(member, "k1")

    sweep(timezone.now())

    send = OutboundSend.objects.get()
    wish = {"key": str(send.provider_key), "to": member.mobile, "text": "【莒南党员教育】请您评课。匿名，约 2 分钟。"}
    assert (relay.asked, relay.tokens, send.provider_ref) == ([wish], {"Bearer secret"}, f"r-{wish['key'][:8]}")


@pytest.mark.parametrize(
    ("mood", "error"),
    [(400, Refused), (429, NotSent), (503, NotSent), (500, InDoubt), (302, InDoubt), ("silent", InDoubt)],
)
def test_what_an_answer_means(relay, monkeypatch, mood, error):
    monkeypatch.setattr(gateways, "ANSWER_SECONDS", 0.2)
    relay.mood = mood

    with pytest.raises(NotSent if error is Refused else error) as raised:
        HttpGateway(relay.url, "secret").send("19900000000", "文", outbound_key())

    assert type(raised.value) is error


def outbound_key():
    return OutboundSend(provider_key="00000000-0000-4000-8000-000000000001").provider_key


def test_a_refused_number_ends_at_once_and_does_not_count_as_ill(relay, member):
    relay.mood = 400
    say(member, "k1")

    assert sweep(timezone.now()) == {KIND: {"superseded": 1}}
    assert (states(), ChannelHealth.objects.count()) == (["failed"], 0)


@pytest.mark.trust("A17")
@pytest.mark.parametrize("mood", [503, 500])
def test_a_provider_down_for_two_days_is_asked_seldom_and_then_gets_everything_once(relay, day, mood):
    relay.mood = mood
    members = [MemberFactory() for _ in range(20)]
    for member in members:
        say(member, f"k{member.pk}")
    assert InboxMessage.objects.count() == 20  # the copy in the portal is there at once
    gaps, before, hours = [], timezone.now(), []
    for _ in range(48 * 6):
        asked = len(relay.asked)
        sweep(timezone.now())
        hours.append(len(relay.asked) - asked)
        if hours[-1]:
            gaps.append(timezone.now() - before)
            before = timezone.now()
        day.shift(timedelta(minutes=10))

    assert sum(hours) < 60
    assert max(hours[1:]) <= 2
    assert sorted(gaps)[-3] <= timedelta(minutes=70)  # but for the nights nobody waits longer than the step
    assert Obligation.objects.parked().count() == 0

    relay.mood = 200
    for _ in range(12):
        day.shift(timedelta(minutes=10))
        sweep(timezone.now())
    assert (states(), max(relay.delivered.values()), len(relay.delivered)) == (["sent"] * 20, 1, 20)
    assert ChannelHealth.objects.values_list("failures", "paused_until").get() == (0, None)


@pytest.mark.trust("A17")
def test_a_silent_provider_keeps_nobody_else_waiting(relay, monkeypatch):
    monkeypatch.setattr(gateways, "ANSWER_SECONDS", 0.2)
    relay.mood = "silent"
    calls_before_others = []

    def other(row, now, prepared):
        calls_before_others.append(len(relay.asked))
        return Done()

    registry.kinds["t.other"] = Kind("t.other", "别的", other)
    for member in (MemberFactory() for _ in range(20)):
        say(member, f"k{member.pk}")
    insert_missing([Draft("t.other", "t.thing", 1, timezone.now())])

    sweep(timezone.now())

    assert calls_before_others[0] <= 1
    assert len(relay.asked) == breaker.AFTER


def test_after_a_pause_one_message_tries_first(by_sms):
    for _ in range(breaker.AFTER):
        again = breaker.failed("sms", timezone.now(), "坏")
    assert breaker.is_closed_until("sms", timezone.now()) == again
    assert breaker.may_call("sms", timezone.now()) is False

    by_sms.move_to(again)

    assert [breaker.may_call("sms", timezone.now()) for _ in range(3)] == [True, False, False]
    breaker.worked("sms")
    assert [breaker.may_call("sms", timezone.now()) for _ in range(3)] == [True, True, True]


def test_after_three_days_it_is_given_up(by_sms, member, tmp_path):
    say(member, "k1")
    by_sms.shift(timedelta(days=3, seconds=1))

    assert sweep(timezone.now()) == {KIND: {"superseded": 1}}
    assert (states(), files(tmp_path)) == (["failed"], [])


# Again ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def failed(by_sms, member) -> OutboundSend:
    """A copy that failed, for the number was not there."""
    say(member, "k1")
    number, member.mobile = member.mobile, ""
    member.save()
    sweep(timezone.now())
    member.mobile = number
    member.save()
    return OutboundSend.objects.get()


def test_the_county_sends_a_failed_copy_again(failed, client, county):
    client.force_login(county)
    form = {"action": "try_again", "_selected_action": [failed.pk]}
    path = reverse("admin:inbox_outboundsend_changelist")

    page = client.post(path, form, follow=True)
    again = client.post(path, form, follow=True)

    assert [str(m) for m in page.context["messages"]] == ["已重新安排 1 条，白天会再发。"]
    assert [str(m) for m in again.context["messages"]] == ["选中的没有“失败”或“是否发出不明”的，什么也没有改。"]
    assert sweep(timezone.now()) == {KIND: {"done": 1}}
    assert (states(), AuditEntry.objects.filter(action="inbox.send_again").count()) == (["sent"], 1)


def test_an_auditor_looks_and_sends_nothing(failed, client):
    client.force_login(GrantFactory(user=UserFactory(username="auditor"), kind=Grant.Kind.AUDITOR).user)
    path = reverse("admin:inbox_outboundsend_changelist")

    client.post(path, {"action": "try_again", "_selected_action": [failed.pk]})

    assert client.get(path).status_code == 200
    assert states() == ["failed"]


@pytest.mark.parametrize(
    ("was", "channel", "flagged"), [("unknown", "email", True), ("unknown", "sms", False), ("failed", "email", False)]
)
def test_again_after_doubt_may_be_twice_unless_the_provider_knows_keys(failed, county, was, channel, flagged):
    OutboundSend.objects.update(state=was, channel=channel)

    send_again(send=OutboundSend.objects.get(), by=county)
    send_again(send=OutboundSend.objects.get(), by=county)

    send = OutboundSend.objects.get()
    assert (send.state, send.is_maybe_twice) == ("planned", flagged)
    assert Obligation.objects.filter(state="due").count() == 1


@pytest.mark.parametrize("number", [1, 3])
def test_the_lists_cost_the_same_for_one_and_three(by_sms, client, county, django_assert_num_queries, number):
    for member in (MemberFactory() for _ in range(number)):
        tell(to=member, key=f"k{member.pk}", title="题", body="文")
        ChannelHealth.objects.create(channel=["sms", "email", "console"][ChannelHealth.objects.count()])
    client.force_login(county)

    with django_assert_num_queries(6):
        client.get(reverse("admin:inbox_outboundsend_changelist"))
    with django_assert_num_queries(6):
        client.get(reverse("admin:inbox_channelhealth_changelist"))
