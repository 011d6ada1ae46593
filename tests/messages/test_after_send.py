"""A process that dies between the provider's call and the mark: how many messages the provider gets then."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.obligations.processes import ROOT, own_database, run

pytestmark = [pytest.mark.db_engine]
TELL = """
from datetime import date
from juxian.messages.actions import Letter, tell_many
from juxian.messages.models import OutboundSend
from juxian.people.models import Branch, Member, Town
from juxian.rules.models import Rule
for key in ("outbound.quiet_from", "outbound.quiet_until"):  # no night in this county
    Rule.objects.get_or_create(key=key, valid_from=date(2020, 1, 1), defaults={"value": 8, "label": key, "source": "试", "certainty": "C"})
town, _ = Town.objects.get_or_create(code="9", name="示例镇", kind="town", active_from=date(2020, 1, 1))
branch, _ = Branch.objects.get_or_create(town=town, name="示例支部")
member = Member.objects.create(branch=branch, name="示例甲", id_number="{mark}", mobile="19900000000")
tell_many([Letter(member, "{mark}", "题", "文", on_doubt=OutboundSend.OnDoubt.{on_doubt})])
"""
SWEEP = """
import os
from dataclasses import replace
from django.conf import settings
from django.utils import timezone
from juxian.messages import channels
from juxian.messages.gateways import FileGateway
from juxian.obligations.models import Obligation
from juxian.obligations.registry import registry
from juxian.obligations.sweep import sweep

real = channels.CHANNELS["sms"]
gateway = FileGateway(settings.VAR_DIR / "sms", knows_keys={knows_keys})
channels.gateway = lambda: gateway

def after_send(message, key):
    "The fault point: the provider has it, nothing is marked yet."
    reference = real.send(message, key)
    os._exit(137) if {dies} else None
    return reference

channels.CHANNELS["sms"] = replace(real, send=after_send)
registry.chores.clear()
for _ in range(2):
    Obligation.objects.filter(state="leased").update(lease_until="2020-01-01T00:00:00Z")
    sweep(timezone.now())
"""
LOOK = """
from juxian.messages.models import OutboundSend
send = OutboundSend.objects.get(message__key="{mark}")
print(send.provider_key, send.state, send.is_maybe_twice, send.sent_at is not None)
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory) -> Iterator[dict[str, str]]:
    """A database of its own, where copies go out by SMS."""
    with own_database(tmp_path_factory.mktemp("sends"), os.environ.get("DATABASE_URL", "")) as found:
        yield found | {"OUTBOUND_CHANNELS": "sms"}


def shell(environment: dict[str, str], code: str, **values: object) -> str:
    for name, value in values.items():
        code = code.replace("{" + name + "}", str(value))
    return run(environment, "manage.py", "shell", "-v0", "-c", code)


def sweep_and_die(environment: dict[str, str], knows_keys: bool) -> int:
    code = SWEEP.replace("{knows_keys}", str(knows_keys)).replace("{dies}", "True")
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", code]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=120, check=False).returncode


@pytest.mark.trust("A2")
@pytest.mark.parametrize(
    ("knows_keys", "on_doubt", "messages", "fate"),
    [
        (True, "LEAVE", 1, "sent False True"),  # asked again with the same key, the provider knows it
        (False, "AGAIN", 2, "unknown True True"),  # a notice: rather twice, and staff see it
        (False, "LEAVE", 1, "unknown False False"),  # a reminder: rather not, and staff see it
    ],
)
def test_a_death_after_sending_repeats_at_most_once_and_is_told(environment, knows_keys, on_doubt, messages, fate):
    folder = Path(environment["VAR_DIR"]) / "sms"
    mark = f"{knows_keys}-{on_doubt}"
    shell(environment, TELL, mark=mark, on_doubt=on_doubt)

    assert sweep_and_die(environment, knows_keys) == 137
    key, *found = shell(environment, SWEEP + LOOK, mark=mark, knows_keys=knows_keys, dies=False).split()
    assert (" ".join(found), len(list(folder.glob(f"{key}*")))) == (fate, messages)
