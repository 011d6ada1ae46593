"""A broadcast becomes a session of a class."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from courses.models import Broadcast, Series
from juxian.people.panels import panels_for
from tests.factories import CentreFactory, ClassFactory, RoomFactory
from trainings.actions.viewings import add_viewing
from trainings.models import Session, Viewing

pytestmark = pytest.mark.db_engine


@pytest.fixture
def broadcast(db) -> Broadcast:
    tomorrow = timezone.localtime() + timedelta(days=1)
    starts_at = tomorrow.replace(hour=15, minute=20, second=0, microsecond=0)
    series = Series.objects.create(name="学习讲坛")
    return Broadcast.objects.create(
        series=series, title="示例节目", starts_at=starts_at, link="https://example.com/", source="示例平台"
    )


def a_class(town, **given):
    today = timezone.localdate()
    return ClassFactory(town=town, starts_on=today, ends_on=today + timedelta(days=5), **given)


@pytest.fixture
def training_class(town):
    return a_class(town)


@pytest.fixture
def room(town):
    return RoomFactory(centre=CentreFactory(town=town))


def view(broadcast, training_class, room, clerk) -> Viewing:
    return add_viewing(
        broadcast=broadcast, training_class=training_class, room=room, site=None, hours=Decimal(2), by=clerk
    )


def test_the_session_has_the_broadcasts_half_day_and_hour_and_twice_is_once(broadcast, training_class, room, clerk):
    viewing = view(broadcast, training_class, room, clerk)
    assert view(broadcast, training_class, room, clerk) == viewing
    session = Session.objects.get()
    assert (session.day, session.half, f"{session.starts_at:%H:%M}") == (
        timezone.localtime(broadcast.starts_at).date(), "pm", "15:20",
    )  # fmt: skip
    assert (session.mode, session.topic, session.hours, session.lecturer, session.room) == (
        "group_viewing", "示例节目", Decimal(2), None, room,
    )  # fmt: skip


@pytest.mark.parametrize("what", ["cancelled", "no place", "another class", "days"])
def test_what_cannot_be_watched_is_refused(broadcast, training_class, room, clerk, what):
    said = {
        "cancelled": "“示例节目”停播了，不能安排集体收看。",
        "no place": "请选教室或接收站点，学员要知道到哪里去看。",
        "another class": "这个班在该半天已经排了课。",
        "days": f"课次日期要在开班期间（{training_class.span}）内。",
    }[what]
    if what == "cancelled":
        Broadcast.objects.update(cancelled=True)
    if what == "another class":
        view(broadcast, training_class, room, clerk)
        Broadcast.objects.update(title="另一个节目")
        broadcast.refresh_from_db()
    if what == "days":
        Broadcast.objects.update(starts_at=broadcast.starts_at + timedelta(days=30))
    with pytest.raises(ValidationError) as refusal:
        view(broadcast, training_class, None if what == "no place" else room, clerk)
    assert said in refusal.value.messages
    assert Viewing.objects.count() == (what == "another class")


def test_the_clerk_chooses_class_and_room_on_the_page(client, broadcast, training_class, room, clerk, other_town):
    foreign = a_class(other_town)
    client.force_login(clerk)
    url = f"/town/broadcasts/{broadcast.pk}/viewings/add/"
    page = client.get(url)
    assert list(page.context["form"].fields["training_class"].queryset) == [training_class]
    assert client.post(url, {"training_class": foreign.pk, "room": room.pk, "hours": "2"}).status_code == 200
    assert Session.objects.count() == 0
    answer = client.post(url, {"training_class": training_class.pk, "room": room.pk, "hours": "2"})
    assert answer["Location"] == f"/town/trainings/{training_class.pk}/?tab=timetable"
    assert Viewing.objects.get().broadcast == broadcast


def test_the_page_of_the_broadcast_names_own_classes_and_says_when_it_moved(
    client, broadcast, training_class, room, clerk, other_clerk
):
    view(broadcast, training_class, room, clerk)
    label = f"{training_class.town.name}“{training_class}”"
    [own], [foreign] = panels_for(broadcast, clerk), panels_for(broadcast, other_clerk)
    assert ([(row.label, row.status) for row in own.rows], foreign.rows) == ([(label, "")], [])
    broadcast.starts_at += timedelta(hours=1)
    broadcast.save()
    [moved] = panels_for(broadcast, clerk)[0].rows
    assert (moved.status, moved.value.endswith("节目已改时间，请调课")) == ("warn", True)
    client.force_login(clerk)
    assert "安排集体收看" in client.get(f"/town/broadcasts/{broadcast.pk}/").content.decode()
