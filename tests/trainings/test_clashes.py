"""Lecturer, room and people asked for twice in one half-day: said before saving, with the way to the other booking."""

from datetime import date, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from juxian.people.models import Town
from tests.factories import ClassFactory, EnrolmentFactory, LecturerFactory, SessionFactory
from tests.trainings.conftest import seated, sessions_of
from trainings import actions
from trainings.models import Enrolment, Session, TrainingClass

CANARY = "外镇机密班名"


def cn(day: date) -> str:
    return f"{day.month}月{day.day}日"


@pytest.fixture
def today() -> date:
    return timezone.localdate()


@pytest.fixture
def teacher(town):
    """Somebody the form offers: the lecturer's appointment is in force."""
    from lecturers.models import Appointment  # noqa: PLC0415 only here

    lecturer = LecturerFactory(name="示例讲师")
    Appointment.objects.create(lecturer=lecturer, starts_on=date(2020, 1, 1), ends_on=date(2090, 1, 1))
    return lecturer


@pytest.fixture
def other(town: Town, teacher, room, today) -> Session:
    """The same town's other class, this morning, with the lecturer and the room."""
    held = ClassFactory(town=town, title="先排的班")
    return SessionFactory(training_class=held, day=today, lecturer=teacher, room=room)


@pytest.fixture
def ours(town: Town) -> TrainingClass:
    return ClassFactory(town=town, title="后排的班")


@pytest.fixture
def browser(client, clerk):
    client.force_login(clerk)
    return client


def fields(today: date, **changes) -> dict[str, str]:
    form = {"day": today.isoformat(), "half": "am", "topic": "党章", "hours": "4", "mode": "classroom"}
    return form | {name: str(value) for name, value in changes.items()}


def add(browser, training_class, today, **changes):
    return browser.post(reverse("trainings:session-add", args=[training_class.pk]), fields(today, **changes))


def warnings(page) -> list[tuple[str, str]]:
    return [(clash.text, clash.link) for clash in page.context["clashes"]]


def texts(training_class) -> list[str]:
    return [session.topic for session in sessions_of(training_class)]


def test_own_towns_booking_of_lecturer_and_room_is_said_and_linked(browser, ours, other, teacher, room, today):
    page = add(browser, ours, today, lecturer=teacher.pk, room=room.pk, accept="1")
    link = f"/town/trainings/{other.training_class_id}/?tab=timetable"
    assert warnings(page) == [
        (f"{cn(today)}上午，讲师示例讲师已排在“先排的班”上课。请换一位讲师，或换个半天。", link),
        (f"{cn(today)}上午，{room}已被“先排的班”占用。请换个教室，或换个半天。", link),
    ]
    assert page.content.decode().count(f'href="{link}"') == 2
    assert (page.context["accept"], texts(ours)) == ("", [])


def test_another_towns_booking_says_neither_town_nor_title(browser, ours, other_town, teacher, today):
    abroad = ClassFactory(town=other_town, title=CANARY)
    SessionFactory(training_class=abroad, day=today, lecturer=teacher, topic=CANARY)
    page = add(browser, ours, today, lecturer=teacher.pk)
    assert warnings(page) == [(f"{cn(today)}上午，讲师示例讲师已有外镇安排。请换一位讲师，或换个半天。", "")]
    found = page.content.decode()
    assert (CANARY in found, other_town.name in found, texts(ours)) == (False, False, [])


def test_the_county_sees_the_other_towns_booking(client, county, ours, other_town, teacher, today):
    abroad = SessionFactory(training_class__town=other_town, day=today, lecturer=teacher).training_class
    client.force_login(county)
    page = add(client, ours, today, lecturer=teacher.pk)
    assert [link for _, link in warnings(page)] == [f"/town/trainings/{abroad.pk}/?tab=timetable"]


def test_looking_says_it_and_saves_nothing(browser, ours, other, teacher, today):
    page = add(browser, ours, today, lecturer=teacher.pk, topic="", look="1")
    assert len(warnings(page)) == 1
    add(browser, ours, today, lecturer=teacher.pk, half="pm", look="1")
    assert texts(ours) == []
    add(browser, ours, today, lecturer=teacher.pk, half="pm")
    assert texts(ours) == ["党章"]


def test_a_session_moved_into_a_taken_half_day_stays_where_it_was(browser, ours, other, teacher, today):
    session = SessionFactory(training_class=ours, half="pm", lecturer=teacher)
    url = reverse("trainings:session-edit", args=[session.pk])
    page = browser.post(url, fields(today, lecturer=teacher.pk))
    assert (len(warnings(page)), Session.objects.get(pk=session.pk).half) == (1, "pm")


