"""What a brand rests on this year, the county's page of all brands, and the key course and lecturer."""

from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from courses.actions.keys import clear_key as clear_course
from courses.actions.keys import mark_key as mark_course
from courses.models import Course
from juxian.audit.models import AuditEntry
from juxian.people.panels import panels_for
from lecturers.actions.keys import mark_key as mark_lecturer
from lecturers.models import Appointment, Lecturer
from tests.factories import (
    BrandRevisionFactory,
    CentreFactory,
    ClassFactory,
    CourseFactory,
    CourseVersionFactory,
    LecturerFactory,
    SessionFactory,
    TeachingPointFactory,
    ThemeFactory,
    TownFactory,
)
from trainings.brands import facts_of

pytestmark = pytest.mark.django_db
NOW = "2026-11-23 10:00+08:00"
TODAY = date(2026, 11, 23)


@pytest.fixture
def revision(town):
    point = TeachingPointFactory(centre=CentreFactory(town=town), theme=None)
    return BrandRevisionFactory(brand__town=town, theme=ThemeFactory(), key_point=point)


@pytest.fixture
def brand(revision):
    return revision.brand


def appointed(**given) -> Lecturer:
    row = LecturerFactory(**given)
    Appointment.objects.create(lecturer=row, tier="pool", starts_on=date(2020, 1, 1))
    return row


def counts(revision) -> tuple[int, int, int]:
    facts = facts_of([revision.brand], [revision], TODAY)[revision.brand_id]
    return len(facts.courses), len(facts.points), len(facts.classes)


def lesson(town, day: date = TODAY, *, state: str = "running", **given) -> None:
    SessionFactory(training_class=ClassFactory(town=town, state=state, starts_on=day, ends_on=day), day=day, **given)


def test_courses_of_the_town_in_the_theme_and_the_key_course(revision, town, other_town):
    other = ThemeFactory(slot=2, name="乡村振兴")
    CourseFactory(town=town)
    CourseFactory(town=town, featured_on=None)
    CourseFactory(town=town, theme=other)
    CourseFactory(town=other_town)
    CourseFactory(town=None, theme=other, key_of=revision.brand)
    assert counts(revision) == (2, 1, 0)


def test_points_that_can_be_used(revision, town):
    TeachingPointFactory(centre=town.centre)
    TeachingPointFactory(centre=town.centre, is_ready=False, unready_reason="修路")
    TeachingPointFactory(centre=town.centre, theme=ThemeFactory(slot=2, name="乡村振兴"))
    assert counts(revision) == (0, 2, 0)


def test_classes_of_this_year_that_taught_it_or_went_there(revision, town, other_town):
    taught = CourseVersionFactory(course=CourseFactory())
    lesson(town, course_version=taught)
    lesson(town, point=revision.key_point)
    lesson(town)
    lesson(town, date(2025, 12, 31), course_version=taught, state="closing")
    lesson(town, state="approved", course_version=taught)
    lesson(town, course_version=taught, cancelled_at="2026-11-01T00:00:00Z")
    lesson(other_town, course_version=taught)
    assert counts(revision) == (0, 1, 2)


def test_an_empty_brand_says_what_it_has_none_of(town):
    row = BrandRevisionFactory(brand__town=town, theme=None)
    assert facts_of([row.brand], [row], TODAY)[row.brand_id].empty == ["没有精品课程", "没有可用教学点", "今年没有开班"]


@time_machine.travel(NOW, tick=False)
def test_the_panel_on_the_page_of_the_brand(revision, brand, county, clerk):
    mark_course(course=CourseFactory(title="村史里的党课", town=brand.town), brand=brand, by=county)
    (panel,) = panels_for(brand, clerk)
    assert [tuple(row) for row in panel.rows] == [
        ("重点课程：村史里的党课", "已标", "", "ok"),
        ("重点讲师", "没有标", "", "warn"),
        ("本品牌的精品课程", "1 堂", "", ""),
        ("本品牌的可用教学点", "1 个", "", ""),
        ("本品牌的今年开班", "空的", "", "warn"),
    ]
    Course.objects.update(retired_on=TODAY)
    (panel,) = panels_for(brand, county)
    assert tuple(panel.rows[0]) == ("重点课程：村史里的党课", "已退出精品", f"/county/brands/{brand.pk}/keys/", "warn")


