"""What lecturers and those with a seat are told about sessions: once for each real change, nothing of a draft."""

from datetime import date, time, timedelta

import pytest
from django.utils import timezone

from juxian.messages.models import InboxMessage
from lecturers.models import Appointment, Lecturer
from tests.factories import LecturerFactory, UserFactory
from trainings import actions
from trainings.models import Enrolment, Session, TrainingClass

pytestmark = pytest.mark.django_db


def teacher(name: str) -> Lecturer:
    lecturer = LecturerFactory(name=name, user=UserFactory(username=name))
    Appointment.objects.create(lecturer=lecturer, tier=Appointment.Tier.POOL, starts_on=date(2025, 1, 1))
    return lecturer


@pytest.fixture
def draft(draft) -> TrainingClass:
    """Sessions that are not over at any hour at which the tests may run, of one lecturer."""
    Session.objects.filter(training_class=draft).update(lecturer=teacher("示例甲师"), starts_at=time(23))
    return draft


@pytest.fixture
def session(draft) -> Session:
    return first_of(draft)


def first_of(training_class: TrainingClass) -> Session:
    return Session.objects.filter(training_class=training_class).order_by("day", "half").first()


def told(username: str) -> list[str]:
    return list(InboxMessage.objects.filter(user__username=username).order_by("pk").values_list("title", flat=True))


def approved(draft, session, clerk, county) -> TrainingClass:
    actions.submit_class(training_class=draft, by=clerk)
    assert told("示例甲师") == []
    return actions.approve_class(training_class=draft, by=county)


def test_a_lecturer_is_asked_when_the_county_agrees_and_once(draft, session, clerk, county):
    training_class = approved(draft, session, clerk, county)
    actions.approve_class(training_class=training_class, by=county)

    letter = InboxMessage.objects.get(user__username="示例甲师")
    assert letter.title == f"请您授课：{draft.title}"
    assert f"{session.day.year}年{session.day.month}月{session.day.day}日" in letter.body
    assert all(one.topic in letter.body for one in Session.objects.filter(training_class=draft))
    assert letter.link == "/teach/"


def test_a_changed_day_is_told_and_the_same_again_is_not(draft, session, clerk, county):
    training_class = approved(draft, session, clerk, county)
    for _ in range(2):
        actions.change_session(session=session, by=clerk, half="xv")

    assert told("示例甲师") == [f"请您授课：{draft.title}", f"授课有变动：{draft.title}"]
    assert "原来是" in InboxMessage.objects.filter(user__username="示例甲师").latest("pk").body
    assert training_class.state == "approved"


def test_another_lecturer_is_asked_and_the_first_one_let_off(draft, session, clerk, county):
    approved(draft, session, clerk, county)
    actions.change_session(session=session, by=clerk, lecturer=teacher("示例乙师"))

    assert told("示例甲师")[-1] == f"这次不用讲了：{draft.title}"
    assert told("示例乙师") == [f"请您授课：{draft.title}"]


def test_a_substitute_is_asked_and_the_planned_one_let_off(draft, session, clerk, county):
    approved(draft, session, clerk, county)
    stand_in = teacher("示例丙师")
    for _ in range(2):
        actions.substitute(session=session, actual=stand_in, reason="{开会}", by=clerk)

    letter = InboxMessage.objects.filter(user__username="示例甲师").latest("pk")
    assert (letter.title, letter.body.endswith("这次课改由示例丙师讲：{开会}")) == (
        f"这次不用讲了：{draft.title}",
        True,
    )
    assert told("示例丙师") == [f"请您授课：{draft.title}"]


def test_a_substitution_found_out_afterwards_writes_to_nobody(draft, session, clerk, county, monkeypatch):
    approved(draft, session, clerk, county)
    before = InboxMessage.objects.count()
    monkeypatch.setattr(Session, "is_over", lambda self, now: True)
    actions.substitute(session=session, actual=teacher("示例丁师"), reason="原定老师开会", by=clerk)

    assert InboxMessage.objects.count() == before


def test_a_cancelled_session_and_a_cancelled_class_let_off(draft, session, clerk, county):
    training_class = approved(draft, session, clerk, county)
    actions.cancel_session(session=session, by=clerk)
    assert told("示例甲师")[-1] == f"这次不用讲了：{draft.title}"
    rest = Session.objects.filter(training_class=draft).standing().count()
    actions.cancel_class(training_class=training_class, reason="场地维修", by=clerk)

    assert len(told("示例甲师")) == 2 + (rest > 0)


def test_a_draft_is_silent(draft, session, clerk):
    actions.change_session(session=session, by=clerk, topic="换个题目")
    actions.cancel_class(training_class=draft, reason="不办了", by=clerk)

    assert told("示例甲师") == []


def test_who_has_a_seat_hears_of_a_moved_and_of_a_cancelled_session(enrolling, clerk, member):
    actions.enrol(training_class=enrolling, members=[member], source=Enrolment.Source.LIST, by=clerk)
    session = first_of(enrolling)
    actions.change_session(session=session, by=clerk, topic="只换题目")
    actions.change_session(session=session, by=clerk, half="xv")
    actions.change_session(session=session, by=clerk, half="xv")
    actions.cancel_session(session=session, by=clerk)

    titles = list(
        InboxMessage.objects.filter(member=member, key__startswith="session:")
        .order_by("pk")
        .values_list("title", flat=True)
    )
    assert titles == [f"课有变动：{enrolling.title}", f"这次课不上了：{enrolling.title}"]


def test_a_day_gone_by_is_told_to_nobody(enrolling, clerk, member):
    actions.enrol(training_class=enrolling, members=[member], source=Enrolment.Source.LIST, by=clerk)
    session = first_of(enrolling)
    Session.objects.filter(pk=session.pk).update(day=timezone.localdate() - timedelta(days=1))
    session.refresh_from_db()
    actions.cancel_session(session=session, by=clerk)

    assert not InboxMessage.objects.filter(key__startswith="session:").exists()
