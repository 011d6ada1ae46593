"""What a member sees of their own classes and hours."""

import pytest
from django.urls import reverse

from tests.factories import BranchFactory, ClassFactory, EnrolmentFactory, MemberFactory, SessionFactory, UserFactory
from tests.trainings.conftest import mark_all, waive_rest
from trainings import actions
from trainings.models import HourEntry, TrainingClass

State = TrainingClass.State


@pytest.fixture
def phone(client, member):
    client.force_login(member.user)
    return client


@pytest.fixture
def enrolment(enrolling, member, clerk):
    return actions.enrol(training_class=enrolling, members=[member], source="list", by=clerk).seated[0]


def test_own_classes_and_what_comes_next(phone, member, enrolment, people, clerk, time_machine):
    time_machine.move_to(enrolment.training_class.sessions.first().start)
    phone.force_login(member.user)
    actions.enrol(training_class=enrolment.training_class, members=people, source="list", by=clerk)
    page = phone.get(reverse("trainings:me-list"))
    assert [row.pk for row in page.context["rows"]] == [enrolment.pk]
    assert [session.half for session, _ in page.context["upcoming"]] == ["am", "pm"]


def test_own_class_shows_own_marks_and_hours(phone, enrolment, clerk):
    training_class = actions.start_class(training_class=enrolment.training_class, by=clerk)
    mark_all(training_class, clerk, "late")
    page = phone.get(reverse("trainings:me-detail", args=[enrolment.pk]))
    assert [mark.status.code for _, mark in page.context["lines"]] == ["late", "late"]
    actions.begin_closing(training_class=training_class, by=clerk)
    waive_rest(training_class, clerk)
    actions.archive_class(training_class=training_class, by=clerk)
    page = phone.get(reverse("trainings:me-detail", args=[enrolment.pk]))
    assert (page.context["total"], page.context["enrolment"].outcome) == (8, "completed")
    hours = phone.get(reverse("trainings:me-hours"))
    assert [(name, total) for name, total, _ in hours.context["years"]] == [(training_class.starts_on.year, 8)]
    assert [item.word for item in hours.context["rules"]] == ["还差 24 学时"]


def test_other_members_class_is_not_found(client, enrolment, town):
    stranger = MemberFactory(branch=BranchFactory(town=town), user=UserFactory())
    client.force_login(stranger.user)
    assert client.get(reverse("trainings:me-detail", args=[enrolment.pk])).status_code == 404
    assert client.get(reverse("trainings:me-list")).context["rows"] == []


def test_clerk_without_a_member_row_is_refused_and_nobody_signs_in(client, clerk, enrolment):
    for name, args in (("me-list", []), ("me-hours", []), ("me-detail", [enrolment.pk])):
        url = reverse(f"trainings:{name}", args=args)
        client.logout()
        assert client.get(url).url == f"/login/?next={url}"
        client.force_login(clerk)
        assert client.get(url).status_code == 403


def test_exempt_member_is_told_nothing_is_owed(phone, member, reference):
    type(member).objects.filter(pk=member.pk).update(is_exempt=True)
    page = phone.get(reverse("trainings:me-hours"))
    assert page.context["rules"] == []
    assert "您是免训党员，党支部会送学上门。" in page.content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_pages_cost_the_same(phone, member, town, reference, number, django_assert_num_queries):
    for _ in range(number):
        training_class = ClassFactory(town=town, state=State.RUNNING)
        session = SessionFactory(training_class=training_class)
        row = EnrolmentFactory(training_class=training_class, member=member)
        HourEntry.objects.create(
            member=member,
            town=town,
            branch_name="x",
            training_class=training_class,
            enrolment=row,
            session=session,
            hours=4,
            earned_on=session.day,
            title="x",
            key=f"k{row.pk}",
            posted_at=row.created_at,
        )
    with django_assert_num_queries(7):
        assert len(phone.get(reverse("trainings:me-list")).context["rows"]) == number
    with django_assert_num_queries(8):
        assert len(phone.get(reverse("trainings:me-hours")).context["years"][0][2]) == number
    with django_assert_num_queries(9):
        assert len(phone.get(reverse("trainings:me-detail", args=[row.pk])).context["lines"]) == 1