def test_one_key_course_a_brand(brand, county, clerk):
    first, second = CourseFactory(title="甲课"), CourseFactory(title="乙课")
    with pytest.raises(PermissionDenied):
        mark_course(course=first, brand=brand, by=clerk)
    for _ in range(2):
        mark_course(course=first, brand=brand, by=county)
    with pytest.raises(ValidationError) as refusal:
        mark_course(course=second, brand=brand, by=county)
    assert refusal.value.messages == ["大店镇品牌已有重点课程“甲课”，先取消那一堂，再标“乙课”。"]
    for _ in range(2):
        clear_course(brand=brand, by=county)
    mark_course(course=second, brand=brand, by=county)
    assert Course.objects.get(key_of=brand) == second
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "courses.key_marked",
        "courses.key_cleared",
        "courses.key_marked",
    ]


def test_which_courses_may_be_the_key(brand, county, other_town):
    other = BrandRevisionFactory(brand__town=other_town).brand
    taken = CourseFactory(key_of=other, town=None)
    for course, words in (
        (taken, "已是别的品牌的重点课程"),
        (CourseFactory(featured_on=None), "现在不是精品课程"),
        (CourseFactory(town=other_town), "别的镇街申报的课程"),
    ):
        with pytest.raises(ValidationError, match=words):
            mark_course(course=course, brand=brand, by=county)


def test_one_key_lecturer_a_brand(brand, county, clerk, other_town):
    first, second = appointed(name="示例甲讲师"), appointed(name="示例乙讲师")
    with pytest.raises(PermissionDenied):
        mark_lecturer(lecturer=first, brand=brand, by=clerk)
    for _ in range(2):
        mark_lecturer(lecturer=first, brand=brand, by=county)
    other = BrandRevisionFactory(brand__town=other_town).brand
    for lecturer, at, words in (
        (second, brand, "大店镇品牌已有重点讲师示例甲讲师，先取消那一位，再标示例乙讲师。"),
        (first, other, "示例甲讲师已是别的品牌的重点讲师"),
        (LecturerFactory(name="示例丙"), other, "示例丙现在没有聘任"),
        (appointed(town=brand.town), other, "别的镇街推荐的讲师"),
    ):
        with pytest.raises(ValidationError, match=words):
            mark_lecturer(lecturer=lecturer, brand=at, by=county)
    assert Lecturer.objects.get(key_of=brand) == first


@pytest.mark.parametrize("make", [CourseFactory, LecturerFactory])
def test_the_database_refuses_a_second_key(brand, make):
    make(key_of=brand)
    with pytest.raises(IntegrityError), transaction.atomic():
        make(key_of=brand)


@pytest.mark.parametrize(
    ("make", "page", "words"),
    [
        (CourseFactory, "/admin/courses/course/{}/change/", "这个品牌已有重点课程，先取消那一个，再标这一个。"),
        (LecturerFactory, "/admin/lecturers/lecturer/{}/change/", "这个品牌已有重点讲师，先取消那一个，再标这一个。"),
    ],
)
def test_a_second_key_is_refused_in_the_admin_with_a_sentence(client: Client, county, brand, make, page, words):
    make(key_of=brand)
    row = make()
    client.force_login(county)
    path = page.format(row.pk)
    shown = client.get(path).context["adminform"].form
    typed = {name: value for name in shown.fields if (value := shown[name].value()) not in (None, "", [])}
    inlines = {"versions-TOTAL_FORMS": 0, "versions-INITIAL_FORMS": 0}
    inlines |= {"appointments-TOTAL_FORMS": 0, "appointments-INITIAL_FORMS": 0}
    answer = client.post(path, typed | inlines | {"key_of": brand.pk})
    assert answer.context["adminform"].form.errors == {"key_of": [words]}


