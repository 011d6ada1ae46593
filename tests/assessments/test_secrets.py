"""Neither key nor score can be told from anything before release.

Not a search for a canary but a comparison: the same pages are read twice, once with one key (or score) and once with
another. Whatever differs, in whichever spelling, header or file, tells the secret.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from assessments.actions import release_results, start_attempt, submit_attempt
from assessments.models import Attempt, Exam, Question
from juxian.people.models import User
from tests.assessments.conftest import right
from tests.matrix.table import TABLE
from trainings.models import Enrolment

pytestmark = pytest.mark.db_engine
TOKEN = re.compile(rb'(csrfmiddlewaretoken"? value=")[^"]+')
MEMBERS = ("me", "any", "public")
STAFF = ("town", "town-write", "county")
# sign-in, heartbeat, a fresh key each time, downloads that are on record
CHANGES_BY_ITSELF = {
    *{"logout", "login", "readyz", "trainings:session-roll"},
    *{"courses:town-export", "lecturers:town-export", "trainings:teaching-export"},
}


@pytest.fixture
def frozen(time_machine) -> None:
    time_machine.move_to(timezone.now(), tick=False)


@pytest.fixture
def sitting(exam: Exam, people: list[Enrolment], frozen: None) -> Attempt:
    return start_attempt(exam=exam, enrolment=people[0], by=people[0].member.user)


def paths(attempt: Attempt, *, staff: bool) -> Iterator[str]:
    """Every address of a member, and all of this floor, made to lead to this exam; staff: theirs, and the records."""
    keys = {
        "attempt": attempt.pk,
        "exam": attempt.exam_id,
        "training_class": attempt.exam.training_class_id,
        "bank": attempt.exam.bank_id,
        "question": attempt.paper[0]["id"],
        "member": attempt.enrolment.member_id,
        "enrolment": attempt.enrolment_id,
    }
    for name, row in TABLE.items():
        is_read = "GET" in row.methods and name not in CHANGES_BY_ITSELF and not name.startswith("admin:")
        if is_read and (name.startswith("assessments:") or row.audience in (STAFF if staff else MEMBERS)):
            of = {"pk": row.of} if isinstance(row.of, str) and row.of else row.of or {}
            with suppress(NoReverseMatch):
                yield reverse(name, kwargs={key: keys.get(value, 1) for key, value in dict(of).items()})
    if staff:
        yield from _records(attempt)
    else:
        yield reverse("admin:autocomplete") + "?app_label=assessments&model_name=attempt&field_name=exam"


def _records(attempt: Attempt) -> Iterator[str]:
    for label in (
        "assessments_attempt",
        "assessments_answer",
        "assessments_retake",
        "inbox_inboxmessage",
        "audit_auditentry",
    ):
        yield reverse(f"admin:{label}_changelist")
    yield reverse("admin:assessments_attempt_change", args=[attempt.pk])


def read(user: User, attempt: Attempt, *, staff: bool = False) -> dict[str, tuple]:
    """Status, headers and body of everything, as this person gets it."""
    client = Client(raise_request_exception=False)
    client.force_login(user)
    found = {}
    for path in paths(attempt, staff=staff):
        reply = client.get(path)
        body = b"".join(reply.streaming_content) if reply.streaming else reply.content
        headers = sorted((key, value) for key, value in reply.headers.items() if key != "Content-Length")
        found[path] = (reply.status_code, headers, _content(body))
    return found


def _content(body: bytes) -> object:
    """A page without its form tokens; a spreadsheet without the moments its archive was packed at."""
    if not body.startswith(b"PK"):
        return TOKEN.sub(rb"\1", body)
    with ZipFile(BytesIO(body)) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.startswith("docProps/")}


def told(before: dict[str, tuple], after: dict[str, tuple]) -> list[str]:
    """The pages that differ."""
    return [path for path in before if before[path] != after[path]]


def turn_the_key(attempt: Attempt) -> None:
    """Every right answer becomes a wrong one, in the paper and in the bank."""
    for question in attempt.paper:
        question["answer"] = [one for one in range(len(question["options"])) if one not in question["answer"]]
    Attempt.objects.filter(pk=attempt.pk).update(paper=attempt.paper)
    for question in Question.objects.all():
        question.answer = [one for one in range(len(question.options)) if one not in question.answer]
        question.save(update_fields=["answer"])


@pytest.mark.trust("C9")
def test_nothing_a_member_can_read_depends_on_the_key(sitting, people) -> None:
    """During the exam, for its sitter and for a neighbour; and after handing in, before release."""
    me, neighbour = people[0].member.user, people[1].member.user
    mine, theirs = read(me, sitting), read(neighbour, sitting)
    turn_the_key(sitting)
    assert (told(mine, read(me, sitting)), told(theirs, read(neighbour, sitting))) == ([], [])
    submit_attempt(attempt=sitting, answers=right(sitting, wrong=3), by=me)
    mine = read(me, sitting)
    turn_the_key(sitting)
    assert told(mine, read(me, sitting)) == []


@pytest.mark.trust("C10")
@pytest.mark.parametrize("who", ["member", "neighbour", "clerk", "county"])
def test_nothing_anybody_can_read_depends_on_a_score_before_release(sitting, people, clerk, county, who) -> None:
    submit_attempt(attempt=sitting, answers=right(sitting, wrong=2), by=None)
    reader = {"member": people[0].member.user, "neighbour": people[1].member.user, "clerk": clerk, "county": county}[
        who
    ]
    staff = who in ("clerk", "county")
    before = read(reader, sitting, staff=staff)
    Attempt.objects.update(score="7.65")
    assert told(before, read(reader, sitting, staff=staff)) == []


@pytest.mark.trust("C9", "C10")
def test_the_comparison_sees_what_is_told(exam, sitting, people, clerk, time_machine, monkeypatch) -> None:
    """Twin: a score after release, and a key that slips into the paper, are noticed."""
    me = people[0].member.user
    monkeypatch.setattr("assessments.papers.PUBLIC_KEYS", ("number", "kind", "stem", "options", "points", "answer"))
    monkeypatch.setattr("assessments.views.me_exams.LETTERS", [f"{letter} " for letter in "ABCDEFGH"])
    before = read(me, sitting)
    Attempt.objects.filter(pk=sitting.pk).update(paper=[one | {"stem": f"{one['answer']}"} for one in sitting.paper])
    assert told(before, read(me, sitting)) == [reverse("assessments:me-attempt", args=[sitting.pk])]
    submit_attempt(attempt=sitting, answers=right(sitting), by=None)
    time_machine.move_to(exam.closes_at, tick=False)
    release_results(exam=exam, by=clerk)
    before = read(me, sitting)
    Attempt.objects.update(score="7.65")
    assert reverse("assessments:me-result", args=[sitting.pk]) in told(before, read(me, sitting))
