"""A whole county starts and hands in at the same second while web workers are killed. What was acknowledged is stored.

300 people on SQLite, 1,000 on PostgreSQL, through the server as bin/run starts it. Everybody starts at once, reads the
paper, saves an answer, and then hands in by a double click together with everybody else.
"""

import asyncio
import json
import os
import signal
from collections.abc import Awaitable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.portal import ROOT, SERVER, Portal, running_portal
from tests.load.phones import Phone, Reply, Tally, allow_connections

PEOPLE = 1000 if os.environ.get("DATABASE_URL", "").startswith("postgres") else 300
KILLS = 3  # one in every step, once a quarter of the crowd has its reply; the older worker, so that they die in turn
pytestmark = pytest.mark.db_engine

WORLD = """
import json
from datetime import timedelta
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone
from assessments.actions import set_up_exam
from juxian.people.models import Grant, Member, Town, User
from tests.assessments.conftest import SMALL, fill
from tests.factories import BankFactory, BranchFactory, ClassFactory, MemberFactory
from trainings.models import Enrolment

now = timezone.now()
town = Town.objects.get(code="371327102")
clerk = User.objects.create_user("clerk", name="示例干事")
Grant.objects.create(user=clerk, kind="clerk", town=town, starts_on=timezone.localdate())
training_class = ClassFactory(town=town, state="running", created_by=clerk, capacity={people})
bank = BankFactory(town=town)
fill(bank, 20, 10, 10)
exam = set_up_exam(training_class=training_class, bank=bank, opens_at=now - timedelta(minutes=1),
                   closes_at=now + timedelta(hours=2), settings=SMALL, by=clerk)
branch = BranchFactory(town=town)
users = User.objects.bulk_create([User(username=f"rush{{n}}", name=f"示例{{n}}", password="!") for n in range({people})])
members = MemberFactory.build_batch({people}, branch=branch)
for member, user in zip(members, users):
    member.user = user
Member.objects.bulk_create(members)
Enrolment.objects.bulk_create([
    Enrolment(training_class=training_class, member=member, town=town, branch=branch, state="seated", source="list",
              created_by=clerk, created_at=now) for member in members])
store = SessionStore()
def session(user):
    return {{SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: "juxian.people.backends.PortalBackend",
            HASH_SESSION_KEY: user.get_session_auth_hash()}}
rows = [Session(session_key=store._get_new_session_key(), session_data=store.encode(session(user)),
                expire_date=now + timedelta(hours=3)) for user in users]
Session.objects.bulk_create(rows)
print(json.dumps({{"exam": exam.pk, "name": settings.SESSION_COOKIE_NAME, "keys": [row.session_key for row in rows]}}))
"""

STORED = """
import json
from django.db.models import Count
from assessments.models import Answer, Attempt
attempts = {row.pk: {"closed_by": row.closed_by, "answers": {}} for row in Attempt.objects.all()}
for pk, number, choice, seq in Answer.objects.values_list("attempt", "number", "choice", "client_seq"):
    attempts[pk]["answers"][number] = [choice, seq]
sitters = Attempt.objects.order_by().values("enrolment").distinct().count()
print(json.dumps({"attempts": attempts, "sitters": sitters}))
"""


@dataclass
class Acknowledged:
    """What the server said it has, by attempt: answers (number → choice, seq), and where each hand-in was sent."""

    answers: dict[str, dict[str, list[Any]]] = field(default_factory=dict)
    handed_in: dict[str, list[str]] = field(default_factory=dict)


def lost(said: Acknowledged, stored: dict[str, Any]) -> list[str]:
    """Acknowledged, and not there (or older than what was acknowledged)."""
    faults = []
    for attempt, answers in said.answers.items():
        held = stored.get(attempt, {"answers": {}})["answers"]
        faults += [f"{attempt}/{number}" for number, sent in answers.items() if held.get(number) != sent]
    return faults + [one for one in said.handed_in if stored.get(one, {}).get("closed_by") != "member"]


def web_workers(server: int) -> list[int]:
    """The server's children that serve, the longest-lived first."""
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    found = []
    for pid in children:
        with suppress(FileNotFoundError, ProcessLookupError):
            if b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append((int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19]), int(pid)))
    return [pid for _, pid in sorted(found)]


async def all_workers(server: int) -> list[int]:
    """Both workers, as soon as the one that died has its successor."""
    while len(workers := web_workers(server)) < 2:
        await asyncio.sleep(0.05)
    return workers


