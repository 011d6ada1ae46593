"""The timetable's form says what a half-day collides with while the clerk is still choosing."""

from datetime import date

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from lecturers.models import Appointment
from tests.factories import ClassFactory, EnrolmentFactory, LecturerFactory, SessionFactory
from trainings.models import Session

pytestmark = pytest.mark.db_engine


@pytest.fixture
def lecturer(live_server):
    found = LecturerFactory(name="示例讲师")
    Appointment.objects.create(lecturer=found, starts_on=date(2020, 1, 1))
    return found


@pytest.fixture
def form(chromium, live_server, clerk, lecturer) -> Page:
    """A new session of the second class; the first has the lecturer and one of our people this morning."""
    town = clerk.grants.get().town
    first, second = ClassFactory(town=town, title="先排的班"), ClassFactory(town=town, title="后排的班")
    SessionFactory(training_class=first, lecturer=lecturer)
    member = EnrolmentFactory(training_class=first, member__name="示例甲").member
    EnrolmentFactory(training_class=second, member=member)
    client = Client()
    client.force_login(clerk)
    context = chromium.new_context(locale="zh-CN")
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    page = context.new_page()
    page.goto(live_server.url + reverse("trainings:session-add", args=[second.pk]))
    yield page
    context.close()


def test_it_is_said_before_saving_and_taken_back_when_the_half_day_changes(form, lecturer):
    said = form.locator("#clashes .notice li")
    form.select_option("#id_lecturer", str(lecturer.pk))
    expect(said).to_have_count(2)
    form.fill("#id_topic", "党章")
    form.select_option("#id_half", "pm")
    expect(said).to_have_count(0)
    form.select_option("#id_half", "am")
    expect(said).to_have_count(2)
    expect(form.locator("#clashes a[href*=timetable]").first).to_have_attribute(
        "href", f"/town/trainings/{_first().pk}/?tab=timetable"
    )
    expect(form.locator("#id_topic")).to_have_value("党章")
    assert Session.objects.count() == 1


def test_a_warning_about_people_is_ticked_and_then_saved(form):
    form.fill("#id_topic", "党章")
    form.get_by_role("button", name="排进课程表").click()
    expect(form.locator("#clashes")).to_contain_text("示例甲")
    form.get_by_label("知道撞期了，照样排课").check()
    form.get_by_role("button", name="排进课程表").click()
    form.wait_for_url("**/town/trainings/*/")
    assert Session.objects.filter(topic="党章", day=timezone.localdate(), half="am").count() == 1


def _first():
    return Session.objects.get().training_class
