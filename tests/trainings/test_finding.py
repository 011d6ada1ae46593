"""Finding a lecturer for a half-day, and the hours that were really taught."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from centres.models import BrandTheme
from juxian.people.facts import Rating
from lecturers.models import HalfDay
from tests.factories import ClassFactory, CourseFactory, CourseVersionFactory, LecturerFactory, SessionFactory
from tests.trainings.conftest import mark_all, sessions_of
from tests.trainings.test_substitutions import hired, substitute
from trainings import finding
from trainings.finding import candidates
from trainings.models import Session
from trainings.teaching import hours_by


@pytest.fixture
def day() -> date:
    return timezone.localdate() + timedelta(days=1)


@pytest.fixture
def browser(client, clerk):
    client.force_login(clerk)
    return client


def says(lecturer, day, is_free, by) -> None:
    HalfDay.objects.create(lecturer=lecturer, day=day, half="am", is_free=is_free, by=by, at=timezone.now())


def test_who_can_come_stands_first_and_why_the_others_cannot(town, other_town, clerk, day):
    free, quiet, used, busy, booked, away = (hired(name=f"示例{n}") for n in range(6))
    says(free, day, True, clerk)
    says(busy, day, False, clerk)
    SessionFactory(training_class=ClassFactory(town=other_town), day=day, lecturer=booked)
    away.goes_to.add(other_town)
    SessionFactory(day=day - timedelta(days=2), lecturer=used)
    SessionFactory(day=day - timedelta(days=91), lecturer=quiet)
    LecturerFactory(name="不在聘")
    found = candidates(day=day, half="am", town=town)
    assert [(one.lecturer, one.can_come, one.is_free, one.is_booked, one.goes, one.recent) for one in found] == [
        (free, True, True, False, True, 0),
        (quiet, True, None, False, True, 0),
        (used, True, None, False, True, 1),
        (busy, False, False, False, True, 0),
        (booked, False, None, True, True, 0),
        (away, False, None, False, False, 0),
    ]


@pytest.mark.parametrize("words", ["果树", "种植 果", "沂蒙", "单示例", "shan", "乡村"])
def test_found_by_topic_course_name_and_theme(town, day, words):
    teacher = hired(name="单示例", topics="果树种植")
    CourseFactory(title="沂蒙精神").lecturers.add(teacher)
    teacher.themes.add(BrandTheme.objects.create(slot=9, name="乡村振兴"))
    hired(name="别人", topics="党章")
    assert [one.lecturer for one in candidates(day=day, half="am", town=town, words=words)] == [teacher]


def test_the_rating_comes_from_above(town, day, monkeypatch):
    teacher = hired()
    monkeypatch.setattr(
        finding, "facts_of", lambda code, pks: {teacher.pk: Rating(3.5, 12)} if code == "rating" else {}
    )
    assert [one.rating for one in candidates(day=day, half="am", town=town)] == [Rating(3.5, 12)]


def test_from_the_session_form_and_back(browser, town, day, clerk):
    ours, teacher = ClassFactory(town=town, starts_on=day, ends_on=day), hired()
    form = browser.get(reverse("trainings:session-add", args=[ours.pk]))
    page = browser.get(form.context["find"])
    ((one, link),) = page.context["rows"]
    assert (one.lecturer, page.context["day"]) == (teacher, day)
    fresh = browser.get(link).context["form"]
    assert (fresh["lecturer"].value(), fresh["day"].value()) == (str(teacher.pk), day.isoformat())
    session = SessionFactory(training_class=ours, day=day)
    edit = browser.get(browser.get(reverse("trainings:session-edit", args=[session.pk])).context["find"])
    assert edit.context["rows"][0][1].startswith(f"/town/sessions/{session.pk}/edit/?")
    ours.__class__.objects.update(state="running")
    sub = browser.get(browser.get(reverse("trainings:session-substitute", args=[session.pk])).context["find"])
    assert sub.context["rows"][0][1] == f"/town/sessions/{session.pk}/substitute/?lecturer={teacher.pk}"


@pytest.mark.parametrize(
    "query", ["?day=x&half=y&session=zz", "?lecturer=abc&day=2026-99-99", "?session=99999999999999999999"]
)
def test_nonsense_in_the_address_is_no_trouble(browser, town, query):
    ours = ClassFactory(town=town)
    for name in ("lecturer-find", "session-add"):
        assert browser.get(reverse(f"trainings:{name}", args=[ours.pk]) + query).status_code == 200


def test_finding_is_for_the_own_classes(browser, town, other_town, colleague):
    theirs = SessionFactory(training_class=ClassFactory(town=other_town))
    url = reverse("trainings:lecturer-find", args=[theirs.training_class_id])
    assert browser.get(url).status_code == 404
    own = reverse("trainings:lecturer-find", args=[ClassFactory(town=town).pk])
    assert browser.get(own, {"session": theirs.pk}).status_code == 404
    browser.force_login(colleague)
    assert browser.get(own).status_code == 403


@pytest.mark.parametrize("number", [1, 3])
def test_finding_costs_the_same(town, clerk, day, number, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(finding, "facts_of", lambda code, pks: {})  # what upper floors ask is their own tests' business
    for _ in range(number):
        teacher = hired()
        teacher.goes_to.add(town)
        says(teacher, day, True, clerk)
        SessionFactory(day=day - timedelta(days=1), lecturer=teacher)
    with django_assert_num_queries(7):
        assert len(candidates(day=day, half="am", town=town, words="示例")) == number


# hours ------------------------------------------------------------------------------------------------


def test_only_delivered_sessions_give_hours_to_who_really_taught(running, clerk, town):
    course = CourseVersionFactory(course=CourseFactory(title="党章"))
    first, second = sessions_of(running)
    Session.objects.filter(pk=second.pk).update(course_version=course, hours=Decimal("3.5"))
    rows = Session.objects.visible_to(clerk)
    assert hours_by(rows, "lecturer") == []  # nobody was marked yet
    mark_all(running, clerk)
    stand_in = hired(name="示例代课")
    substitute(first, stand_in, clerk)
    SessionFactory(training_class=running, half="xv", lecturer=stand_in)  # no roll, no hours
    found = [(row.name, row.hours, row.sessions, row.classes, row.towns) for row in hours_by(rows, "lecturer")]
    assert found == [("示例代课", Decimal(4), 1, 1, 1), (second.lecturer.name, Decimal("3.5"), 1, 1, 1)]
    assert [(row.name, row.hours, row.lecturers) for row in hours_by(rows, "town")] == [(town.name, Decimal("7.5"), 2)]
    courses = [(row.name, row.hours) for row in hours_by(rows, "course")]
    assert courses == [("没有选课程，只写了课题", Decimal(4)), ("党章", Decimal("3.5"))]
    Session.objects.filter(pk=first.pk).update(cancelled_at=timezone.now())
    assert [row.hours for row in hours_by(rows, "town")] == [Decimal("3.5")]


def test_the_page_of_hours_and_its_workbook(browser, running, clerk, other_clerk, county):
    mark_all(running, clerk)
    url, export = reverse("trainings:teaching-hours"), reverse("trainings:teaching-export")
    for user, total in ((clerk, 8), (other_clerk, 0), (county, 8)):
        browser.force_login(user)
        assert browser.get(url).context["total"] == total
    year = timezone.localdate().year
    assert browser.get(url, {"year": year - 1}).context["total"] == 0
    assert browser.get(url, {"town": running.town.code, "by": "town", "course": "没有这门课"}).context["rows"] == []
    assert browser.get(url, {"year": "x", "by": "y", "town": "z"}).context["total"] == 8
    page = browser.get(export)
    assert (page["Content-Disposition"], page.content[:2]) == (
        f'attachment; filename="teaching-hours-{year}.xlsx"', b"PK"
    )  # fmt: skip


def test_the_lecturers_page_tells_hours_and_time(browser, running, clerk):
    mark_all(running, clerk)
    lecturer = sessions_of(running)[0].lecturer
    panels = {panel.title: panel.rows for panel in browser.get(f"/town/lecturers/{lecturer.pk}/").context["panels"]}
    assert [row.value for row in panels["授课学时"]] == ["4 学时，1 个半天，1 个镇街", "没有讲过", "4 学时"]
    assert [row.value for row in panels["有空时间和能讲的课"]] == ["有空 0，没空 0，已排课 1", "全县"]


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_of_hours_costs_the_same(browser, running, clerk, number, django_assert_num_queries):
    mark_all(running, clerk)
    first = sessions_of(running)[0]
    for place in range(number):
        Session.objects.filter(pk=first.pk).update(lecturer=hired(name=f"示例{place}"))
    with django_assert_num_queries(7):
        browser.get(reverse("trainings:teaching-hours"))
