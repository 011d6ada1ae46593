"""Figures by theme, the clerk's list, constraints."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from courses.figures import featured, featured_by_theme
from courses.models import Course, CourseVersion
from tests.factories import CourseFactory, CourseVersionFactory, LecturerFactory, ThemeFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


def test_figures_count_featured_courses_of_that_day() -> None:
    red, rural = ThemeFactory(slot=1, name="红色教育"), ThemeFactory(slot=2, name="乡村振兴")
    CourseFactory(theme=red)
    last = CourseFactory(theme=rural)
    CourseFactory(theme=rural, featured_on=None)
    CourseFactory(theme=rural, retired_on=TODAY)
    CourseFactory(theme=red, featured_on=date(2027, 1, 1))
    assert featured(TODAY) == 2
    assert [(one.name, one.count) for one in featured_by_theme(TODAY)] == [("红色教育", 1), ("乡村振兴", 1)]
    last.delete()
    assert featured(TODAY) == 1


def test_list_filters_by_theme_and_words(client: Client, clerk) -> None:
    red = CourseFactory(title="入党誓词", theme=ThemeFactory(slot=1, name="红色教育"))
    tea = CourseFactory(title="茶园管理", theme=ThemeFactory(slot=2, name="乡村振兴"))
    tea.lecturers.add(LecturerFactory(name="示例甲子"))
    CourseFactory(title="还没入选", featured_on=None, theme=red.theme)
    client.force_login(clerk)
    assert list(client.get("/town/courses/").context["page"]) == [red, tea]
    assert list(client.get("/town/courses/?theme=2").context["page"]) == [tea]
    assert list(client.get("/town/courses/?q=甲子").context["page"]) == [tea]
    assert "没有找到这样的课程" in client.get("/town/courses/?q=无&theme=1").content.decode()
    assert client.get("/town/courses/?theme=x").status_code == 200


def test_list_is_for_staff(client: Client, member) -> None:
    assert client.get("/town/courses/").headers["Location"] == "/login/?next=/town/courses/"
    client.force_login(member.user)
    assert client.get("/town/courses/").status_code == 403


def test_same_queries_for_one_and_for_three(client: Client, clerk, django_assert_num_queries) -> None:
    client.force_login(clerk)
    for count in (1, 2):
        for _ in range(count):
            CourseFactory().lecturers.add(LecturerFactory())
        client.get("/town/courses/")
        with django_assert_num_queries(13):
            client.get("/town/courses/")


def test_code_is_unique() -> None:
    course = CourseFactory(code="KC1")
    with pytest.raises(ValidationError):
        Course(code="KC1", title="x", theme=course.theme).full_clean()


def test_version_number_is_unique_in_a_course() -> None:
    version = CourseVersionFactory()
    with pytest.raises(ValidationError, match="该课程已有这个版次"):
        CourseVersion(course=version.course, number=1, outline="x", published_on=TODAY).full_clean()


def test_a_course_does_not_retire_before_it_was_featured() -> None:
    course = CourseFactory(featured_on=TODAY, retired_on=TODAY)
    course.full_clean()
    course.retired_on = date(2026, 11, 22)
    with pytest.raises(ValidationError) as refusal:
        course.full_clean()
    assert refusal.value.messages == ["退出日期不能早于入选精品日期。"]
    with pytest.raises(IntegrityError), transaction.atomic():
        course.save()
