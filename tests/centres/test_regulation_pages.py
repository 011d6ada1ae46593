"""The pages of regulations: a clerk keeps the own town's, reads the county's, and nothing of another town."""

from datetime import date

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from centres.models import Regulation, RegulationVersion
from juxian.files.models import StoredFile
from tests.centres.papers import a_kind, a_rule, a_version
from tests.factories import CentreFactory, TownFactory

pytestmark = pytest.mark.django_db
PAGE = "/town/centre/regulations/"


def sent(**more: object) -> dict[str, object]:
    paper = SimpleUploadedFile("规章.pdf", b"%PDF-1.4 rule")
    return {"issued_on": "2026-01-01", "valid_from": "2026-01-05", "file": paper} | more


def test_a_clerk_sees_the_own_rules_and_the_countys_documents(client: Client, clerk, town, other_town) -> None:
    CentreFactory(town=town)
    kind = a_kind()
    own, shared = a_rule(town, kind, "本镇办法"), a_rule(None, kind, "县里意见")
    a_version(a_rule(other_town, kind, "外镇办法"))
    old, new = a_version(own), a_version(own, date(2025, 1, 1))
    client.force_login(clerk)
    page = client.get(PAGE)
    assert (page.context["own"], page.context["shared"], page.context["missing"]) == ([own], [shared], [])
    shown = [(version, version.stand[1]) for version in page.context["own"][0].issues]
    assert shown == [(new, "现行有效"), (old, "已被新版替换")]
    assert "外镇办法" not in page.content.decode()


@pytest.mark.parametrize(
    ("days", "word"),
    [((date(2099, 1, 1), None), "还没施行"), ((date(2021, 1, 1), date(2021, 2, 1)), "已过期")],
)
def test_how_a_version_stands_is_said_in_words(client: Client, clerk, town, days, word: str) -> None:
    CentreFactory(town=town)
    a_version(a_rule(town), *days, kept_on=date(2021, 1, 1))
    client.force_login(clerk)
    page = client.get(PAGE)
    assert page.context["own"][0].issues[0].stand[1] == word
    assert [kind.name for kind in page.context["missing"]] == ["教学管理制度"]


def test_a_clerk_keeps_a_rule_and_its_next_version(client: Client, clerk, town) -> None:
    CentreFactory(town=town)
    client.force_login(clerk)
    assert client.get(f"{PAGE}add/?kind={a_kind().key}").context["form"].initial["title"] == "大店镇教学管理制度"
    answer = client.post(f"{PAGE}add/", sent(kind=a_kind().pk, title="教学管理制度"))
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    rule = Regulation.objects.get(town=town)
    client.post(f"{PAGE}{rule.pk}/versions/add/", sent(valid_from="2026-02-01", document_number="大发〔2026〕1号"))
    versions = RegulationVersion.objects.order_by("number").values_list("number", "document_number", "by__username")
    assert list(versions) == [(1, "", "clerk"), (2, "大发〔2026〕1号", "clerk")]
    paper = client.get(f"/town/centre/regulation-versions/{RegulationVersion.objects.last().pk}/file/")
    assert b"".join(paper.streaming_content) == b"%PDF-1.4 rule"
    assert paper["Content-Disposition"].startswith("attachment")


def test_a_version_kept_in_another_window_is_not_replaced_unseen(client: Client, clerk, town) -> None:
    CentreFactory(town=town)
    client.force_login(clerk)
    new = {"kind": a_kind().pk, "title": "教学管理制度"}
    client.post(f"{PAGE}add/", sent(**new))
    other = {"file": SimpleUploadedFile("乙.pdf", b"%PDF-1.4 other")}
    late = client.post(f"{PAGE}add/", sent(**new, **other))
    words = (
        "“教学管理制度”在您打开这一页以后，别处已存入第 %s 版，您的没有存。请回到制度页看过那一版，要换再点“存入新版”。"
    )
    assert late.context["form"].non_field_errors() == [words % 1]
    path = f"{PAGE}{Regulation.objects.get().pk}/versions/add/"
    seen = client.get(path).context["seen"]
    for name in ("二", "三"):
        more = {"file": SimpleUploadedFile(f"{name}.pdf", f"%PDF-1.4 {name}".encode())}
        page = client.post(path, sent(valid_from="2026-02-01", seen=seen, **more))
    assert page.context["form"].non_field_errors() == [words % 2]
    assert RegulationVersion.objects.count() == 2


