"""The clerk's desk: what is due, in words, and nothing of another town."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from juxian.desk_work import Work, grouped
from tests.factories import (
    CentreFactory,
    ClassFactory,
    EnrolmentFactory,
    MemberFactory,
    SessionFactory,
    TeachingPointFactory,
    UserFactory,
)
from trainings.models import Mark, MarkStatus, TrainingClass

pytestmark = pytest.mark.django_db
NOON = "2026-11-25 12:00+08:00"  # a Wednesday
QUERIES = 26
State = TrainingClass.State


@pytest.fixture(autouse=True)
def _at_noon() -> None:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def desk(client: Client, clerk):
    client.force_login(clerk)
    return lambda: client.get("/town/").context


def work(days: int) -> Work:
    return Work(timezone.localdate() + timedelta(days=days), f"{days}", "", "", "")


def test_work_is_grouped_by_consequence() -> None:
    groups = grouped([work(9), work(0), work(-3), work(2)], timezone.now())
    assert [(group.title, [word for word, _ in group.rows]) for group in groups] == [
        ("已逾期", ["逾期 3 天"]),
        ("今天", ["今天"]),
        ("本周", ["周五"]),
        ("以后", ["12月4日"]),
    ]


def test_moments_of_today_say_the_hour_until_it_strikes() -> None:
    now = timezone.now()
    rows = [Work(now + timedelta(hours=hours), "", "", "", "") for hours in (-2, 3)]
    assert [word for word, _ in grouped(rows, now)[0].rows] == ["已到点", "15:00 前"]


def test_long_groups_say_how_many_more() -> None:
    group = grouped([work(-1) for _ in range(11)], timezone.now())[0]
    assert (len(group.rows), group.more) == (8, 3)


def running(town) -> TrainingClass:
    today = timezone.localdate()
    return ClassFactory(
        town=town, state=State.RUNNING, has_exam=False, starts_on=today, ends_on=today + timedelta(days=1)
    )


def test_unmarked_session_of_today_asks_for_the_roll(desk, town) -> None:
    session = SessionFactory(training_class=running(town), half="am")
    shown = desk()
    assert [(word, row.what) for word, row in shown["groups"][0].rows] == [
        ("已到点", f"点名：{session.training_class.title}，11月25日上午")
    ]
    assert [(slot.session, slot.word) for slot in shown["slots"]] == [(session, "待点名")]
    assert shown["next"].session == session
    assert shown["next"].words == "今天上午，已经开课"


def test_marked_session_asks_for_nothing(desk, town) -> None:
    training_class = running(town)
    session = SessionFactory(training_class=training_class, half="am")
    seat = EnrolmentFactory(training_class=training_class)
    status = MarkStatus.objects.create(code="present", name="到", counts_present=True)
    Mark.objects.create(session=session, enrolment=seat, status=status, key="k", by=UserFactory(), at=timezone.now())
    shown = desk()
    assert shown["groups"] == []
    assert [slot.word for slot in shown["slots"]] == ["已点名"]
    assert shown["next"] is None


@pytest.mark.parametrize(
    ("state", "what"),
    [
        (State.DRAFT, "送审"),
        (State.APPROVED, "开始报名"),
        (State.ENROLLING, "核对报名，开班"),
        (State.CLOSING, "归档"),
    ],
)
def test_every_state_asks_for_its_next_step(desk, town, state: str, what: str) -> None:
    row = ClassFactory(town=town, state=state, has_exam=False)
    assert [work.what for group in desk()["groups"] for _, work in group.rows] == [f"{what}：{row.title}"]


def test_ended_class_asks_to_be_closed(desk, town) -> None:
    before = timezone.localdate() - timedelta(days=2)
    row = ClassFactory(town=town, state=State.RUNNING, has_exam=False, starts_on=before, ends_on=before)
    assert [(word, work.what) for word, work in desk()["groups"][0].rows] == [("逾期 2 天", f"结班：{row.title}")]


def test_a_point_closed_later_asks_for_another_place(desk, client: Client, town) -> None:
    row = ClassFactory(town=town, state=State.RUNNING, has_exam=False, starts_on=timezone.localdate())
    point = TeachingPointFactory(centre=CentreFactory(town=town))
    day = timezone.localdate() + timedelta(days=1)
    session = SessionFactory(training_class=row, room=None, point=point, mode="on_site", day=day)

    def asked() -> tuple[list[str], bool]:
        told = [work.why for group in desk()["groups"] for _, work in group.rows if work.button == "去换"]
        return told, "暂停使用" in client.get(f"/town/trainings/{row.pk}/?tab=timetable").content.decode()

    assert asked() == ([], False)
    type(point).objects.filter(pk=point.pk).update(is_ready=False, unready_reason="塌方")
    assert asked() == ([f"现场教学点“{point.name}”暂停使用（塌方），请换个地点。"], True)
    type(session).objects.filter(pk=session.pk).update(cancelled_at=timezone.now())
    assert asked() == ([], False)


def test_returned_draft_shows_why(desk, town) -> None:
    ClassFactory(town=town, has_exam=False, return_comment="讲师没写全")
    assert desk()["groups"][0].rows[0][1].why == "退回意见：讲师没写全"


def test_another_town_leaves_no_trace(desk, client: Client, other_town) -> None:
    row = ClassFactory(town=other_town, state=State.RUNNING, starts_on=timezone.localdate())
    SessionFactory(training_class=row)
    MemberFactory(branch__town=other_town)
    shown = desk()
    assert (shown["groups"], shown["classes"], shown["slots"], shown["next"], shown["hours"]) == ([], [], [], None, [])
    assert row.title not in client.get("/town/").content.decode()


def test_empty_desk_says_what_to_do(client: Client, clerk) -> None:
    client.force_login(clerk)
    text = client.get("/town/").content.decode()
    assert [words in text for words in ("手上没有要办的事", "今天没有课", "还没有党员名册")] == [True] * 3


def test_stepper_shows_where_a_class_stands(desk, town) -> None:
    ClassFactory(town=town, state=State.ENROLLING, has_exam=False, capacity=9)
    row = desk()["classes"][0]
    assert [step.css for step in row.steps] == ["done", "done", "now", "", "", ""]
    assert row.words == "11月25日，已报 0 / 9"


def test_same_queries_for_one_class_and_for_three(client: Client, clerk, town, django_assert_num_queries) -> None:
    client.force_login(clerk)
    for count in (1, 2):
        for _ in range(count):
            SessionFactory(training_class=running(town))
            ClassFactory(town=town)
        client.get("/town/")
        with django_assert_num_queries(QUERIES):
            client.get("/town/")
