"""Where a half-day takes place: points that are not ready, seasons, reception sites."""

from datetime import date
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from centres.models import ReceptionSite, TeachingPoint
from tests.factories import CentreFactory, ClassFactory, LecturerFactory
from tests.trainings.conftest import sessions_of
from trainings import actions
from trainings.clashes import clashes
from trainings.gates import missing_at
from trainings.models import Session, TrainingClass
from trainings.registry import Gate

VIEWING = Session.Mode.GROUP_VIEWING


@pytest.fixture
def point(room) -> TeachingPoint:
    return TeachingPoint.objects.create(centre=room.centre, name="茶园", capacity=300)


@pytest.fixture
def site(room) -> ReceptionSite:
    return ReceptionSite.objects.create(
        centre=room.centre, name="村部大屏", village="甲村", working_since=date(2026, 1, 1)
    )


def shut(point: TeachingPoint) -> None:
    TeachingPoint.objects.filter(pk=point.pk).update(is_ready=False, unready_reason="修路")
    point.refresh_from_db()


def refusal(act) -> list[str]:
    with pytest.raises(ValidationError) as refused:
        act()
    return refused.value.messages


def add(training_class, by, **given) -> Session:
    fields = {"day": training_class.starts_on, "half": "xv", "topic": "参观", "lecturer": LecturerFactory()}
    return actions.add_session(training_class=training_class, by=by, **(fields | given))


# Points that are not ready ----------------------------------------------------------------------------
SHUT = "现场教学点“茶园”暂停使用（修路），请换个地点。"


def test_no_half_day_is_added_or_moved_to_a_point_that_is_not_ready(draft, clerk, point) -> None:
    before = Session.objects.count()
    shut(point)
    assert refusal(lambda: add(draft, clerk, point=point)) == [SHUT]
    first = sessions_of(draft)[0]
    assert refusal(lambda: actions.change_session(session=first, by=clerk, room=None, point=point)) == [SHUT]
    assert (Session.objects.count(), Session.objects.filter(point=point).count()) == (before, 0)


def test_the_twin_adds_it_where_the_point_is_ready(draft, clerk, point) -> None:
    assert add(draft, clerk, point=point).point == point


def test_the_form_says_why(client: Client, draft, clerk, point) -> None:
    shut(point)
    client.force_login(clerk)
    said = {"day": draft.starts_on, "half": "xv", "topic": "参观", "mode": "on_site", "hours": "4", "point": point.pk}
    page = client.post(f"/town/trainings/{draft.pk}/sessions/add/", said)
    assert [clash.text for clash in page.context["clashes"]] == [SHUT]
    assert not Session.objects.filter(point=point).exists()


def test_a_class_does_not_pass_its_gates_with_a_point_that_was_closed_since(draft, clerk, county, point) -> None:
    add(draft, clerk, point=point)
    actions.submit_class(training_class=draft, by=clerk)
    shut(point)
    day = f"{draft.starts_on.month}月{draft.starts_on.day}日"
    said = f"{day}晚上“参观”：{SHUT}"
    assert refusal(lambda: actions.approve_class(training_class=draft, by=county)) == [said]
    assert TrainingClass.objects.get(pk=draft.pk).state == "submitted"
    actions.return_class(training_class=draft, comment="换地点", by=county)
    draft.refresh_from_db()
    assert said in [missing.text for missing in missing_at(Gate.SUBMIT, draft)]
    TeachingPoint.objects.update(is_ready=True)
    actions.submit_class(training_class=draft, by=clerk)
    assert actions.approve_class(training_class=draft, by=county).state == "approved"


def test_a_point_too_small_holds_the_class(draft, clerk, point) -> None:
    add(draft, clerk, point=point)
    TeachingPoint.objects.update(capacity=2)
    texts = [missing.text for missing in missing_at(Gate.SUBMIT, draft)]
    assert [text.partition("的")[2] for text in texts] == ["茶园只能坐 2 人，少于名额 3 人。"]


