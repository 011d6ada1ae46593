"""Borrowing a course of another town: asked, answered, taken back; who sees it; what it was used for."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from courses.actions.borrowing import grant_borrowing, refuse_borrowing, request_borrowing, withdraw_borrowing
from courses.models import Borrowing
from juxian.audit.models import AuditEntry
from juxian.messages.models import InboxMessage
from tests.factories import (
    ClassFactory,
    CourseFactory,
    CourseVersionFactory,
    EnrolmentFactory,
    SessionFactory,
    TownFactory,
)
from trainings.actions import add_session, change_session
from trainings.course_facts import taught, used
from trainings.forms import SessionForm
from trainings.models import Mark, MarkStatus
from trainings.reference import load_reference

pytestmark = pytest.mark.django_db
State = Borrowing.State


@pytest.fixture
def course(other_town):
    return CourseFactory(title="茶园管理", town=other_town)


@pytest.fixture
def year() -> int:
    return timezone.localdate().year


@pytest.fixture
def asked(course, town, clerk, year) -> Borrowing:
    return request_borrowing(course=course, host=town, year=year, purpose="11月轮训班", by=clerk)


def told(town) -> list[str]:
    return list(InboxMessage.objects.filter(town=town).order_by("pk").values_list("title", flat=True))


def test_asked_and_granted_both_towns_know(asked, course, town, other_town, clerk, other_clerk, year) -> None:
    again = request_borrowing(course=course, host=town, year=year, purpose=" 11月轮训班 ", by=clerk)
    assert again == asked
    for _ in range(2):
        grant_borrowing(borrowing=asked, by=other_clerk)
    row = Borrowing.objects.get()
    assert (row.state, row.decided_by, row.owner) == (State.GRANTED, other_clerk, other_town)
    assert told(other_town) == ["大店镇想借用“茶园管理”"]
    assert told(town) == ["坊前镇同意借用“茶园管理”"]
    actions = AuditEntry.objects.filter(action__startswith="courses.").order_by("pk").values_list("action", "town_code")
    assert list(actions) == [
        ("courses.borrowing_request", town.code),
        ("courses.borrowing_granted", other_town.code),
    ]


def test_another_purpose_is_not_swallowed(asked, course, town, clerk, other_clerk, year) -> None:
    again = {"course": course, "host": town, "year": year, "purpose": "改到12月", "by": clerk}
    with pytest.raises(ValidationError) as waiting:
        request_borrowing(**again)
    told = f"{year}年借用“茶园管理”已经申请过，等对方答复，写的用途是：11月轮训班。要改用途，先到课程借用里撤回，再重新申请。"
    assert waiting.value.messages == [told]
    grant_borrowing(borrowing=asked, by=other_clerk)
    with pytest.raises(ValidationError, match="对方已经同意，排课时直接选用，不用再申请"):
        request_borrowing(**again)
    assert Borrowing.objects.get().purpose == "11月轮训班"


def test_refused_with_a_reason_and_may_be_asked_again(asked, course, town, clerk, other_clerk, year) -> None:
    with pytest.raises(ValidationError, match="不同意要写明原因"):
        refuse_borrowing(borrowing=asked, reason=" ", by=other_clerk)
    for _ in range(2):
        refuse_borrowing(borrowing=asked, reason="讲师那几天不在", by=other_clerk)
    assert told(town) == ["坊前镇没有同意借用“茶园管理”"]
    with pytest.raises(ValidationError, match="不能再答复"):
        grant_borrowing(borrowing=asked, by=other_clerk)
    again = request_borrowing(course=course, host=town, year=year, purpose="改到12月", by=clerk)
    assert again != asked


def test_taken_back_only_before_there_is_an_answer(asked, clerk, other_clerk) -> None:
    for _ in range(2):
        withdraw_borrowing(borrowing=asked, by=clerk)
    with pytest.raises(ValidationError, match="不能再答复"):
        grant_borrowing(borrowing=asked, by=other_clerk)
    assert Borrowing.objects.get().state == State.WITHDRAWN


def test_a_granted_one_is_not_taken_back(asked, clerk, other_clerk) -> None:
    grant_borrowing(borrowing=asked, by=other_clerk)
    with pytest.raises(ValidationError, match="不能撤回"):
        withdraw_borrowing(borrowing=asked, by=clerk)


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"town": None}, "county"), ({"featured_on": None}, "not_featured"), ({"retired_on": date(2022, 1, 1)}, "not_featured")],
)  # fmt: skip
def test_what_cannot_be_borrowed_is_refused(course, town, clerk, year, changed, code) -> None:
    type(course).objects.filter(pk=course.pk).update(**changed)
    with pytest.raises(ValidationError) as refusal:
        request_borrowing(course=course, host=town, year=year, purpose="轮训班", by=clerk)
    assert refusal.value.code == code


def test_own_courses_and_far_years_are_refused(course, town, clerk, other_town, other_clerk, year) -> None:
    with pytest.raises(ValidationError, match="本镇街的课程"):
        request_borrowing(course=course, host=other_town, year=year, purpose="轮训班", by=other_clerk)
    with pytest.raises(ValidationError, match="只能申请"):
        request_borrowing(course=course, host=town, year=year - 1, purpose="轮训班", by=clerk)


def test_each_side_does_its_part_only(asked, course, town, clerk, other_clerk, other_town, year) -> None:
    with pytest.raises(PermissionDenied):
        grant_borrowing(borrowing=asked, by=clerk)
    with pytest.raises(PermissionDenied):
        refuse_borrowing(borrowing=asked, reason="不", by=clerk)
    with pytest.raises(PermissionDenied):
        withdraw_borrowing(borrowing=asked, by=other_clerk)
    with pytest.raises(PermissionDenied):
        request_borrowing(course=course, host=town, year=year, purpose="轮训班", by=other_clerk)


def test_the_database_keeps_one_open_request_and_whole_answers(asked, course, town, other_town, clerk, year) -> None:
    given = {"course": course, "owner": other_town, "year": year, "requested_by": clerk, "requested_at": timezone.now()}
    wrong = [
        {"host": town, "purpose": "x"},
        {"host": other_town, "purpose": "x"},
        {"host": TownFactory(), "purpose": "x", "state": State.GRANTED},
        {"host": TownFactory(), "purpose": "x", "state": State.REFUSED, "decided_by": clerk, "decided_at": timezone.now()},
    ]  # fmt: skip
    for values in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            Borrowing.objects.create(**given, **values)


def test_from_the_page_of_the_course_to_the_answer(course, town, client: Client, clerk, other_clerk, year) -> None:
    client.force_login(clerk)
    assert f"/town/courses/{course.pk}/borrow/" in client.get(f"/town/courses/{course.pk}/").content.decode()
    assert client.post(f"/town/courses/{course.pk}/borrow/", {"year": year, "purpose": ""}).status_code == 200
    client.post(f"/town/courses/{course.pk}/borrow/", {"year": year, "purpose": "轮训班"})
    row = Borrowing.objects.get()
    assert client.post(f"/town/borrowings/{row.pk}/grant/").status_code == 404
    client.force_login(other_clerk)
    assert client.get("/town/borrowings/").context["waiting"] == 1
    assert client.post(f"/town/borrowings/{row.pk}/withdraw/").status_code == 404
    assert client.post(f"/town/borrowings/{row.pk}/refuse/", {"reason": ""}).status_code == 200
    client.post(f"/town/borrowings/{row.pk}/grant/")
    row.refresh_from_db()
    assert row.state == State.GRANTED


def test_nobody_else_sees_it(asked, client: Client) -> None:
    from tests.factories import GrantFactory, UserFactory  # noqa: PLC0415

    third = GrantFactory(user=UserFactory(), kind="clerk", town=TownFactory()).user
    client.force_login(third)
    assert [rows for _, rows, _ in client.get("/town/borrowings/").context["lists"]] == [[], []]
    assert client.post(f"/town/borrowings/{asked.pk}/grant/").status_code == 404


def delivered(training_class, version, by, **given) -> None:
    """A session that was held: its roll names one person."""
    session = SessionFactory(training_class=training_class, course_version=version, **given)
    seat = EnrolmentFactory(training_class=training_class, created_by=by)
    present = MarkStatus.objects.get(code="present")
    Mark.objects.create(session=session, enrolment=seat, status=present, key=str(session), by=by, at=timezone.now())


def test_sessions_of_the_host_count_for_both(
    asked, course, town, other_town, clerk, other_clerk, client: Client
) -> None:
    load_reference()
    grant_borrowing(borrowing=asked, by=other_clerk)
    version, today = CourseVersionFactory(course=course), timezone.localdate()
    running = ClassFactory(town=town, state="running", starts_on=today)
    delivered(running, version, clerk, half="am")
    delivered(running, version, clerk, half="am", day=today - timedelta(days=1))  # before the consent
    SessionFactory(training_class=running, course_version=version, half="pm")  # no roll was taken
    delivered(running, version, clerk, half="xv", cancelled_at=timezone.now())
    delivered(ClassFactory(town=other_town, state="closing", starts_on=today), version, other_clerk)
    assert used([asked.pk]) == {asked.pk: 1}
    told_of = taught([course.pk])[course.pk]
    assert (told_of.sessions, told_of.hours, told_of.last) == (3, 12, today)
    client.force_login(other_clerk)
    assert [(title, total) for title, _, total in client.get("/town/borrowings/").context["lists"]] == [
        ("别的镇街借我们的", 1), ("我们借别的镇街的", 0),
    ]  # fmt: skip


def test_a_course_of_another_town_is_planned_only_when_lent(asked, course, town, clerk, other_clerk, year) -> None:
    version, today = CourseVersionFactory(course=course), timezone.localdate()
    fields = {"day": today, "half": "xv", "topic": "茶园", "hours": 2, "mode": "classroom", "course_version": version}
    training = ClassFactory(town=town, starts_on=today, created_by=clerk)
    with pytest.raises(ValidationError) as refusal:
        add_session(training_class=training, by=clerk, **fields)
    told = f"“茶园管理”是坊前镇的课，{year}年还没有借到。请先在课程页申请借用，对方同意后再排。"
    assert refusal.value.message_dict == {"course_version": [told]}
    assert version not in SessionForm(user=clerk, town=town).fields["course_version"].queryset
    grant_borrowing(borrowing=asked, by=other_clerk)
    newest = CourseVersionFactory(course=course, number=2)
    assert list(SessionForm(user=clerk, town=town).fields["course_version"].queryset) == [newest]
    session = add_session(training_class=training, by=clerk, **fields)
    Borrowing.objects.filter(pk=asked.pk).update(year=year - 1)
    assert change_session(session=session, by=clerk, **fields | {"topic": "茶"}).course_version == version
    with pytest.raises(ValidationError, match="还没有借到"):
        change_session(session=session, by=clerk, **fields | {"course_version": newest})


def test_the_list_asks_the_same_for_one_and_for_three(
    asked, town, other_town, clerk, year, client, django_assert_num_queries
) -> None:
    client.force_login(clerk)
    for more in (0, 2):
        for _ in range(more):
            request_borrowing(course=CourseFactory(town=other_town), host=town, year=year, purpose="x", by=clerk)
        Borrowing.objects.update(state=State.GRANTED, decided_by=clerk, decided_at=timezone.now())
        client.get("/town/borrowings/")
        with django_assert_num_queries(10):
            client.get("/town/borrowings/")
