"""Rows about many people at once: seats that are raced for, and a whole exam through the running server."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection
from threading import Barrier
from time import sleep
from typing import Any
from urllib.parse import quote, urlencode

from _bench_tools import CSRF, ROOT, Bench, cookies_of, execute, insert_many
from django.db import connection, connections, transaction
from django.urls import reverse
from django.utils import timezone

from assessments.models import Answer, Attempt, Exam
from juxian.people.models import Member, User
from trainings.actions import enrol
from trainings.models import Enrolment, TrainingClass

RACERS, FREE = 12, 3
PHONES = 32
QUESTIONS = 20
ANSWER_COLUMNS = ["attempt", "number", "choice", "seq", "saved_at"]


# Seats ------------------------------------------------------------------------------------------------
def seat_race() -> Bench:
    """12 clerks' clicks for 3 seats. Limit: 12 threads lock a bare row, count, insert while there is room, commit."""
    training_class = TrainingClass.objects.filter(state="enrolling").select_related("town").order_by("pk").first()
    assert training_class is not None
    clerk = User.objects.get(username=f"clerk-{training_class.town.code}")
    people = Member.objects.counted().filter(branch__town=training_class.town)
    racers = list(people.exclude(enrolments__training_class=training_class).order_by("pk")[:RACERS])
    taken = Enrolment.objects.filter(training_class=training_class).seated().count()
    TrainingClass.objects.filter(pk=training_class.pk).update(capacity=taken + FREE)
    execute("CREATE TABLE bench_class (id bigint primary key)")
    execute("CREATE TABLE bench_seat (class bigint, member bigint, UNIQUE (class, member))")
    execute("INSERT INTO bench_class VALUES (1)")
    pool, line = ThreadPoolExecutor(RACERS), Barrier(RACERS)

    def race(run: Callable[[Member], object]) -> list[Any]:
        def start(member: Member) -> object:
            line.wait()
            return run(member)

        return list(pool.map(start, racers))

    def ours() -> None:
        results = race(lambda one: enrol(training_class=training_class, members=[one], source="list", by=clerk))
        assert sum(len(result.seated) for result in results) == FREE

    def limit() -> None:
        assert sum(race(_raw_seat)) == FREE

    def reset() -> None:
        execute("DELETE FROM bench_seat")
        Enrolment.objects.filter(training_class=training_class, member__in=racers).delete()

    return Bench("seat_race", ours, limit, 10, reset, close=lambda: _end(pool))


def _raw_seat(member: Member) -> bool:
    lock = " FOR UPDATE" if connection.vendor == "postgresql" else ""  # a transaction on SQLite begins with the lock
    with transaction.atomic():
        execute(f"SELECT id FROM bench_class WHERE id = 1{lock}")  # noqa: S608
        is_free: bool = execute("SELECT COUNT(*) FROM bench_seat WHERE class = 1")[0][0] < FREE
        if is_free:
            execute("INSERT INTO bench_seat VALUES (1, %s)", (member.pk,))
    return is_free


def _end(pool: ThreadPoolExecutor) -> None:
    """Close the connections of a pool's threads, then the pool."""
    line = Barrier(pool._max_workers)

    def close(_: int) -> None:
        connections.close_all()
        line.wait()

    list(pool.map(close, range(pool._max_workers)))
    pool.shutdown()


# Exam -------------------------------------------------------------------------------------------------
def seated_exam(number: int) -> list[Enrolment]:
    """A running class's exam of 20 questions, open now, and `number` seats with accounts that have not sat it."""
    exam = Exam.objects.filter(training_class__state="running").select_related("training_class__town").first()
    assert exam is not None
    now = timezone.now()
    exam.opens_at, exam.closes_at = now - timedelta(hours=1), now + timedelta(hours=3)
    exam.single_count, exam.multiple_count, exam.true_false_count = 10, 0, 10
    exam.duration_minutes = 120
    exam.save()
    training_class = exam.training_class
    people = Member.objects.filter(user=None, left_on=None).exclude(enrolments__training_class=training_class)
    members = list(people.order_by("pk")[:number])
    assert len(members) == number, len(members)
    users = User.objects.bulk_create(
        [User(username=f"bench-{member.pk}", name=member.name, password="!") for member in members]  # noqa: S106
    )
    for member, user in zip(members, users, strict=True):
        member.user = user
    Member.objects.bulk_update(members, ["user"])
    return Enrolment.objects.bulk_create(
        [
            Enrolment(
                training_class=training_class, member=member, town=training_class.town, branch_id=member.branch_id,
                state="seated", source="list", created_by=training_class.created_by,
            )
            for member in members
        ]
    )  # fmt: skip


