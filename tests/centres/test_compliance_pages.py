"""The board as a page, a workbook and a sheet; one centre over the years."""

import io
import re
from datetime import date

import openpyxl
import pytest
import time_machine
from django.http import QueryDict
from django.test import Client

from centres.board_asked import asked
from centres.board_papers import paper_of
from centres.models import Centre
from tests.centres.looks import a_look, a_standard
from tests.centres.papers import a_kind
from tests.factories import CentreFactory, GrantFactory, TownFactory
from tests.papers.test_pdf import unpacked

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_on_a_day")]
PAGE = "/county/compliance/"


@pytest.fixture
def _on_a_day():
    with time_machine.travel("2026-11-23 10:00+08:00", tick=False):
        yield


@pytest.fixture
def two(town, other_town) -> tuple[Centre, Centre]:
    """大店镇 has a fault, 坊前镇 was not inspected."""
    first, second = CentreFactory(town=town), CentreFactory(town=other_town)
    a_standard(date(2021, 1, 1))
    a_look(first, date(2026, 3, 1), {"zone-a": "met", "zone-b": "unmet", "have-a": "met"})
    return first, second


def sheet_of(client: Client, query: str = "") -> list[tuple[str, ...]]:
    answer = client.get(f"{PAGE}export/{query}")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return [tuple(cell or "" for cell in row) for row in book["达标情况"].iter_rows(values_only=True)]


def towns(client: Client, query: str) -> list[str]:
    return [row.centre.town.name for row in client.get(PAGE + query).context["shown"].rows]


def test_the_county_sees_every_cell_as_colour_and_word(client: Client, county, two) -> None:
    client.force_login(county)
    text = client.get(PAGE).content.decode()
    link = "/county/compliance/371327102/#zone-b"
    assert f'<a class="bad" href="{link}"><span class="mx-label">条目zone-b</span>未达标</a>' in text
    assert text.count(">未检查</a>") == 3
    assert "0 / 2 个中心全部达标" in text


def test_a_clerk_sees_the_own_row_only(client: Client, clerk, two) -> None:
    client.force_login(clerk)
    page = client.get(PAGE)
    assert [row.centre for row in page.context["shown"].rows] == [two[0]]
    assert "坊前镇" not in page.content.decode()
    assert [row[0] for row in sheet_of(client)] == ["镇街", "大店镇"]
    assert client.get(f"{PAGE}371327102/").status_code == 200
    assert client.get(f"{PAGE}371327103/").status_code == 404


def test_filters_narrow_the_page_and_the_workbook_alike(client: Client, county, two) -> None:
    client.force_login(county)
    assert towns(client, "?status=unmet") == ["大店镇"]
    assert towns(client, "?status=none") == ["坊前镇"]
    assert towns(client, "?status=lacking") == []
    assert towns(client, "?town=371327103") == ["坊前镇"]
    assert towns(client, "?town=nowhere&group=x&status=y") == ["大店镇", "坊前镇"]
    assert towns(client, "?group=六有&status=unmet") == []
    query = "?group=四区&town=371327102"
    assert [item.key for item in client.get(PAGE + query).context["shown"].items] == ["zone-a", "zone-b"]
    assert sheet_of(client, query) == [
        ("镇街", "培训中心（党校）", "条目zone-a", "条目zone-b", "缺的制度"),
        ("大店镇", "大店镇党员培训中心（党校）", "达标", "未达标", ""),
    ]
    assert len(sheet_of(client)) == 3


def test_a_day_or_an_older_version_can_be_asked_for(client: Client, county, two) -> None:
    new = a_standard(date(2026, 6, 1), ("zone-a", "have-b"))
    client.force_login(county)
    old = client.get(f"{PAGE}?on=2026-05-31")
    assert [item.key for item in old.context["shown"].items] == ["zone-a", "zone-b", "have-a"]
    by_version = client.get(f"{PAGE}?version={old.context['board'].standard.pk}")
    assert by_version.context["asked"].on == date(2026, 5, 31)
    assert client.get(f"{PAGE}?version={new.pk}").context["asked"].on == date(2026, 11, 23)
    for query, word in (("?on=2027-01-01", "还没到"), ("?on=x", "没看懂"), ("?version=0", "没有这一版标准")):
        page = client.get(PAGE + query)
        assert page.context["asked"].on == date(2026, 11, 23)
        assert word in page.context["asked"].unclear


