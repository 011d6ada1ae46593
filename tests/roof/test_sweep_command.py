"""`manage.py sweep`: words first, one JSON line last; the future only where nobody is hurt."""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from juxian.management.commands import sweep as command
from juxian.obligations.registry import Done, Draft, Kind, registry
from tests.factories import MemberFactory

pytestmark = [pytest.mark.django_db, pytest.mark.db_engine]


@pytest.fixture
def seen(monkeypatch) -> list:
    """The moments at which the one kind was asked and performed; each row makes the next until three are done."""
    moments: list = []
    start = timezone.now()

    def generate(now):
        moments.append(now)
        return [Draft("t.chain", "t.thing", 1, start, stage) for stage in range(min(3, len(moments)))]

    kind = Kind("t.chain", "接力", lambda row, now, prepared: Done(), generate=generate)
    monkeypatch.setattr(registry, "kinds", {"t.chain": kind})
    monkeypatch.setattr(registry, "chores", {})
    return moments


def lines(capsys, *words: str) -> list[str]:
    call_command("sweep", *words)
    return capsys.readouterr().out.splitlines()


def test_words_first_and_json_last(capsys, seen):
    out = lines(capsys)

    assert out[1:-1] == ["接力：新登记 1，办好 1"]
    assert json.loads(out[-1]) == {"t.chain": {"created": 1, "done": 1}}


def test_drain_goes_on_until_nothing_is_left(capsys, seen):
    assert json.loads(lines(capsys, "--drain")[-1]) == {"t.chain": {"created": 3, "done": 3}}
    assert lines(capsys, "--drain")[1:] == ["没有要办的。", "{}"]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-05T08:30", "2026-01-05T08:30:00+08:00"),
        ("2026-01-05 08:30:15", "2026-01-05T08:30:15+08:00"),
        ("2026-01-05", "2026-01-05T00:00:00+08:00"),
        ("2026-01-05T00:30:00Z", "2026-01-05T08:30:00+08:00"),
    ],
)
def test_the_moment_is_passed_through(capsys, seen, text, moment):
    lines(capsys, "--at", text)

    assert [timezone.localtime(now).isoformat() for now in seen] == [moment]


@pytest.mark.parametrize("text", ["明天", "2026-13-01", "2026-02-30T08:00"])
def test_a_moment_nobody_can_read_is_refused(capsys, seen, text):
    with pytest.raises(CommandError, match="看不懂"):
        call_command("sweep", "--at", text)
    assert capsys.readouterr().out == "{}\n"


def test_the_future_is_for_demo_and_test_databases(capsys, seen, monkeypatch):
    ahead = (timezone.now() + timedelta(days=3)).isoformat()
    lines(capsys, "--at", ahead)
    monkeypatch.setattr(command, "_is_test_database", lambda: False)
    MemberFactory()
    with pytest.raises(CommandError, match="演示库或测试库"):
        call_command("sweep", "--at", ahead)
    assert capsys.readouterr().out == "{}\n"
    assert len(seen) == 1
    MemberFactory(is_demo=True)

    lines(capsys, "--at", ahead)

    assert len(seen) == 2