def test_marking_on_the_page(client: Client, county, clerk, brand, other_town):
    course, lecturer = CourseFactory(town=brand.town), appointed()
    CourseFactory(town=other_town)
    page = f"/county/brands/{brand.pk}/keys/"
    client.force_login(clerk)
    assert client.get(page).status_code == 403
    client.force_login(county)
    form = client.get(page).context["form"]
    assert [row.pk for row in form.fields["course"].queryset] == [course.pk]
    assert client.post(page, {}).context["form"].non_field_errors() == ["先选一堂课或一位讲师。"]
    client.post(page, {"course": course.pk, "lecturer": lecturer.pk})
    assert (Course.objects.get(key_of=brand), Lecturer.objects.get(key_of=brand)) == (course, lecturer)
    assert list(client.get(page).context["form"].fields) == []
    client.post(page, {"clear": "lecturer"})
    client.post(page, {"clear": "course"})
    assert [model.objects.filter(key_of=brand).count() for model in (Course, Lecturer)] == [0, 0]


@time_machine.travel(NOW, tick=False)
def test_the_county_sees_all_brands_in_code_order(client: Client, county, revision, other_town, clerk):
    CentreFactory(town=other_town)
    CentreFactory(town=TownFactory(code="371327001", name="十字路街道"))
    sent = {"state": "submitted", "used_from": None, "submitted_by": clerk, "submitted_at": "2026-11-01T00:00:00Z"}
    BrandRevisionFactory(brand__town=other_town, slogan=revision.slogan, **sent)
    client.force_login(county)
    page = client.get("/county/brands/")
    rows = [(row.centre.town.name, row.shown and row.shown.state, row.warnings) for row in page.context["rows"]]
    assert rows == [
        ("十字路街道", None, []),
        (
            "大店镇",
            "approved",
            [
                f"与坊前镇的“{revision.slogan}”相近（100%，那边还没批）。",
                "品牌是空的：没有精品课程，今年没有开班。",
            ],
        ),
        ("坊前镇", "submitted", [f"与大店镇的“{revision.slogan}”相近（100%）。"]),
    ]
    assert [row.brand.town.name for row in page.context["waiting"]] == ["坊前镇"]


def test_a_clerk_sees_the_own_row_and_others_only_what_hangs_on_their_wall(client: Client, clerk, revision, other_town):
    CentreFactory(town=other_town)
    BrandRevisionFactory(brand__town=other_town, slogan=revision.slogan, state="draft", used_from=None)
    client.force_login(clerk)
    rows = client.get("/county/brands/").context["rows"]
    assert [(row.centre.town.name, len(row.warnings)) for row in rows] == [("大店镇", 1)]
    assert "坊前镇" not in client.get("/county/brands/").content.decode()


def test_the_page_is_for_staff(client: Client, member):
    assert client.get("/county/brands/").headers["Location"] == "/login/?next=/county/brands/"
    client.force_login(member.user)
    assert client.get("/county/brands/").status_code == 403


def test_same_queries_for_one_brand_and_for_three(client: Client, county, django_assert_num_queries):
    client.force_login(county)
    for count in (1, 2):
        for _ in range(count):
            centre = CentreFactory()
            point = TeachingPointFactory(centre=centre)
            brand = BrandRevisionFactory(brand__town=centre.town, theme=ThemeFactory(), key_point=point).brand
            CourseFactory(key_of=brand)
            LecturerFactory(key_of=brand)
            lesson(centre.town, point=point)
        client.get("/county/brands/")
        with django_assert_num_queries(17):
            client.get("/county/brands/")