def test_a_day_that_has_not_come_is_said_on_the_page_and_in_the_workbook(client: Client, county, two) -> None:
    client.force_login(county)
    said = "这一天还没到，下面是今天的。"
    for path in (PAGE, f"{PAGE}371327102/"):
        assert f"<span>{said}</span>" in client.get(f"{path}?on=2027-01-01").content.decode()
    assert book_of(client, "?on=2027-01-01")["说明"]["注意"] == said
    assert "注意" not in book_of(client, "")["说明"]


def book_of(client: Client, query: str) -> dict[str, dict[str, str]]:
    book = openpyxl.load_workbook(io.BytesIO(b"".join(client.get(f"{PAGE}export/{query}").streaming_content)))
    return {"说明": dict(book["说明"].iter_rows(values_only=True, max_col=2))}


COUNTY_PAGES = (
    "/town/centre/", PAGE, "/inspect/", "/town/centre/regulations/", "/county/posts/", "/county/brands/",
    "/county/money/", "/county/disclosures/",
)  # fmt: skip


@pytest.mark.parametrize("role", ["county", "inspector", "auditor"])
def test_county_pages_lead_to_one_another(client: Client, two, role: str) -> None:
    client.force_login(GrantFactory(kind=role).user)
    for path in COUNTY_PAGES:
        text = client.get(path).content.decode()
        tabs = re.search(r'<nav class="tabs" aria-label="各镇街">(.*?)</nav>', text, re.DOTALL)[1]
        assert tuple(re.findall(r'href="([^"]+)"', tabs)) == COUNTY_PAGES
        assert re.findall(r'href="([^"]+)" aria-current="page"', tabs) == [path]


def test_a_clerk_is_shown_no_tabs_of_the_county(client: Client, clerk, two) -> None:
    client.force_login(clerk)
    assert 'aria-label="各镇街"' not in client.get(PAGE).content.decode()
    assert f'href="{PAGE}371327102/"' in client.get("/town/centre/standard/").content.decode()


def test_the_sheet_is_one_page_across_with_every_town_and_item(client: Client, county, town) -> None:
    keys = [f"zone-{number}" for number in range(4)] + [f"have-{number}" for number in range(8)]
    a_standard(date(2021, 1, 1), keys)
    for number in range(16):
        centre = CentreFactory(town=TownFactory(code=f"3713279{number:02d}", name=f"示例{number}街道"))
        a_look(centre, date(2026, 3, 1), dict.fromkeys(keys, "partly"))
    a_kind()
    client.force_login(county)
    pdf = unpacked(b"".join(client.get(f"{PAGE}sheet/").streaming_content))
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    [box] = set(re.findall(rb"/MediaBox\s*\[([^]]*)\]", pdf))
    width, height = [float(part) for part in box.split()[2:]]
    assert (round(width), round(height)) == (842, 595)
    table, notes = paper_of(asked(QueryDict(""), county)).blocks
    assert table.heads == ["镇街", *[f"条目{key}" for key in keys], "制度"]
    assert table.rows == [[f"示例{number}街道", *["基本达标"] * 12, "缺 1 项"] for number in range(16)]
    assert notes.text.startswith("全部达标 0 / 16 个中心。示例0街道缺教学管理制度；")


def test_one_centre_over_the_years_has_a_line_and_its_table(client: Client, county, two) -> None:
    a_look(two[0], date(2024, 3, 1), {"zone-a": "met", "zone-b": "met", "have-a": "met"})
    client.force_login(county)
    page = client.get(f"{PAGE}371327102/")
    assert [(year.year, year.percent) for year, _ in page.context["table"]] == [(2024, 100), (2025, 100), (2026, 67)]
    assert page.context["line"] == "44.0,20.0 287.0,20.0 530.0,79.4"
    assert [cell.verdict for _, cell, _ in page.context["cells"]] == ["met", "unmet", "met"]
    assert "还没有检查过" in client.get(f"{PAGE}371327103/").content.decode()


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}export/", f"{PAGE}sheet/", f"{PAGE}371327102/"])
def test_it_is_for_staff(client: Client, member, two, path: str) -> None:
    assert client.get(path)["Location"] == f"/login/?next={path}"
    client.force_login(member.user)
    assert client.get(path).status_code == 403


def test_same_queries_for_one_centre_and_for_three(client: Client, county, django_assert_num_queries) -> None:
    a_standard(date(2021, 1, 1))
    client.force_login(county)
    for count in (1, 2):
        for _ in range(count):
            centre = CentreFactory()
            a_look(centre, date(2026, 3, 1), {"zone-a": "met"})
        client.get(PAGE)
        with django_assert_num_queries(15):
            client.get(PAGE)