ONE_BY_ONE = [[number] for number in range(1, QUESTIONS + 1)]
IN_A_RUSH = [[1], list(range(2, QUESTIONS + 1))]


def exam_of(number: int, requests: list[list[int]], name: str) -> Bench:
    """Members start, save 20 answers and submit, 32 phones at a time without a pause, through the running server.

    `requests` says which answers the page sends together. It has one request on its way and sends what was chosen
    meanwhile with the next. ONE_BY_ONE: every choice waits until the one before is stored, so each goes alone, as with
    people who read their questions. IN_A_RUSH: the other end, all is tapped before the first answer comes back.
    Limit: as many threads insert 20 rows and commit, once per member.
    """
    enrolments = seated_exam(number)
    exam = enrolments[0].training_class.exam
    papers = [(exam.pk, cookies_of(enrolment.member.user)) for enrolment in enrolments]  # type: ignore[arg-type]
    execute(
        "CREATE TABLE IF NOT EXISTS bench_answer (attempt bigint, number int, choice text, seq bigint, saved_at text)"
    )
    server, pool = Server(), ThreadPoolExecutor(PHONES)

    def ours() -> None:
        list(pool.map(lambda paper: sit(server.port, paper[0], paper[1], requests), papers))
        done = Attempt.objects.filter(enrolment__in=enrolments, closed_by="member")
        assert done.count() == number, done.count()
        assert Answer.objects.filter(attempt__in=done).count() == number * QUESTIONS

    def limit() -> None:
        list(pool.map(_raw_answers, range(number)))

    def close() -> None:
        server.stop()
        _end(pool)

    return Bench(name, ours, limit, 1, operations=number, close=close)


def _raw_answers(attempt: int) -> None:
    stamp = timezone.now().isoformat()
    with transaction.atomic():
        insert_many("bench_answer", ANSWER_COLUMNS, [(attempt, n, "[0]", n, stamp) for n in range(1, QUESTIONS + 1)])


def sit(port: int, exam: int, cookies: str, requests: list[list[int]]) -> None:
    """One phone: start, open the paper, save every answer, hand in."""
    phone = Phone(HTTPConnection("127.0.0.1", port, timeout=120), cookies)
    paper = phone.post(reverse("assessments:me-start", args=[exam]), {}, 302)
    phone.ask("GET", paper, b"", "", 200)
    for numbers in requests:
        rows = [{"number": number, "choice": [0], "seq": number} for number in numbers]
        phone.save(f"{paper}answers/", {"answers": rows})
    phone.post(f"{paper}submit/", {"answers": "[]"}, 302)
    phone.line.close()


@dataclass
class Phone:
    """A browser as far as the exam needs one."""

    line: HTTPConnection
    cookies: str

    def ask(self, method: str, path: str, body: bytes, kind: str, wanted: int) -> str:
        """The path a redirect leads to; anything but the wanted status is an error."""
        headers = {"Cookie": self.cookies, "X-CSRFToken": CSRF, "Content-Type": kind}
        self.line.request(method, path, body, headers)
        got = self.line.getresponse()
        text = got.read()
        assert got.status == wanted, (path, got.status, text[:300])
        return got.headers.get("Location", "")

    def post(self, path: str, fields: dict[str, str], wanted: int) -> str:
        return self.ask("POST", path, urlencode(fields).encode(), "application/x-www-form-urlencoded", wanted)

    def save(self, path: str, body: dict[str, Any]) -> None:
        self.ask("POST", path, json.dumps(body).encode(), "application/json", 200)


class Server:
    """The web server as bin/run starts it, two workers, on the scratch database."""

    def __init__(self) -> None:
        self.port = _free_port()
        command = [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(self.port), "--workers", "2", "--no-ws",
            "--blocking-threads", "4", "--backpressure", "1000", "--log-level", "error", "juxian.wsgi:application",
        ]  # fmt: skip
        self.process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "DATABASE_URL": _url()})
        for _ in range(300):
            if self._answers():
                return
            sleep(0.1)
        self.stop()
        raise SystemExit("量测用的网页服务 30 秒内没有起来。")

    def _answers(self) -> bool:
        try:
            Phone(HTTPConnection("127.0.0.1", self.port, timeout=5), "").ask("GET", "/healthz", b"", "", 200)
        except OSError:
            return False
        return True

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _url() -> str:
    """The address of the scratch database, as DATABASE_URL says it."""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    login = quote(found["USER"]) + (f":{quote(found['PASSWORD'], safe='')}" if found["PASSWORD"] else "")
    return f"postgres://{login}@{found['HOST']}:{found['PORT'] or 5432}/{found['NAME']}"
