"""The pool from a table, and out as a table."""

from datetime import date
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from openpyxl import load_workbook

from juxian.audit.models import AuditEntry
from juxian.obligations.sweep import sweep
from juxian.people.models import ImportRun
from juxian.sheets import commit, no_progress, preview
from lecturers.imports import LECTURERS
from lecturers.models import Appointment, Lecturer, LecturerTitle
from tests.factories import BrandFactory, LecturerFactory, LecturerKindFactory

pytestmark = pytest.mark.db_engine

HEAD = "姓名,类别,单位及职务,擅长方向,职称档次,推荐镇街,层次,聘任自,聘期至"


@pytest.fixture
def write(tmp_path, db):
    LecturerKindFactory()
    LecturerKindFactory(name="土专家")

    def _write(*lines: str):
        path = tmp_path / "pool.csv"
        path.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
        return path

    return _write


def save(path, by=None):
    return commit(LECTURERS, LECTURERS.read(path, {}, no_progress), {}, by=by, accept_valid=True)[0]


def counts(result) -> tuple[int, int, int, int]:
    return result.created, result.updated, result.unchanged, result.rejected


def test_a_preview_writes_nothing(write):
    result = preview(LECTURERS, write("示例甲,业务骨干,示例站,,,,,,"), {})
    assert (counts(result), Lecturer.objects.count()) == ((1, 0, 0, 0), 0)


def test_rows_become_lecturers_with_terms_and_again_change_nothing(write, county, town):
    LecturerTitle.objects.create(name="副高级职称")
    path = write(
        f"示例甲,业务骨干,示例站,党建、农技,副高级职称,{town.name},县级专家、入库讲师,2026-01-01,2028-12-31",
        "示例乙,土专家,,,,县级,,,",
    )
    assert counts(save(path, county)) == (2, 0, 0, 0)
    assert counts(save(path, county)) == (0, 0, 2, 0)
    rows = Lecturer.objects.order_by("pk").values_list("name", "kind__name", "topics", "title__name", "town__code")
    assert list(rows) == [
        ("示例甲", "业务骨干", "党建、农技", "副高级职称", town.code),
        ("示例乙", "土专家", "", None, None),
    ]
    terms = Appointment.objects.order_by("tier").values_list("lecturer__name", "tier", "starts_on", "ends_on")
    assert list(terms) == [
        ("示例甲", tier, date(2026, 1, 1), date(2029, 1, 1)) for tier in ("expert", "pool")
    ]  # the day after the last one
    assert AuditEntry.objects.filter(action="lecturers.imported").count() == 1


def test_filled_cells_change_and_empty_ones_leave_what_is_there(write):
    save(write("示例甲,业务骨干,示例站,党建,,,,,"))
    assert counts(save(write("示例甲,土专家,示例站,,,,,,"))) == (0, 1, 0, 0)
    assert Lecturer.objects.values_list("kind__name", "topics").get() == ("土专家", "党建")


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (",业务骨干,示例站,,,,,,", "姓名没有填"),
        ("示例甲,明星,示例站,,,,,,", "没有叫“明星”的师资类别"),
        ("示例甲,业务骨干,示例站,,院士,,,,", "没有叫“院士”的职称档次"),
        ("示例甲,业务骨干,示例站,,,外县,,,", "没有叫“外县”的镇街"),
        ("示例甲,业务骨干,示例站,,,,顾问,2026-01-01,2027-01-01", "层次“顾问”不认识"),
        ("示例甲,业务骨干,示例站,,,,入库讲师,,2027-01-01", "写了层次，没写聘任从哪天起"),
        ("示例甲,业务骨干,示例站,,,,入库讲师,2026-01-01,", "写了层次，没写聘期到哪天"),
        ("示例甲,业务骨干,示例站,,,,,2026-01-01,2027-01-01", "写了聘期，没写聘为什么"),
        ("示例甲,业务骨干,示例站,,,,入库讲师,2026-01-01,2025-01-01", "聘期至早于聘任自"),
        ("示例甲,业务骨干,示例站,,,,入库讲师,2026-01,2027-01-01", "只有年月，没有日"),
    ],
)
def test_a_bad_row_is_refused_with_its_reason(write, line, text):
    result = save(write(line, "示例乙,业务骨干,,,,,,,"))
    assert [problem.text for problem in result.problems] == [text]
    assert list(Lecturer.objects.values_list("name", flat=True)) == ["示例乙"]


def test_one_person_on_two_rows_or_twice_in_the_pool_is_refused(write):
    result = save(write("示例甲,业务骨干,示例站,,,,,,", "示例甲,土专家,示例站,,,,,,"))
    assert (counts(result), result.problems[0].text) == ((1, 0, 0, 1), "和第 2 行是同一位讲师")
    LecturerFactory(name="示例甲", unit="示例站")
    result = save(write("示例甲,土专家,示例站,,,,,,"))
    assert result.problems[0].text == "师资库里有 2 位同名同单位的讲师，分不清是谁"