def test_people_in_two_classes_are_a_warning_the_clerk_accepts(browser, ours, other, today):
    person = EnrolmentFactory(training_class=ours, member__name="示例甲").member
    EnrolmentFactory(training_class=other.training_class, member=person, state=Enrolment.State.WAITING)
    page = add(browser, ours, today)
    said = f"{cn(today)}上午，本班 1 人（示例甲）还要上“先排的班”的课。能换就换个半天。"
    assert warnings(page) == [(said, f"/town/trainings/{other.training_class_id}/?tab=timetable")]
    assert texts(ours) == []
    add(browser, ours, today, accept=page.context["accept"])
    assert texts(ours) == ["党章"]


def test_a_tick_counts_only_for_the_warnings_it_stood_under(browser, ours, other, today):
    person = EnrolmentFactory(training_class=ours).member
    EnrolmentFactory(training_class=other.training_class, member=person)
    key = add(browser, ours, today).context["accept"]
    later = ClassFactory(town=ours.town, title="晚上的班")
    SessionFactory(training_class=later, half="xv")
    EnrolmentFactory(training_class=later, member=person)
    page = add(browser, ours, today, half="xv", accept=key)
    assert ([link[-13:] for _, link in warnings(page)], texts(ours)) == (["tab=timetable"], [])


def test_cancelled_sessions_classes_and_seats_are_in_nobodys_way(browser, ours, other, teacher, room, clerk, today):
    person = EnrolmentFactory(training_class=ours).member
    EnrolmentFactory(training_class=other.training_class, member=person)
    actions.cancel_class(training_class=other.training_class, reason="改期", by=clerk)
    assert [session.cancelled_at is None for session in sessions_of(other.training_class)] == [False]
    gone = ClassFactory(town=ours.town)
    SessionFactory(training_class=gone, lecturer=None)
    EnrolmentFactory(training_class=gone, member=person, state=Enrolment.State.CANCELLED, cancelled_at=timezone.now())
    add(browser, ours, today, lecturer=teacher.pk, room=room.pk)
    assert texts(ours) == ["党章"]


def test_the_list_to_tick_shows_who_has_another_class(browser, enrolling, people, town, other_town):
    own, abroad = SessionFactory(training_class__town=town), SessionFactory(training_class__town=other_town)
    for session in (own, abroad):
        EnrolmentFactory(training_class=session.training_class, member=people[0])
    page = browser.get(reverse("trainings:town-enrol", args=[enrolling.pk]))
    busy = {member.pk: [(c.text, c.link) for c in found] for member, _, found in page.context["lines"] if found}
    when = f"{cn(own.day)}上午"
    link = f"/town/trainings/{own.training_class_id}/?tab=timetable"
    assert busy == {people[0].pk: [(f"{when}要上“{own.training_class.title}”的课", link), (f"{when}要上外镇的课", "")]}
    assert abroad.training_class.title not in page.content.decode()


def test_pasted_names_with_another_class_are_asked_about_first(browser, enrolling, people, town):
    own = SessionFactory(training_class__town=town)
    for member in people[:2]:
        EnrolmentFactory(training_class=own.training_class, member=member)
    url, names = reverse("trainings:enrol-names", args=[enrolling.pk]), "示例0\n示例1"
    page = browser.post(url, {"names": names})
    said = f"{cn(own.day)}上午，示例0、示例1要上“{own.training_class.title}”的课。"
    assert (warnings(page), seated(enrolling)) == (
        [(said, f"/town/trainings/{own.training_class_id}/?tab=timetable")],
        [],
    )
    browser.post(url, {"names": names, "accept": page.context["accept"]})
    assert [row.member for row in seated(enrolling)] == people[:2]


@pytest.mark.parametrize("number", [1, 3])
def test_the_form_costs_the_same(browser, ours, teacher, today, number, django_assert_num_queries):
    person = EnrolmentFactory(training_class=ours).member
    for _ in range(number):
        held = SessionFactory(training_class__town=ours.town, day=today).training_class
        EnrolmentFactory(training_class=held, member=person)
    with django_assert_num_queries(24):
        page = add(browser, ours, today, look="1")
    assert len(warnings(page)) == number


@pytest.mark.parametrize("shared", ["lecturer", "room"])
def test_the_database_itself_refuses_a_second_booking(other, ours, shared, today):
    again = {shared: getattr(other, shared)}
    with pytest.raises(IntegrityError), transaction.atomic():
        SessionFactory(training_class=ours, day=today, **({"lecturer": None} | again))
    SessionFactory(training_class=ours, day=today + timedelta(days=1), **({"lecturer": None} | again))
    assert Session.objects.filter(training_class=ours).count() == 1


def test_sessions_of_classes_cancelled_before_are_cancelled_by_the_migration(other, ours, today):
    moment = timezone.now()
    TrainingClass.objects.filter(pk=other.training_class_id).update(state="cancelled", cancelled_at=moment)
    kept = SessionFactory(training_class=ours, day=today, half="pm")
    step = import_module("trainings.migrations.0003_cancelled_sessions")
    step.cancel_with_class(apps, connection.schema_editor())
    assert [Session.objects.get(pk=row.pk).cancelled_at for row in (other, kept)] == [moment, None]
