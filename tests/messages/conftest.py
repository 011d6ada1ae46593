"""Copies by SMS, at ten in the morning, with nothing else due."""

from collections.abc import Iterator

import pytest
import time_machine

from juxian.messages import outbound
from juxian.obligations.registry import registry
from tests.messages.provider import Provider, provider


@pytest.fixture
def only_sends(monkeypatch) -> None:
    monkeypatch.setattr(registry, "kinds", {kind.code: kind for kind in outbound.KINDS})
    monkeypatch.setattr(registry, "chores", {})


@pytest.fixture
def day() -> Iterator[time_machine.Traveller]:
    """Ten in the morning: no quiet hour."""
    with time_machine.travel("2026-11-23T10:00:00+08:00", tick=False) as traveller:
        yield traveller


@pytest.fixture
def by_sms(only_sends, day, settings, tmp_path) -> time_machine.Traveller:
    """SMS is the one channel and writes files."""
    settings.OUTBOUND_CHANNELS = ["sms"]
    settings.VAR_DIR = tmp_path
    return day


@pytest.fixture
def relay(by_sms, settings) -> Iterator[Provider]:
    """SMS goes to a provider over HTTP."""
    with provider() as server:
        settings.SMS_URL, settings.SMS_TOKEN = server.url, "secret"
        yield server
