"""Figures are counted from the rows, in scope, and fast."""

from datetime import date, timedelta
from decimal import Decimal
from time import perf_counter

import pytest
from django.db import connection
from django.utils import timezone

from juxian.people.models import Member
from tests.factories import (
    BranchFactory,
    ClassFactory,
    MemberFactory,
    PlanLineFactory,
    SessionFactory,
    UserFactory,
    YearPlanFactory,
)
from tests.trainings.conftest import seated, sessions_of
from trainings import actions, figures
from trainings.models import Enrolment, HourEntry, Mark, MarkStatus, PlanLine, TrainingClass
from trainings.reference import load_reference

State = TrainingClass.State


def classes():
    return TrainingClass.objects.all()


def test_attendance_is_a_person_who_came_to_an_archived_class(archived, clerk):
    assert figures.classes_held(classes()) == 1
    assert (figures.attendances(classes()), figures.members_trained(classes())) == (3, 3)
    person, other = seated(archived)[:2]
    for session in sessions_of(archived):
        actions.amend_mark_after_archive(session=session, enrolment=person, status="absent", reason="没来", by=clerk)
    actions.amend_mark_after_archive(
        session=sessions_of(archived)[0], enrolment=other, status="leave", reason="请假", by=clerk
    )
    assert figures.attendances(classes()) == 2
    assert figures.came(classes()) == figures.Came({archived.town_id: 2}, 2)
    assert figures.classes_held_by_town(classes()) == {archived.town_id: 1}
    assert figures.hours_posted(classes(), timezone.localdate().year) == Decimal(12)


def test_classes_not_archived_are_not_held(closing):
    assert (figures.classes_held(classes()), figures.attendances(classes())) == (0, 0)
    assert figures.classes_by_state(classes()) == {state.value: int(state == State.CLOSING) for state in State}


def test_scope_is_the_callers(archived, other_clerk, clerk):
    for user, count in ((clerk, 3), (other_clerk, 0)):
        assert figures.attendances(TrainingClass.objects.visible_to(user)) == count


def test_since_leaves_out_older_classes(archived, tomorrow):
    assert figures.classes_held(classes(), tomorrow) == 0
    assert figures.attendances(classes(), archived.ends_on) == 3
    assert figures.attendances(classes(), tomorrow) == 0


def test_distribution_puts_each_person_in_one_box(town):
    load_reference()
    branch = BranchFactory(town=town)
    for place, hours in enumerate(["32", "25", "10", None]):
        member = MemberFactory(branch=branch)
        if hours:
            HourEntry.objects.create(
                member=member,
                town=town,
                branch_name="x",
                hours=Decimal(hours),
                earned_on=date(2026, 5, 1),
                title="x",
                key=f"k{place}",
                posted_at=timezone.now(),
            )
    MemberFactory(branch=branch, is_exempt=True)
    MemberFactory(branch=branch, party_post=Member.Post.SECRETARY)
    rows = figures.hours_distribution(Member.objects.filter(branch=branch), 2026)
    assert [(row.rule.code, row.met, row.near, row.far, row.none, row.bound) for row in rows] == [
        ("member.ordinary", 1, 1, 1, 2, 5),
        ("org.secretary.2024", 0, 0, 0, 1, 1),
    ]


def test_plan_against_actual_by_month(town):
    plan = YearPlanFactory(town=town, year=2026, state="approved")
    for month in (3, 3, 5):
        PlanLineFactory(plan=plan, month=month)
    PlanLineFactory(plan=YearPlanFactory(town=town, year=2025), month=3)
    held = ClassFactory(
        town=town,
        starts_on=date(2026, 3, 4),
        state=State.ARCHIVED,
        archived_by=UserFactory(),
        archived_at=timezone.now(),
        line=PlanLine.objects.filter(plan=plan, month=5).get(),
    )
    rows = figures.plan_and_actual(PlanLine.objects.all(), classes(), 2026)
    assert [(row.month, row.planned, row.held) for row in rows if row.planned or row.held] == [(3, 2, 1), (5, 1, 0)]
    assert figures.lines_without_class(PlanLine.objects.all(), 2026).count() == 2
    assert held.state == State.ARCHIVED


@pytest.fixture
def county_of_12000(town):
    """56 archived classes of 8 sessions with 215 people each, marked in bulk."""
    load_reference()
    present, by = MarkStatus.objects.get(code="present"), UserFactory()
    members = [MemberFactory(branch=BranchFactory(town=town)) for _ in range(215)]
    for _ in range(56):
        training_class = ClassFactory(
            town=town, state=State.ARCHIVED, archived_by=by, archived_at=timezone.now(), created_by=by
        )
        lecturer = SessionFactory(training_class=training_class).lecturer
        for day in range(1, 8):
            SessionFactory(
                training_class=training_class, day=training_class.starts_on + timedelta(days=day), lecturer=lecturer
            )
        rows = Enrolment.objects.bulk_create(
            Enrolment(
                training_class=training_class,
                member=member,
                town=town,
                branch=member.branch,
                state="seated",
                source="list",
                created_by=by,
            )
            for member in members
        )
        Mark.objects.bulk_create(
            Mark(session=session, enrolment=row, status=present, key=f"{session.pk}:{row.pk}", by=by, at=timezone.now())
            for session in sessions_of(training_class)
            for row in rows
        )


@pytest.mark.trust("B13")
def test_twelve_thousand_attendances_are_counted_quickly(county_of_12000):
    assert Mark.objects.count() == 96_320
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    times = []
    for _ in range(3):
        start = perf_counter()
        assert figures.attendances(classes()) == 12_040
        times.append(perf_counter() - start)
    assert min(times) < 1, times
    found = figures.came(classes())
    assert (found.attendances, found.members, figures.members_trained(classes())) == (12_040, 215, 215)