def test_a_namesake_of_another_unit_is_somebody_else_with_a_warning(write):
    LecturerFactory(name="示例甲", unit="示例站")
    result = save(write("示例甲,业务骨干,示例所,,,,,,"))
    assert (counts(result), result.warnings, result.problems[0].text) == (
        (1, 0, 0, 0), 1, "库里有同名的讲师，单位是“示例站”",
    )  # fmt: skip


def test_a_term_that_overlaps_one_is_refused(write):
    save(write("示例甲,业务骨干,示例站,,,,入库讲师,2026-01-01,2028-12-31"))
    result = save(write("示例甲,业务骨干,示例站,,,,入库讲师,2028-12-31,2029-12-31"))
    assert result.problems[0].text == "已聘为入库讲师，自 2026-01-01 至 2028-12-31，和表里的聘期重叠"
    assert counts(save(write("示例甲,业务骨干,示例站,,,,入库讲师,2029-01-01,2029-12-31"))) == (0, 1, 0, 0)
    assert Appointment.objects.count() == 2


def test_the_key_of_a_brand_stays_with_its_town(write, town, other_town):
    LecturerFactory(name="示例甲", unit="示例站", town=town, key_of=BrandFactory(town=town))
    result = save(write(f"示例甲,业务骨干,示例站,,,{other_town.name},,,"))
    assert result.problems[0].text == "别的镇街推荐的讲师，不能做这个品牌的重点讲师"


def test_the_number_of_queries_of_a_check_does_not_grow(write, django_assert_num_queries):
    save(write(*[f"示例{n},土专家,示例站,,,,,," for n in range(9)]))
    for lines in (["示例1,业务骨干,示例站,,,,,,"], [f"示例{n},业务骨干,示例站,,,县级,,," for n in range(9)]):
        found = LECTURERS.read(write(*lines), {}, no_progress)
        with django_assert_num_queries(6):
            LECTURERS.check(found, {})


def test_the_county_uploads_looks_and_saves(client, county, write):
    client.force_login(county)
    file = SimpleUploadedFile("师资.csv", write("示例甲,业务骨干,示例站,,,,,,").read_bytes())
    answer = client.post("/county/lecturers/import/", {"file": file})
    run = ImportRun.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/town/imports/{run.pk}/")
    sweep(timezone.now(), drain=True)
    page = client.get(answer["Location"]).content.decode()
    assert ('href="/county/lecturers/import/"' in page, Lecturer.objects.count()) == (True, 0)
    client.post(f"/town/imports/{run.pk}/commit/")
    sweep(timezone.now(), drain=True)
    assert Lecturer.objects.get().name == "示例甲"
    assert "师资.csv" in client.get("/county/lecturers/import/").content.decode()


def test_a_clerk_imports_nothing_and_may_have_the_empty_table(client, clerk):
    client.force_login(clerk)
    assert client.get("/county/lecturers/import/").status_code == 403
    assert client.post("/county/lecturers/import/").status_code == 403
    answer = client.get("/town/lecturers/template.xlsx")
    heads = next(load_workbook(BytesIO(b"".join(answer))).active.values)
    assert heads[:3] == ("姓名（必填）", "类别（必填）", "单位及职务")


def test_no_file_is_said(client, county):
    client.force_login(county)
    page = client.post("/county/lecturers/import/").content.decode()
    assert ("请先选一个文件。" in page, ImportRun.objects.count()) == (True, 0)


def appointed(name: str, tier: str = "pool", **given) -> Lecturer:
    lecturer = LecturerFactory(name=name, **given)
    Appointment.objects.create(lecturer=lecturer, tier=tier, starts_on=date(2025, 1, 1), ends_on=date(2099, 1, 1))
    return lecturer


def exported(client, query: str) -> list[tuple]:
    answer = client.get(f"/town/lecturers/export.xlsx{query}")
    return list(load_workbook(BytesIO(b"".join(answer))).active.values)


@pytest.mark.parametrize("number", [1, 3])
def test_what_is_seen_is_exported_with_its_filters(client, clerk, town, number, django_assert_num_queries):
    for place in range(number):
        appointed(f"示例{place}", unit="=1+1", town=town)
    appointed("示例专家", "expert")
    LecturerFactory(name="示例没聘")
    client.force_login(clerk)
    with django_assert_num_queries(6):
        rows = exported(client, "?tier=pool")
    assert [row[0] for row in rows] == ["姓名", *(f"示例{place}" for place in range(number))]
    assert rows[1][3:8] == ("=1+1", None, None, town.name, "入库讲师 2025-01-01 至 2098-12-31")
    assert AuditEntry.objects.filter(action="lecturers.exported").get().summary == f"下载师资名单 {number} 名"
    assert [row[0] for row in exported(client, "?q=专家")] == ["姓名", "示例专家"]
