"""Accounts are published twice at once, and withdrawn while they are approved; a member asks more than a day allows."""

from functools import partial

import pytest

from centres.actions import disclosures as way
from centres.actions import questions
from centres.models import Disclosure, DisclosureQuestion
from juxian.audit.models import AuditEntry
from juxian.people.models import Member
from tests.centres.disclosure_rows import FIRST, checked, drafted, published, second_clerk
from tests.races.threads import kinds, together

__all__ = ["second_clerk"]  # a fixture


@pytest.fixture
def approved(town, clerk, second_clerk, county, arena) -> Disclosure:
    row = checked(drafted(town, clerk), clerk, second_clerk)
    way.approve_disclosure(disclosure=row, by=county)
    arena.meet(way, "hits_of", 2)
    return row


def publish(row: Disclosure, by) -> str:
    return way.publish_disclosure(disclosure=row, by=by).state


def publishings() -> int:
    return AuditEntry.objects.filter(action="centres.disclosure_publish").count()


def test_published_twice_is_published_once(approved, clerk, second_clerk) -> None:
    assert kinds(together(*[partial(publish, approved, by) for by in (clerk, second_clerk)])) == ["published"] * 2
    assert publishings() == 1


def test_twin_without_the_lock_the_guard_of_the_table_refuses_the_second(approved, clerk, second_clerk, arena) -> None:
    arena.lift_locks()
    results = together(*[partial(publish, approved, by) for by in (clerk, second_clerk)])
    assert kinds(results) == ["IntegrityError", "published"]
    assert publishings() == 1


@pytest.fixture
def waiting(town, clerk, second_clerk, arena) -> Disclosure:
    row = checked(drafted(town, clerk), clerk, second_clerk)
    place = arena.meet(way, "hits_of", 2)
    arena.meet(way, "_to_draft", place)
    return row


def approve(row: Disclosure, by) -> str:
    return way.approve_disclosure(disclosure=row, by=by).state


def withdraw(row: Disclosure, by) -> str:
    return way.withdraw_disclosure(disclosure=row, by=by).state


def test_withdrawn_while_it_is_approved_is_one_of_both(waiting, clerk, county) -> None:
    results = together(partial(approve, waiting, county), partial(withdraw, waiting, clerk))
    assert [Disclosure.objects.get().state, kinds(results)] in [
        ["approved", ["ValidationError", "approved"]],
        ["draft", ["ValidationError", "draft"]],
    ]


def test_twin_without_the_lock_both_believe_it(waiting, clerk, county, arena) -> None:
    arena.lift_locks()
    results = together(partial(approve, waiting, county), partial(withdraw, waiting, clerk))
    assert kinds(results) == ["approved", "draft"]


@pytest.fixture
def same_days(town, clerk, arena) -> list:
    rows = [drafted(town, clerk)]
    days = {"starts_on": FIRST, "ends_on": FIRST.replace(month=6)}
    rows.append(way.open_disclosure(town=town, title="到六月", by=clerk, **days))
    arena.meet(way, "missing_to_propose", 2, after=True)
    return [partial(propose, row, clerk) for row in rows]


def propose(row: Disclosure, by) -> str:
    return way.propose_disclosure(disclosure=row, by=by).state


def test_of_two_of_the_same_days_one_is_proposed(same_days) -> None:
    assert kinds(together(*same_days)) == ["ValidationError", "proposed"]


def test_twin_without_the_lock_both_are(same_days, arena) -> None:
    arena.lift_locks()
    assert kinds(together(*same_days)) == ["proposed"] * 2


@pytest.fixture
def asked(town, clerk, second_clerk, county, member, arena) -> list:
    row = published(drafted(town, clerk), clerk, second_clerk, county)
    for number in range(2):
        questions.ask_question(disclosure=row, member=member, text=f"问过{number}", by=member.user)
    arena.meet(questions, "scan", 2)
    person = Member.objects.get(pk=member.pk)
    ask = partial(questions.ask_question, disclosure=row, member=person, by=member.user)
    return [lambda text=text: str(bool(ask(text=text))) for text in ("第三个", "第四个")]


def test_two_at_once_do_not_pass_the_number_of_a_day(asked) -> None:
    assert kinds(together(*asked)) == ["True", "ValidationError"]
    assert DisclosureQuestion.objects.count() == 3


def test_twin_without_the_lock_they_do(asked, arena) -> None:
    arena.lift_locks()
    assert kinds(together(*asked)) == ["True", "True"]
    assert DisclosureQuestion.objects.count() == 4