class Crowd:
    """Everybody, one step after the other, each step at the same moment."""

    def __init__(self, portal: Portal, world: dict[str, Any]) -> None:
        self.tally, self.said, self.exam = Tally(), Acknowledged(), world["exam"]
        self.phones = [Phone(portal.url, {world["name"]: key}, self.tally) for key in world["keys"]]
        self.attempts: list[str] = []
        self.server, self.kills = portal.server, 0

    async def sit(self) -> None:
        self.attempts = await self._together(map(self._start, self.phones))
        pairs = list(zip(self.phones, self.attempts, strict=True))
        await self._together(self._answer(phone, attempt) for phone, attempt in pairs)
        await self._together(self._hand_in(phone, attempt) for phone, attempt in pairs for _ in range(2))

    async def _together(self, steps: Iterable[Awaitable[Any]]) -> list[Any]:
        """Everybody's step at once; the older worker dies when a quarter is through, whatever the machine's speed."""
        steps, replies = list(steps), 0
        workers = await asyncio.wait_for(all_workers(self.server), timeout=60)

        async def counted(step: Awaitable[Any]) -> Any:
            nonlocal replies
            result = await step
            replies += 1
            if replies == len(steps) // 4:
                os.kill(workers[0], signal.SIGKILL)
                self.kills += 1
            return result

        return await asyncio.gather(*map(counted, steps))

    async def _start(self, phone: Phone) -> str:
        reply = await phone.post_form(f"/me/exams/{self.exam}/start/")
        assert reply.status == 302, reply
        return reply.location.strip("/").rsplit("/", 1)[1]

    async def _answer(self, phone: Phone, attempt: str) -> None:
        paper = await phone.get(f"/me/exams/attempts/{attempt}/")
        assert (paper.status, paper.body.count(b'class="ex-item"')) == (200, 8)
        reply = await phone.post_json(f"/me/exams/attempts/{attempt}/answers/", {"number": 1, "choice": [1], "seq": 1})
        assert reply.status == 200, reply
        self.said.answers[attempt] = {"1": [[1], 1]}

    async def _hand_in(self, phone: Phone, attempt: str) -> None:
        """The double click: both carry what was not saved yet."""
        unsaved = [{"number": number, "choice": [0], "seq": 3} for number in (2, 3)]
        path = f"/me/exams/attempts/{attempt}/submit/"
        reply: Reply = await phone.post_form(path, answers=json.dumps(unsaved))
        assert reply.status == 302, reply
        self.said.handed_in.setdefault(attempt, []).append(reply.location)
        self.said.answers[attempt] |= {"2": [[0], 3], "3": [[0], 3]}


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    with running_portal(tmp_path_factory.mktemp("rush"), "test_exam_rush", sweep_seconds=30) as portal:
        yield portal


@pytest.mark.trust("C1", "C2")
def test_everybody_at_once_while_workers_die(portal) -> None:
    allow_connections(4 * PEOPLE)
    crowd = Crowd(portal, json.loads(portal.manage("shell", "-v0", "-c", WORLD.format(people=PEOPLE))))
    asyncio.run(crowd.sit())
    stored = json.loads(portal.manage("shell", "-v0", "-c", STORED))
    assert crowd.tally.failures == []
    assert lost(crowd.said, stored["attempts"]) == []
    assert (len(stored["attempts"]), stored["sitters"], len(set(crowd.attempts))) == (PEOPLE, PEOPLE, PEOPLE)
    ends = [[f"/me/exams/attempts/{attempt}/result/"] * 2 for attempt in crowd.attempts]
    assert [crowd.said.handed_in[attempt] for attempt in crowd.attempts] == ends
    assert crowd.kills == KILLS
    assert crowd.tally.broken > 0


def test_idle_phones_leave_the_server_free(portal) -> None:
    """Browsers keep their connection open after a page; forty of them must not make the next one wait for a timeout."""
    where = urlsplit(portal.url)
    idle = [HTTPConnection(where.hostname, where.port, timeout=20) for _ in range(40)]
    try:
        for phone in idle:
            phone.request("GET", "/healthz")
            assert phone.getresponse().read() != b""
    finally:
        for phone in idle:
            phone.close()


def test_a_lost_answer_is_noticed() -> None:
    """Twin: the comparison sees a missing answer, an older one, a missing paper and one that is still open."""
    said = Acknowledged({"1": {"1": [[0], 1], "2": [[0], 9]}, "2": {"1": [[0], 1]}}, {"1": ["/"], "3": ["/"]})
    stored = {"1": {"closed_by": "", "answers": {"2": [[0], 8]}}, "3": {"closed_by": "member", "answers": {}}}
    assert lost(said, stored) == ["1/1", "1/2", "2/1", "1"]


def test_the_server_is_started_as_bin_run_starts_it() -> None:
    text = " ".join((ROOT / "bin" / "run").read_text().replace("\\\n", " ").split())
    assert " ".join(SERVER) in text
