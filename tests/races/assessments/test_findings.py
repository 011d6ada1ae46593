"""A lecturer replies late while the county decides."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from assessments.actions import findings
from assessments.models import TeachingFinding
from tests.factories import LecturerFactory, UserFactory
from tests.races.threads import kinds, together


@pytest.fixture
def crossing(county, arena):
    """The time for a reply is over: both may, and meet where one has read and the other has written."""
    lecturer = LecturerFactory(user=UserFactory())
    long_ago = timezone.now() - timedelta(days=90)
    finding = findings.open_finding(about=lecturer, text="课件过时", by=county, now=long_ago)
    arena.meet(findings, "_locked", 2, after=True)
    arena.meet(findings, "concerned", 2)
    said = {"finding": finding, "verdict": "noted", "reason": "知道", "by": county}

    def done(act, word: str) -> str:
        act()
        return word

    reply = partial(findings.reply_to_finding, finding=finding, text="已经换了", by=lecturer.user)
    return [partial(done, reply, "replied"), partial(done, partial(findings.decide_finding, **said), "decided")]


def test_no_reply_comes_after_the_decision(crossing):
    assert kinds(together(*crossing)) in (["ValidationError", "decided"], ["decided", "replied"])
    row = TeachingFinding.objects.get()
    assert row.replied_at is None or row.replied_at <= row.decided_at


def test_twin_without_the_lock_the_database_refuses_the_reply(crossing, arena):
    arena.lift_locks()
    assert kinds(together(*crossing)) == ["IntegrityError", "decided"]
    assert TeachingFinding.objects.get().reply == ""
