"""Which rules bind whom, and how far the ledger has come."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from juxian.people.models import Member
from tests.factories import BranchFactory, ClassFactory, MemberFactory
from trainings.hours import _plus_months, progress, progress_of_all, who_is_due, window_of
from trainings.models import HourEntry, HourRule
from trainings.reference import load_reference

YEAR = 2026


@pytest.fixture(autouse=True)
def _rules(db):
    load_reference()


def post(member: Member, hours: str, day: date, centralised: bool = False, **extra) -> HourEntry:
    training_class = extra.pop("training_class", None) or ClassFactory(town=member.branch.town, starts_on=day)
    return HourEntry.objects.create(
        member=member,
        town=member.branch.town,
        branch_name=member.branch.name,
        training_class=training_class,
        hours=Decimal(hours),
        earned_on=day,
        is_centralised=centralised,
        title="示例",
        key=f"t{HourEntry.objects.count()}",
        posted_at=timezone.now(),
        **extra,
    )


def told(member: Member, year: int = YEAR) -> list[tuple]:
    return [
        (item.rule.code, item.hours, item.target, item.missing, item.centralised_done, item.centralised_target)
        for item in progress(member, year)
    ]


def test_ordinary_member_owes_32(town):
    member = MemberFactory(branch=BranchFactory(town=town))
    post(member, "4", date(2026, 3, 1))
    post(member, "0.25", date(2026, 12, 31))
    post(member, "8", date(2025, 12, 31))
    assert told(member) == [("member.ordinary", Decimal("4.25"), 32, Decimal("27.75"), 0, None)]
    assert progress(member, YEAR)[0].word == "还差 27.75 学时"


def test_secretary_is_shown_both_rules_never_added(town):
    member = MemberFactory(branch=BranchFactory(town=town), party_post=Member.Post.SECRETARY)
    post(member, "40", date(2026, 6, 1), centralised=True)
    assert told(member) == [
        ("member.ordinary", 40, 32, 0, 1, None),
        ("org.secretary.2024", 40, 56, 16, 1, 1),
    ]
    assert [item.met for item in progress(member, YEAR)] == [True, False]


@pytest.mark.parametrize("post_code", Member.COMMITTEE_POSTS)
def test_committee_members_owe_56_and_a_centralised_class(town, post_code):
    member = MemberFactory(branch=BranchFactory(town=town), party_post=post_code)
    post(member, "56", date(2026, 6, 1))
    second = progress(member, YEAR)[1]
    assert (second.rule.code, second.missing, second.met, second.word) == (
        "org.committee.2024",
        0,
        False,
        "还差 1 次县级集中培训",
    )


@pytest.mark.parametrize(
    "state",
    [{"is_exempt": True}, {"status": Member.Status.SUSPENDED}, {"left_on": date(2026, 1, 2)}],
)
def test_exempt_suspended_and_left_owe_nothing(town, state):
    member = MemberFactory(branch=BranchFactory(town=town), party_post=Member.Post.SECRETARY, **state)
    assert told(member) == []


def test_floating_member_is_shown_the_floating_rule(town):
    member = MemberFactory(branch=BranchFactory(town=town), is_floating=True)
    assert told(member) == [("member.floating", 0, 32, 32, 0, None)]


def test_new_secretary_has_half_a_year_for_the_induction_class(town):
    member = MemberFactory(
        branch=BranchFactory(town=town), party_post=Member.Post.SECRETARY, post_since=date(2025, 9, 30)
    )
    post(member, "8", date(2026, 4, 1), centralised=True)
    rule = progress(member, YEAR)[-1]
    assert (rule.rule.code, rule.target, rule.centralised_done, rule.met) == ("org.secretary.new.2024", None, 0, False)
    post(member, "8", date(2025, 12, 1), centralised=True)
    assert progress(member, YEAR)[-1].met is True
    assert [item.rule.code for item in progress(member, 2027)] == ["member.ordinary", "org.secretary.2024"]


def test_new_member_has_until_a_year_after_becoming_full(town):
    member = MemberFactory(
        branch=BranchFactory(town=town), join_date=date(2024, 7, 1), full_member_date=date(2025, 7, 1)
    )
    assert [item.rule.code for item in progress(member, YEAR)] == ["member.ordinary", "member.new.2024"]
    assert window_of("member.new", member, YEAR) == (date(2024, 7, 1), date(2026, 7, 1))
    post(member, "8", date(2024, 8, 1), centralised=True)
    assert progress(member, YEAR)[-1].met is True
    assert [item.rule.code for item in progress(member, 2027)] == ["member.ordinary"]


def test_rules_hold_by_their_dates(town):
    member = MemberFactory(branch=BranchFactory(town=town), party_post=Member.Post.SECRETARY)
    assert [item.rule.code for item in progress(member, 2020)] == ["member.ordinary", "org.secretary"]
    assert [item.rule.code for item in progress(member, 2024)] == ["member.ordinary", "org.secretary.2024"]
    assert [item.rule.code for item in progress(member, 2029)] == ["member.ordinary"]
    old = HourRule.objects.get(code="member.ordinary")
    HourRule.objects.filter(pk=old.pk).update(valid_to=date(2026, 12, 31))
    old.pk, old.code, old.min_hours, old.valid_from = None, "member.ordinary.2027", Decimal(40), date(2027, 1, 1)
    old.save(force_insert=True)
    assert [progress(member, year)[0].target for year in (2026, 2027)] == [32, 40]


def test_reversed_class_no_longer_counts_as_centralised(town, county):
    member = MemberFactory(branch=BranchFactory(town=town), party_post=Member.Post.SECRETARY)
    training_class = ClassFactory(town=town, starts_on=date(2026, 5, 1))
    entry = post(member, "8", date(2026, 5, 1), centralised=True, training_class=training_class)
    post(
        member,
        "-8",
        date(2026, 5, 1),
        centralised=True,
        training_class=training_class,
        reverses=entry,
        reason="记错",
    )
    assert told(member)[1] == ("org.secretary.2024", 0, 56, 56, 0, 1)


def test_two_half_days_of_one_class_are_one_centralised_class(town):
    member = MemberFactory(branch=BranchFactory(town=town), party_post=Member.Post.SECRETARY)
    training_class = ClassFactory(town=town, starts_on=date(2026, 5, 1))
    for _ in range(2):
        post(member, "4", date(2026, 5, 1), centralised=True, training_class=training_class)
    assert progress(member, YEAR)[1].centralised_done == 1


@pytest.mark.parametrize("number", [1, 3])
def test_many_members_cost_three_queries(town, number, django_assert_num_queries):
    people = [MemberFactory(branch=BranchFactory(town=town)) for _ in range(number)]
    for member in people:
        post(member, "4", date(2026, 5, 1), centralised=True)
    with django_assert_num_queries(3):
        assert len(progress_of_all(people, YEAR)) == number


def test_due_list_is_by_branch_and_name_and_skips_the_nearly_done(town):
    second, first = BranchFactory(town=town, name="B支部"), BranchFactory(town=town, name="A支部")
    behind = [MemberFactory(branch=second, name="甲"), MemberFactory(branch=first, name="乙")]
    near = MemberFactory(branch=first, name="丙")
    post(near, "25", date(2026, 5, 1))
    exempt = MemberFactory(branch=first, name="丁", is_exempt=True)
    edge = MemberFactory(branch=first, name="戊")
    post(edge, "24", date(2026, 5, 1))
    due = who_is_due([*behind, near, exempt, edge], YEAR)
    assert {row.member for row in due} == {*behind, edge}
    assert [row.member.branch.name for row in due] == ["A支部", "A支部", "B支部"]
    assert next(row for row in due if row.member == edge).missing == 8


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 6, 30), 6, date(2026, 12, 30)),
        (date(2026, 12, 1), 12, date(2027, 12, 1)),
    ],
)
def test_months_end_where_the_month_ends(day, months, later):
    assert _plus_months(day, months) == later


def test_reference_keeps_county_edits():
    HourRule.objects.filter(code="member.ordinary").update(min_hours=Decimal(40))
    assert load_reference() == {"mark_statuses": 0, "hour_rules": 0, "dossier_items": 0}
    assert HourRule.objects.get(code="member.ordinary").min_hours == 40
    assert HourRule.objects.count() == 15


def test_one_members_progress_is_what_the_lists_say(town):
    """`progress` reads the ledger of one, `progress_of_all` adds up in the database: the same rule twice."""
    member = MemberFactory(branch=BranchFactory(town=town), party_post=Member.Post.SECRETARY)
    taken_back = ClassFactory(town=town, starts_on=date(2025, 5, 1))
    for hours, day, centralised in [("4", date(2026, 5, 1), True), ("0.5", date(2025, 12, 31), False)]:
        post(member, hours, day, centralised=centralised)
    first = post(member, "8", date(2025, 5, 1), centralised=True, training_class=taken_back)
    post(member, "-8", date(2025, 5, 1), True, training_class=taken_back, reverses=first, reason="记错")
    post(member, "4", date(2021, 5, 1), centralised=True)
    for year in range(2020, 2028):
        assert progress(member, year) == progress_of_all([member], year)[member.pk]
    assert [(row.hours, row.centralised_done) for row in progress(member, 2025)] == [(Decimal("0.5"), 0)] * 2
