"""The library from a table, and out as a table."""

from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from courses.imports import COURSES
from courses.models import Audience, ContentTask, Course, CourseVersion
from juxian.audit.models import AuditEntry
from juxian.people.models import ImportRun
from juxian.sheets import commit, no_progress, preview
from tests.factories import BrandFactory, CourseFactory, LecturerFactory, ThemeFactory

pytestmark = pytest.mark.db_engine

HEAD = "编号,课程名称,品牌类别,申报镇街,学时,形式,主讲,适用对象,内容任务,简介,入选精品日期,提纲"


@pytest.fixture
def write(tmp_path, db):
    ThemeFactory()
    for name in ("农村", "社区"):
        Audience.objects.create(name=name)
    ContentTask.objects.create(name="政治理论")
    LecturerFactory(name="示例甲", unit="示例站")

    def _write(*lines: str):
        path = tmp_path / "courses.csv"
        path.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
        return path

    return _write


def save(path, by=None):
    return commit(COURSES, COURSES.read(path, {}, no_progress), {}, by=by, accept_valid=True)[0]


def counts(result) -> tuple[int, int, int, int]:
    return result.created, result.updated, result.unchanged, result.rejected


FULL = "KC1,党章里的初心,红色教育,{town},2.5学时,现场教学,示例甲,农村、社区,政治理论,讲一讲党章,2026-03-01"


def test_a_preview_writes_nothing(write):
    result = preview(COURSES, write("KC1,示例课,红色教育,,,,,,,,"), {})
    assert (counts(result), Course.objects.count()) == ((1, 0, 0, 0), 0)


def test_rows_become_courses_and_again_change_nothing(write, county, town):
    path = write(FULL.format(town=town.name), "KC2,第二堂,红色教育,县级,,,,,,,")
    assert counts(save(path, county)) == (2, 0, 0, 0)
    assert counts(save(path, county)) == (0, 0, 2, 0)
    one, two = Course.objects.order_by("code")
    assert (one.town, one.hours, one.form, str(one.featured_on)) == (town, Decimal("2.5"), "on_site", "2026-03-01")
    assert [[str(row) for row in rows.all()] for rows in (one.lecturers, one.audiences, one.tasks)] == [
        ["示例甲"], ["农村", "社区"], ["政治理论"],
    ]  # fmt: skip
    assert (two.town, two.hours, two.form, two.featured_on) == (None, Decimal(4), "classroom", None)
    assert "|dz" in one.search_text
    assert AuditEntry.objects.filter(action="courses.imported").count() == 1


def test_filled_cells_change_and_empty_ones_leave_what_is_there(write, county, town):
    save(write(FULL.format(town=town.name)), county)
    assert counts(save(write("KC1,改了名,红色教育,,,,,社区,,,"), county)) == (0, 1, 0, 0)
    course = Course.objects.get()
    assert (course.title, course.town, course.hours) == ("改了名", town, Decimal("2.5"))
    assert ([str(row) for row in course.audiences.all()], course.lecturers.count()) == (["社区"], 1)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (",示例课,红色教育,,,,,,,,", "编号没有填"),
        ("KC1,,红色教育,,,,,,,,", "课程名称没有填"),
        ("KC1,示例课,蓝色教育,,,,,,,,", "没有叫“蓝色教育”的品牌类别"),
        ("KC1,示例课,红色教育,外县,,,,,,,", "没有叫“外县”的镇街"),
        ("KC1,示例课,红色教育,,半天,,,,,,", "看不出“半天”是多少学时"),
        ("KC1,示例课,红色教育,,NaN,,,,,,", "看不出“NaN”是多少学时"),
        ("KC1,示例课,红色教育,,0,,,,,,", "不能小于 0.25，请改一下"),
        ("KC1,示例课,红色教育,,,慕课,,,,,", "没有叫“慕课”的形式"),
        ("KC1,示例课,红色教育,,,,示例丙,,,,", "师资库里没有“示例丙”"),
        ("KC1,示例课,红色教育,,,,,海外,,,", "没有叫“海外”的适用对象"),
        ("KC1,示例课,红色教育,,,,,,,,2026-03", "只有年月，没有日"),
    ],
)
def test_a_bad_row_is_refused_with_its_reason(write, county, line, text):
    result = save(write(line, "KC9,好的一行,红色教育,,,,,,,,"), county)
    assert [problem.text for problem in result.problems] == [text]
    assert list(Course.objects.values_list("code", flat=True)) == ["KC9"]


def test_the_same_code_twice_is_refused(write, county):
    result = save(write("KC1,一,红色教育,,,,,,,,", "KC1,二,红色教育,,,,,,,,"), county)
    assert (counts(result), result.problems[0].text) == ((1, 0, 0, 1), "编号和第 2 行一样")


