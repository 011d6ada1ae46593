"""Courses and lecturers are found as people type: characters, whole pinyin, initials."""

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.models import Course
from lecturers.models import Appointment, Lecturer
from tests.factories import CourseFactory, LecturerKindFactory

pytestmark = pytest.mark.django_db


def found(client, words):
    response = client.get(reverse("courses:town-list"), {"q": words})
    return [course.title for course in response.context["page"]]


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("dz", "党章学习"),
        ("dangzhang", "党章学习"),
        ("章", "党章学习"),
        ("DZ", "党章学习"),
        ("jnxf", "讲好莒南先锋"),
        ("chongyang", "重阳敬老"),
    ],
)
def test_a_course_is_found_by_characters_pinyin_and_initials(client, clerk, words, title):
    for name in ("党章学习", "讲好莒南先锋", "重阳敬老"):
        CourseFactory(title=name, featured_on=timezone.localdate())
    client.force_login(clerk)
    assert found(client, words) == [title]


def test_initials_do_not_reach_across_a_sign(client, clerk):
    for title in ("微权力清单（专题课）", "党章公开课"):
        CourseFactory(title=title, featured_on=timezone.localdate())
    client.force_login(clerk)
    assert found(client, "dz") == ["党章公开课"]


def test_a_lecturer_is_found_by_every_reading_of_the_surname(client, clerk):
    one = Lecturer.objects.create(name="单示例", kind=LecturerKindFactory())
    Appointment.objects.create(lecturer=one, tier=Appointment.Tier.POOL, starts_on=timezone.localdate())
    client.force_login(clerk)
    for words in ("shan", "dan", "单", "ssl"):
        page = client.get(reverse("lecturers:town-list"), {"q": words}).context["page"]
        assert [lecturer.name for lecturer in page] == ["单示例"], words


def test_a_course_on_its_way_is_seen_by_its_town_and_the_county_only(client, clerk, other_clerk, county, town):
    course = CourseFactory(town=town, featured_on=None)
    for user, status in ((clerk, 200), (county, 200), (other_clerk, 404)):
        client.force_login(user)
        assert client.get(reverse("courses:detail", args=[course.pk])).status_code == status


def test_renaming_renews_the_search_text():
    course = CourseFactory(title="旧名")
    Course.objects.filter(pk=course.pk).update(title="党章")
    course.refresh_from_db()
    assert course.search_text == "党章|dangzhang|dz"
