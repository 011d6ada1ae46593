"""The screen in the hall: what is on today and next, counts, and nobody's name."""

from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from centres.models import Centre
from juxian.people.models import Member, User
from lecturers.models import Lecturer
from tests.factories import (
    BrandRevisionFactory,
    CentreFactory,
    ClassFactory,
    EnrolmentFactory,
    RoomFactory,
    SessionFactory,
    UserFactory,
)
from tests.matrix.towns import build_county
from trainings.models import Mark, MarkStatus, Session, TrainingClass

pytestmark = pytest.mark.django_db
NOW = "2026-11-23 10:00+08:00"
TODAY = date(2026, 11, 23)
State = TrainingClass.State


@pytest.fixture
def centre(town) -> Centre:
    return CentreFactory(town=town)


def slot(centre: Centre, day: date, half: str, title: str, *, state: str = State.RUNNING, people: int = 0) -> Session:
    """A half-day of a class of its own."""
    row = ClassFactory(town=centre.town, title=title, state=state, starts_on=day, ends_on=day)
    for _ in range(people):
        EnrolmentFactory(training_class=row)
    room = RoomFactory(centre=centre, name=f"{title}教室")
    return SessionFactory(training_class=row, day=day, half=half, topic=f"{title}课", room=room)


def seen(client: Client, code: str = "371327102") -> dict:
    """What the page was given."""
    return client.get(f"/screen/{code}/").context


@time_machine.travel(NOW, tick=False)
def test_today_and_next(client: Client, centre) -> None:
    slot(centre, TODAY, "am", "甲班", people=2)
    slot(centre, TODAY, "pm", "乙班")
    first = slot(centre, TODAY + timedelta(days=2), "am", "丙班", state=State.ENROLLING)
    SessionFactory(training_class=first.training_class, day=TODAY + timedelta(days=3), half="am")
    page = seen(client)
    assert [(one.starts, one.session.topic, one.place, one.people, one.is_on) for one in page["todays"]] == [
        ("8:30", "甲班课", "甲班教室", 2, True),
        ("13:30", "乙班课", "乙班教室", 0, False),
    ]
    assert [(one.session.training_class.title, one.session.day) for one in page["coming"]] == [
        ("丙班", TODAY + timedelta(days=2))
    ]


@time_machine.travel(NOW, tick=False)
def test_what_is_not_approved_cancelled_or_of_another_town_is_not_shown(client: Client, centre, other_town) -> None:
    for state in (State.DRAFT, State.SUBMITTED, State.CANCELLED):
        slot(centre, TODAY, "am", f"{state}班", state=state)
    slot(CentreFactory(town=other_town), TODAY, "am", "外镇班")
    gone = slot(centre, TODAY, "pm", "停课班")
    Session.objects.filter(pk=gone.pk).update(cancelled_at=timezone.now())
    page = seen(client)
    assert (page["todays"], page["coming"]) == ([], [])


@time_machine.travel(NOW, tick=False)
def test_a_full_day_shows_what_is_still_to_come(client: Client, centre) -> None:
    for number in range(3):
        slot(centre, TODAY, "am", f"早{number}")
    for number in range(3):
        slot(centre, TODAY, "pm", f"晚{number}")
    page = seen(client)
    assert ([one.session.topic for one in page["todays"]], page["more_today"]) == (
        ["早0课", "早1课", "早2课", "晚0课"],
        2,
    )
    with time_machine.travel("2026-11-23 14:00+08:00", tick=False):
        assert [one.session.topic for one in seen(client)["todays"]] == ["早2课", "晚0课", "晚1课", "晚2课"]


@time_machine.travel(NOW, tick=False)
def test_figures_are_of_this_year_and_this_town(client: Client, centre, other_town) -> None:
    present = MarkStatus.objects.create(code="present", name="到", counts_present=True)
    days = [(centre.town, TODAY), (centre.town, TODAY - timedelta(days=400)), (other_town, TODAY)]
    for town, day in days:
        by = UserFactory()
        row = ClassFactory(
            town=town, state=State.ARCHIVED, starts_on=day, ends_on=day, archived_by=by, archived_at=timezone.now()
        )
        seat = EnrolmentFactory(training_class=row)
        session = SessionFactory(training_class=row, day=day)
        Mark.objects.create(session=session, enrolment=seat, status=present, key=f"{row.pk}", by=by, at=timezone.now())
    page = seen(client)
    assert (page["held"], page["attendances"], page["trained"]) == (1, 1, 1)


def test_towns_that_are_not_there(client: Client, centre, other_town) -> None:
    closed = CentreFactory(town=other_town)
    assert [
        client.get(f"/screen/{code}/").status_code for code in ("371327102", other_town.code, "371327999", "x")
    ] == [
        200,
        200,
        404,
        404,
    ]
    Centre.objects.filter(pk=closed.pk).update(closed_on=timezone.localdate())
    assert client.get(f"/screen/{other_town.code}/").status_code == 404
    centre.town.active_to = timezone.localdate()
    centre.town.save()
    assert client.get("/screen/371327102/").status_code == 404


def test_nobodys_name_is_on_a_page_without_sign_in(client: Client) -> None:
    county = build_county()
    for data in (county.ours, county.theirs):
        body = client.get(f"/screen/{data.town.code}/").content.decode()
        classes = TrainingClass.objects.filter(town=data.town)
        names = {name for model in (Member, User, Lecturer) for name in model.objects.values_list("name", flat=True)}
        names |= set(classes.values_list("contact", flat=True)) - {""}
        assert [name for name in names if name and name in body] == []
        assert data.training_class.title in body


def test_the_page_asks_for_itself_and_says_when_it_is_a_demo(client: Client, centre, member) -> None:
    body = client.get("/screen/371327102/").content.decode()
    assert 'hx-get="/screen/371327102/" hx-trigger="every 30s"' in body
    assert "演示数据" not in body
    Member.objects.update(is_demo=True)
    assert "演示数据，非真实情况" in client.get("/screen/371327102/").content.decode()


@pytest.mark.parametrize("number", [1, 3])
@time_machine.travel(NOW, tick=False)
def test_asks_the_database_the_same_number_of_times(client: Client, centre, django_assert_num_queries, number) -> None:
    for one in range(number):
        slot(centre, TODAY, "am", f"今{one}", people=number)
        slot(centre, TODAY + timedelta(days=one + 1), "pm", f"后{one}", people=number)
    with django_assert_num_queries(7):
        assert client.get("/screen/371327102/").status_code == 200


def test_only_the_approved_slogan_shows_with_its_blank(client: Client, centre) -> None:
    draft = BrandRevisionFactory(
        brand__town=centre.town, number=2, state="draft", used_from=None, slogan="还没批的口号"
    )
    assert seen(client)["slogan"] == ""
    BrandRevisionFactory(brand=draft.brand, slogan="齐鲁红都 革命摇篮")
    page = client.get("/screen/371327102/").content.decode()
    assert '<p class="hs-slogan">齐鲁红都 革命摇篮</p>' in page
    assert "还没批的口号" not in page