# Seasons ----------------------------------------------------------------------------------------------
def test_out_of_season_is_a_warning_and_no_more(draft, clerk, point) -> None:
    month = draft.starts_on.month % 12 + 1
    TeachingPoint.objects.update(opens_in=month, closes_in=month)
    point.refresh_from_db()
    planned = Session(training_class=draft, day=draft.starts_on, half="xv", topic="参观", point=point)
    (found,) = clashes(planned, clerk)
    assert (found.text.startswith(f"茶园开放时间是 {month} 月至 {month} 月"), found.stops) == (True, False)
    assert add(draft, clerk, point=point).point == point


def test_in_season_there_is_nothing_to_say(draft, clerk, point) -> None:
    TeachingPoint.objects.update(opens_in=draft.starts_on.month, closes_in=draft.starts_on.month)
    point.refresh_from_db()
    assert clashes(Session(training_class=draft, day=draft.starts_on, half="xv", point=point), clerk) == []


# Reception sites --------------------------------------------------------------------------------------
def test_a_group_viewing_at_a_site_stands_in_the_timetable_and_on_paper(client: Client, draft, clerk, site) -> None:
    client.force_login(clerk)
    said = {"day": draft.starts_on, "half": "xv", "topic": "看专题片", "mode": VIEWING, "hours": "2", "site": site.pk}
    client.post(f"/town/trainings/{draft.pk}/sessions/add/", said)
    session = Session.objects.get(site=site)
    assert (session.mode, session.place) == (VIEWING, "村部大屏")
    for page in (f"/town/trainings/{draft.pk}/?tab=timetable", f"/town/trainings/{draft.pk}/timetable/"):
        assert "村部大屏" in client.get(page).content.decode()


def test_a_site_is_for_viewing_only(draft, clerk, site) -> None:
    assert refusal(lambda: add(draft, clerk, site=site)) == [
        "接收站点只用于集体收看，请把形式改为“集体收看”，或换个地点。"
    ]
    session = add(draft, clerk, site=site, mode=VIEWING)
    with pytest.raises(IntegrityError), transaction.atomic():
        Session.objects.filter(pk=session.pk).update(mode=Session.Mode.CLASSROOM)


@pytest.mark.parametrize("other", ["room", "point"])
def test_one_place_for_a_half_day(request, draft, clerk, site, other) -> None:
    place = {other: request.getfixturevalue(other)}
    assert refusal(lambda: add(draft, clerk, site=site, mode=VIEWING, **place)) == [
        "教室、现场教学点和接收站点只能选一个。"
    ]


def test_a_site_that_does_not_work_is_refused(draft, clerk, site) -> None:
    ReceptionSite.objects.update(is_working=False)
    site.refresh_from_db()
    said = "接收站点“村部大屏”不能正常使用，请换个地点，或修好后再排。"
    assert refusal(lambda: add(draft, clerk, site=site, mode=VIEWING)) == [said]


def test_another_towns_site_is_refused(draft, clerk, other_town) -> None:
    theirs = ReceptionSite.objects.create(
        centre=CentreFactory(town=other_town), name="外镇屏", village="乙村", working_since=date(2026, 1, 1)
    )
    assert refusal(lambda: add(draft, clerk, site=theirs, mode=VIEWING)) == ["只能选本镇街的接收站点。"]


def test_a_site_is_for_one_class_in_a_half_day(draft, town, clerk, site) -> None:
    other = ClassFactory(town=town, title="另一班")
    add(other, clerk, site=site, mode=VIEWING)
    asked = partial(add, draft, clerk, site=site, mode=VIEWING)
    (text,) = refusal(asked)
    assert text.endswith("村部大屏已被“另一班”占用。请换个站点，或换个半天。")
    with pytest.raises(IntegrityError), transaction.atomic():
        Session.objects.create(
            training_class=draft, day=draft.starts_on, half="xv", topic="看", mode=VIEWING, site=site
        )
    actions.cancel_session(session=Session.objects.get(site=site), by=clerk)
    assert asked().site == site


def test_a_site_is_a_place_at_the_gate(draft, clerk, site) -> None:
    add(draft, clerk, site=site, mode=VIEWING)
    assert [m.text for m in missing_at(Gate.SUBMIT, draft) if "地点" in m.text] == []