@pytest.mark.parametrize(
    ("days", "errors"),
    [
        ({"issued_on": "1800-01-01"}, {"issued_on": ["日期要在 1949 年到 2027 年之间，请核对年份。"]}),
        ({"issued_on": "2026-11-24"}, {"issued_on": ["日期不能晚于今天，到那天再登记。"]}),
        ({"valid_from": "2206-01-05"}, {"valid_from": ["日期要在 1949 年到 2027 年之间，请核对年份。"]}),
        ({"valid_until": "9999-12-31"}, {"valid_until": ["“有效至”最晚填到 2076 年，长期有效就不填。"]}),
    ],
)
def test_days_nobody_knows_of_are_refused(client: Client, clerk, town, days, errors) -> None:
    CentreFactory(town=town)
    client.force_login(clerk)
    with time_machine.travel("2026-11-23T12:00:00+08:00", tick=False):
        page = client.post(f"{PAGE}add/", sent(kind=a_kind().pk, title="教学管理制度", **days))
    assert page.context["form"].errors == errors
    assert Regulation.objects.count() == 0


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"valid_until": "2026-01-04"}, "不能早于施行日期"),
        ({"file": SimpleUploadedFile("a.pdf", b"MZ\x90 program")}, "不是能打开的 PDF 或 OFD 文件"),
        ({"file": SimpleUploadedFile("a.pdf", b"<svg xmlns='http://www.w3.org/2000/svg'/>")}, "不是能打开的 PDF"),
        ({"title": "本镇办法"}, "已有同名的制度"),
    ],
)
def test_bad_input_keeps_nothing(client: Client, clerk, town, wrong, text: str) -> None:
    CentreFactory(town=town)
    a_rule(town, a_kind("pool", "师资库管理办法"), "本镇办法")
    client.force_login(clerk)
    answer = client.post(f"{PAGE}add/", sent(kind=a_kind().pk, title="教学管理制度") | wrong)
    assert text in answer.content.decode()
    found = (Regulation.objects.count(), RegulationVersion.objects.count(), StoredFile.objects.count())
    assert found == (1, 0, 0)


def test_another_town_is_not_found(client: Client, clerk, town, other_town) -> None:
    CentreFactory(town=town)
    CentreFactory(town=other_town)
    rule = a_rule(other_town)
    version = a_version(rule)
    client.force_login(clerk)
    paths = [
        f"{PAGE}?town={other_town.code}",
        f"{PAGE}add/?town={other_town.code}",
        f"{PAGE}{rule.pk}/versions/add/",
        f"/town/centre/regulation-versions/{version.pk}/file/",
    ]
    assert [client.get(path).status_code for path in paths] == [404] * 4
    assert client.post(paths[2], sent()).status_code == 404
    assert RegulationVersion.objects.count() == 1


def test_every_town_reads_the_countys_paper_and_no_clerk_replaces_it(client: Client, clerk, town) -> None:
    CentreFactory(town=town)
    version = a_version(a_rule(None))
    client.force_login(clerk)
    paper = client.get(f"/town/centre/regulation-versions/{version.pk}/file/")
    assert b"".join(paper.streaming_content) == b"%PDF-1.4 rule"
    assert client.post(f"{PAGE}{version.regulation_id}/versions/add/", sent()).status_code == 404


def test_the_county_keeps_its_own_and_sees_what_each_town_lacks(client: Client, county, town, other_town) -> None:
    for one in (town, other_town):
        CentreFactory(town=one)
    kind = a_kind()
    a_version(a_rule(town, kind))
    client.force_login(county)
    assert client.post(f"{PAGE}add/", sent(kind=kind.pk, title="县里意见"))["Location"] == PAGE
    page = client.get(PAGE)
    assert [row.title for row in page.context["shared"]] == ["县里意见"]
    assert [(centre.town, kinds) for centre, kinds in page.context["towns"]] == [(town, []), (other_town, [kind])]
    path = f"{PAGE}add/?town={other_town.code}"
    assert client.post(path, sent(kind=kind.pk, title="教学管理制度"))["Location"] == f"{PAGE}?town={other_town.code}"
    assert client.get(f"{PAGE}?town={other_town.code}").context["missing"] == []


def test_members_and_strangers_do_not_come_in(client: Client, member) -> None:
    version = a_version(a_rule(None))
    paths = [PAGE, f"{PAGE}add/", f"/town/centre/regulation-versions/{version.pk}/file/"]
    assert [client.get(path)["Location"] for path in paths] == [f"/login/?next={path}" for path in paths]
    client.force_login(member.user)
    assert [client.get(path).status_code for path in paths] == [403] * 3


@pytest.mark.parametrize(("query", "number"), [("", 14), ("?town=371327102", 17)])
def test_same_queries_for_one_rule_and_for_three(
    client: Client, county, town, django_assert_num_queries, query: str, number: int
) -> None:
    CentreFactory(town=town)
    client.force_login(county)
    for count in (1, 2):
        for _ in range(count):
            title = f"制度{Regulation.objects.count()}"
            a_version(a_rule(town, a_kind(), title))
            a_version(a_rule(None, a_kind(), title))
            CentreFactory(town=TownFactory())
        client.get(PAGE + query)
        with django_assert_num_queries(number):
            client.get(PAGE + query)


def test_whose_rule_it_is_stays_once_a_version_is_kept(client: Client, county, clerk, town, other_town) -> None:
    rule = a_rule(town)
    address, said = (
        f"/admin/centres/regulation/{rule.pk}/change/",
        {"versions-TOTAL_FORMS": 0, "versions-INITIAL_FORMS": 0},
    )
    client.force_login(county)
    client.post(address, said | {"town": town.pk, "kind": rule.kind_id, "title": "改正的名称"})
    a_version(rule, by=clerk)
    client.post(address, said | {"town": other_town.pk, "kind": rule.kind_id, "title": "改名"})
    rule.refresh_from_db()
    assert (rule.town, rule.title) == (town, "改正的名称")