def test_an_outline_becomes_the_first_version_once(write, county):
    path = write("KC1,示例课,红色教育,,,,,,,,,一、为什么讲；二、讲什么", "KC2,没有提纲,红色教育,,,,,,,,,")
    assert counts(save(path, county)) == (2, 0, 0, 0)
    assert counts(save(path, county)) == (0, 0, 2, 0)
    version = CourseVersion.objects.get()
    assert (version.course.code, version.number, version.is_draft, version.by) == ("KC1", 1, False, county)
    assert "二、讲什么" in version.outline

    later = save(write("KC2,没有提纲,红色教育,,,,,,,,,现在写了"), county)
    assert (counts(later), CourseVersion.objects.count()) == ((0, 1, 0, 0), 2)


def test_a_version_that_is_there_never_changes(write, county):
    save(write("KC1,示例课,红色教育,,,,,,,,,第一版的提纲"), county)
    result = save(write("KC1,示例课,红色教育,,,,,,,,,另一个提纲"), county)
    assert (counts(result), CourseVersion.objects.get().outline) == ((0, 0, 0, 1), "第一版的提纲")


def test_of_namesakes_the_one_with_the_unit_teaches(write, county):
    twin = LecturerFactory(name="示例甲", unit="示例所")
    result = save(write("KC1,示例课,红色教育,,,,示例甲,,,,"), county)
    assert result.problems[0].text == "师资库里有 2 位叫“示例甲”"
    save(write("KC1,示例课,红色教育,,,,示例甲（示例所）,,,,"), county)
    assert list(Course.objects.get().lecturers.all()) == [twin]


def test_the_day_a_course_was_featured_is_never_moved(write, county, town):
    save(write(FULL.format(town=town.name)), county)
    result = save(write("KC1,党章里的初心,红色教育,,,,,,,,2020-01-01"), county)
    assert (counts(result), result.problems[0].text) == ((0, 0, 0, 1), "这堂课 2026-03-01 已入选")


def test_the_key_of_a_brand_stays_with_its_town(write, county, town, other_town):
    CourseFactory(code="KC1", title="示例课", town=town, key_of=BrandFactory(town=town))
    result = save(write(f"KC1,示例课,红色教育,{other_town.name},,,,,,,"), county)
    assert result.problems[0].text == "别的镇街申报的课程，不能做这个品牌的重点课程"


def test_the_number_of_queries_of_a_check_does_not_grow(write, county, django_assert_num_queries):
    save(write(*[f"KC{n},示例{n},红色教育,,,,示例甲,农村,政治理论,,2026-03-01" for n in range(9)]), county)
    for lines in (["KC1,改,红色教育,,,,,,,,"], [f"KC{n},改{n},红色教育,,,,示例甲,社区,,," for n in range(9)]):
        found = COURSES.read(write(*lines), {}, no_progress)
        with django_assert_num_queries(10):
            COURSES.check(found, {})


def test_the_county_uploads_and_a_clerk_does_not(client, county, clerk, write):
    client.force_login(clerk)
    assert client.get("/county/courses/import/").status_code == 403
    client.force_login(county)
    file = SimpleUploadedFile("课程.csv", write("KC1,示例课,红色教育,,,,,,,,").read_bytes())
    answer = client.post("/county/courses/import/", {"file": file})
    assert answer["Location"] == f"/town/imports/{ImportRun.objects.get().pk}/"
    page = client.get("/county/courses/import/").content.decode()
    assert ("课程.csv" in page, "模板" in page) == (True, True)


def exported(client, query: str) -> list[tuple]:
    answer = client.get(f"/town/courses/export.xlsx{query}")
    return list(load_workbook(BytesIO(b"".join(answer))).active.values)


@pytest.mark.parametrize("number", [1, 3])
def test_what_is_seen_is_exported_with_its_filters(client, clerk, town, number, django_assert_num_queries):
    rural = ThemeFactory(slot=2, name="乡村振兴")
    for place in range(number):
        course = CourseFactory(code=f"KC{place}", title="=1+1", theme=rural, town=town)
        course.lecturers.add(LecturerFactory(name=f"示例{place}"))
    CourseFactory(code="KC8", theme=ThemeFactory(), title="党章")
    CourseFactory(code="KC9", theme=rural, featured_on=None)
    client.force_login(clerk)
    with django_assert_num_queries(8):
        rows = exported(client, "?theme=2")
    assert [row[0] for row in rows] == ["编号", *(f"KC{place}" for place in range(number))]
    assert rows[1][1:7] == ("=1+1", "乡村振兴", town.name, "4", "课堂讲授", "示例0")
    assert AuditEntry.objects.filter(action="courses.exported").get().summary == f"下载课程名单 {number} 堂"
    assert [row[0] for row in exported(client, "?q=dz")] == ["编号", "KC8"]
