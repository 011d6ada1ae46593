"""The lecturer's own time, said by them or for them; the timetable behind a secret link; the door /teach/."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from lecturers.actions import calendar as actions
from lecturers.feeds import feed_of, token_of
from lecturers.models import CalendarFeed, HalfDay
from tests.factories import ClassFactory, EnrolmentFactory, LecturerFactory, MemberFactory, SessionFactory, UserFactory
from trainings.timetable import calendar_file

TODAY = timezone.localdate


@pytest.fixture
def lecturer(town):
    return LecturerFactory(name="示例讲师", user=UserFactory(username="teacher"), town=town)


@pytest.fixture
def browser(client, lecturer):
    client.force_login(lecturer.user)
    return client


def said(lecturer) -> list[tuple[date, str, bool]]:
    return list(HalfDay.objects.filter(lecturer=lecturer).values_list("day", "half", "is_free"))


def test_what_is_said_is_kept_and_taken_back(lecturer):
    day = TODAY() + timedelta(days=1)
    slots = {(day, "am"): True, (day, "pm"): False, (day, "xv"): None}
    assert actions.say_when(lecturer=lecturer, said=slots, by=lecturer.user) == 2
    assert said(lecturer) == [(day, "am", True), (day, "pm", False)]
    assert actions.say_when(lecturer=lecturer, said=slots, by=lecturer.user) == 0
    actions.say_when(lecturer=lecturer, said={(day, "am"): None, (day, "pm"): True}, by=lecturer.user)
    assert said(lecturer) == [(day, "pm", True)]


@pytest.mark.parametrize("days", [-1, 367])
def test_only_the_coming_year(lecturer, days):
    with pytest.raises(ValidationError, match="今天起一年内"):
        actions.say_when(lecturer=lecturer, said={(TODAY() + timedelta(days=days), "am"): True}, by=lecturer.user)


def test_who_keeps_a_lecturers_time(lecturer, clerk, other_clerk, county, colleague):
    may = [actions.may_keep(user, lecturer) for user in (lecturer.user, clerk, county, other_clerk, colleague)]
    assert may == [True, True, True, False, False]
    for user in (other_clerk, colleague):
        with pytest.raises(PermissionDenied):
            actions.say_when(lecturer=lecturer, said={(TODAY(), "am"): True}, by=user)
    with pytest.raises(PermissionDenied):  # the link is the lecturer's own
        actions.open_feed(lecturer=lecturer, by=county)


def test_the_page_writes_and_shows(browser, lecturer, other_town):
    day = TODAY()
    url = reverse("trainings:teach-calendar")
    SessionFactory(
        training_class=ClassFactory(town=other_town), day=day, half="xv", lecturer=lecturer, topic="乡村振兴"
    )
    browser.post(url, {f"{day}-am": "free", f"{day}-pm": "busy", f"{day}-xv": "", "nonsense": "free"})
    assert said(lecturer) == [(day, "am", True), (day, "pm", False)]
    cells = dict(browser.get(url).context["days"])[day]
    assert [(cell.said, cell.booked) for cell in cells] == [
        ("free", ""),
        ("busy", ""),
        ("", f"{other_town.name}，乡村振兴"),
    ]


def test_a_tab_that_was_opened_earlier_writes_only_what_it_changed(browser, lecturer):
    day, url = TODAY(), reverse("trainings:teach-calendar")
    opened = {f"was-{day}-am": "", f"was-{day}-pm": "", f"{day}-am": "", f"{day}-pm": ""}
    browser.post(url, opened | {f"{day}-am": "free"})
    browser.post(url, opened | {f"{day}-pm": "busy"})
    assert said(lecturer) == [(day, "am", True), (day, "pm", False)]
    assert f'name="was-{day}-am" value="free"' in browser.get(url).content.decode()


def test_many_at_once(browser, lecturer):
    first = TODAY() + timedelta(days=1)
    last = first + timedelta(days=6)
    form = {"fill": "1", "first": first, "last": last, "weekdays": ["1", "3"], "halves": ["am"], "state": "free"}
    browser.post(reverse("trainings:teach-calendar"), form)
    assert [(day.weekday(), half) for day, half, _ in sorted(said(lecturer), key=lambda row: row[0].weekday())] == [
        (1, "am"), (3, "am")
    ]  # fmt: skip
    page = browser.post(reverse("trainings:teach-calendar"), form | {"last": first - timedelta(days=1)})
    assert page.context["fill"].errors == {"last": ["日子要从今天起、一年以内，“到”不能早于“从”。"]}


def test_a_clerk_fills_it_in_for_the_lecturer_and_reads_no_other_towns_class(
    client, lecturer, clerk, other_clerk, other_town, town
):
    day, url = TODAY(), reverse("trainings:lecturer-calendar", args=[lecturer.pk])
    SessionFactory(
        training_class=ClassFactory(town=other_town), day=day, half="xv", lecturer=lecturer, topic="乡村振兴"
    )
    SessionFactory(training_class=ClassFactory(town=town), day=day, half="pm", lecturer=lecturer, topic="党章")
    client.force_login(clerk)
    client.post(url, {f"{day}-am": "free"})
    assert said(lecturer) == [(day, "am", True)]
    cells = dict(client.get(url).context["days"])[day]
    assert [cell.booked for cell in cells] == ["", f"{town.name}，党章", "已有外镇安排"]
    client.force_login(other_clerk)
    page = client.get(url)
    assert (page.status_code, page.context["may_keep"], client.post(url).status_code) == (200, False, 403)


def test_what_somebody_can_teach_and_where(browser, lecturer, town):
    browser.post(reverse("trainings:teach-teaching"), {"topics": "党章、果树", "goes_to": [town.pk]})
    lecturer.refresh_from_db()
    assert (lecturer.topics, list(lecturer.goes_to.all()), list(lecturer.themes.all())) == ("党章、果树", [town], [])


def test_the_link_works_until_it_is_changed_or_ended(browser, client, lecturer):
    browser.post(reverse("trainings:feed-open"))
    first = CalendarFeed.objects.get()
    link = reverse("trainings:feed", args=[token_of(first)])
    browser.logout()
    page = client.get(link)
    assert (page.status_code, page["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert page["Cache-Control"] == "private, no-store"
    browser.force_login(lecturer.user)
    browser.post(reverse("trainings:feed-open"))
    assert browser.get(link).status_code == 404
    second = CalendarFeed.objects.get(closed_at=None)
    assert browser.get(reverse("trainings:feed", args=[token_of(second)])).status_code == 200
    browser.post(reverse("trainings:feed-close"))
    assert browser.get(reverse("trainings:feed", args=[token_of(second)])).status_code == 404


def test_a_link_cannot_be_made_up(lecturer):
    feed = actions.open_feed(lecturer=lecturer, by=lecturer.user)
    good = token_of(feed)
    assert feed_of(good) == feed
    wrong = [str(feed.pk), f"{feed.pk}.", f"{feed.pk + 1}{good[good.index('.') :]}", good[:-1], good.upper()]
    assert [feed_of(token) for token in wrong] == [None] * len(wrong)


def test_the_database_keeps_one_link(lecturer):
    actions.open_feed(lecturer=lecturer, by=lecturer.user)
    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarFeed.objects.create(lecturer=lecturer, opened_at=timezone.now())


def test_the_file_has_sessions_and_no_member(lecturer, town):
    held = ClassFactory(town=town, title="秋季轮训班")
    EnrolmentFactory(training_class=held, member=MemberFactory(name="示例学员"))
    row = SessionFactory(training_class=held, lecturer=lecturer, topic="党章;学习,\n" + "很长的课题" * 8, half="am")
    SessionFactory(training_class=held, lecturer=lecturer, half="pm", cancelled_at=timezone.now())
    SessionFactory(training_class=held, half="xv")
    text = calendar_file(lecturer)
    assert (text.count("BEGIN:VEVENT"), "示例学员" in text, lecturer.name in text) == (1, False, False)
    whole = text.replace("\r\n ", "").split("\r\n")
    assert f"SUMMARY:党章\\;学习\\,\\n{'很长的课题' * 8}" in whole
    assert f"DTSTART:{row.day - timedelta(days=0):%Y%m%d}T003000Z" in whole
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75


@pytest.mark.parametrize("number", [1, 3])
def test_the_calendar_costs_the_same(browser, lecturer, number, django_assert_num_queries):
    for place in range(number):
        half = ("am", "pm", "xv")[place]
        SessionFactory(day=TODAY(), half=half, lecturer=lecturer)
        HalfDay.objects.create(
            lecturer=lecturer,
            day=TODAY() + timedelta(days=1),
            half=half,
            is_free=True,
            by=lecturer.user,
            at=timezone.now(),
        )
    with django_assert_num_queries(13):  # three of them count what waits behind the tabs
        browser.get(reverse("trainings:teach-calendar"))


@pytest.mark.parametrize(
    "name", ["teach", "trainings:teach-calendar", "trainings:teach-teaching", "trainings:teach-ratings"]
)
def test_only_lecturers_come_in(client, clerk, lecturer, name):
    assert client.get(reverse(name)).status_code == 302
    client.force_login(clerk)
    assert client.get(reverse(name)).status_code == 403
    client.force_login(lecturer.user)
    assert client.get(reverse(name)).status_code == 200
