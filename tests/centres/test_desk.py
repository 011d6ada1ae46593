"""What the centre asks of a clerk stands on the desk, what it asks of the county on the county's boards."""

from datetime import date

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from centres import actions
from centres.desk import centre_work
from centres.models import Budget, BudgetLine, Centre, CostHead, Finding, Inspection
from juxian.rules.models import Rule
from tests.centres.inspecting import in_days, inspected, make_standard
from tests.centres.looks import a_statement
from tests.factories import CentreFactory, GrantFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_on_a_day")]
TODAY = date(2026, 11, 23)
QUERIES = 13


@pytest.fixture
def _on_a_day():
    with time_machine.travel("2026-11-23 10:00+08:00", tick=False):
        yield


@pytest.fixture
def centre(town) -> Centre:
    make_standard()
    return CentreFactory(town=town)


def told(clerk, town) -> list[tuple[date, str, str]]:
    return [(row.when, row.what, row.url) for row in centre_work(clerk, town, TODAY)]


def test_a_result_to_sign_then_its_findings_are_on_the_desk(client: Client, centre, county, clerk, town) -> None:
    look = inspected(centre, county, have_signs="牌子掉了")
    url = f"/inspect/{look.pk}/"
    assert told(clerk, town) == [(date(2026, 11, 26), "确认县级检查结果：11月23日，示例县管", url)]
    actions.confirm_inspection(inspection=look, by=clerk)
    finding = Finding.objects.get()
    asked = (in_days(30), "整改标识：牌子掉了", f"/town/centre/findings/{finding.pk}/")
    assert told(clerk, town) == [asked]
    client.force_login(clerk)
    groups = client.get("/town/").context["groups"]
    assert [(word, row.what) for group in groups for word, row in group.rows] == [("12月23日", asked[1])]
    Finding.objects.update(state=Finding.State.RECTIFIED)
    assert told(clerk, town) == []


def test_another_town_and_a_town_without_a_centre_are_asked_nothing(centre, county, other_clerk, other_town) -> None:
    inspected(centre, county, have_signs="牌子掉了")
    assert told(other_clerk, other_town) == []
    CentreFactory(town=other_town)
    assert told(other_clerk, other_town) == []


def test_a_self_check_is_asked_for_until_it_is_handed_in(centre, county, clerk, town) -> None:
    assert told(clerk, town) == []
    Rule.objects.create(
        key="inspection.self_check_month", value=11, label="自查", source="县级", valid_from=date(2026, 1, 1)
    )
    assert told(clerk, town) == [(date(2026, 11, 30), "2026年自查", "/town/centre/inspections/")]
    begun = actions.start_inspection(centre=centre, kind="self", by=clerk)
    assert told(clerk, town) == [(TODAY, "接着自查：11月23日开始", f"/inspect/{begun.pk}/")]
    actions.drop_inspection(inspection=begun, by=clerk)
    done = inspected(centre, clerk, "self")
    assert told(clerk, town) == []
    actions.return_inspection(inspection=done, reason="教学区没拍", by=county)
    [row] = centre_work(clerk, town, TODAY)
    assert (row.what, row.why, row.url) == ("改好自查再提交", "退回原因：教学区没拍", f"/inspect/{done.pk}/")


def test_evidence_that_ended_and_evidence_that_soon_does_is_a_line_each(centre, clerk, town) -> None:
    a_statement(centre, "zone-office", date(2026, 1, 1), date(2026, 11, 20))
    a_statement(centre, "zone-teaching", date(2026, 1, 1), date(2026, 12, 1))
    a_statement(centre, "have-signs", date(2026, 1, 1), date(2026, 12, 5))
    a_statement(centre, "have-books", date(2026, 1, 1), None)
    assert told(clerk, town) == [
        (date(2026, 11, 20), "更新达标依据：办公区", "/town/centre/standard/zone-office/"),
        (date(2026, 12, 1), "更新达标依据：教学区、标识", "/town/centre/standard/"),
    ]


def test_same_queries_for_one_finding_and_for_four(centre, county, clerk, town, django_assert_num_queries) -> None:
    for faults in ({"have_signs": "坏"}, {"zone_office": "坏", "zone_teaching": "坏", "have_books": "坏"}):
        actions.confirm_inspection(inspection=inspected(centre, county, **faults), by=clerk)
        with django_assert_num_queries(QUERIES):
            assert len(centre_work(clerk, town, TODAY)) == len(faults)


def test_the_county_sees_what_waits_for_it(client: Client, centre, county, clerk, town) -> None:
    inspector = GrantFactory(kind="inspector").user
    look = inspected(centre, county, have_signs="牌子掉了")
    actions.confirm_inspection(inspection=look, by=clerk)
    Finding.objects.update(state=Finding.State.RECTIFIED)
    Finding.objects.get().rectifications.create(
        client_key="k", text="换了", by=clerk, by_name="干事", at=timezone.now()
    )
    inspected(centre, clerk, "self")
    head = CostHead.objects.create(key="meals", name="伙食费", order=1, source="示例")
    budget = Budget.objects.create(town=town, year=2026, saved_by=clerk, saved_at=timezone.now())
    BudgetLine.objects.create(budget=budget, head=head, amount=100)
    expected = [
        ("经费预算审批", "大店镇 2026 年的待批准", "/county/money/?year=2026"),
        ("自查确认", "1 个中心的自查等县里确认", "/inspect/"),
        ("整改复查", "1 个镇街报来 1 个问题已整改", "/inspect/"),
    ]
    for user in (county, inspector):
        client.force_login(user)
        page = client.get("/")
        rows = [row for row, _ in page.context["waiting"]]
        assert [(row.title, row.words, row.url) for row in rows] == expected
        assert all(f'<a href="{url}">{title}</a>' in page.content.decode() for title, _, url in expected)
    Budget.objects.update(state="approved", approved_by=UserFactory(), approved_at=timezone.now())
    Inspection.objects.filter(kind="self").update(state="confirmed", confirmed_at=timezone.now(), county_by=county)
    Finding.objects.update(state=Finding.State.ACCEPTED, closed_on=TODAY)
    assert client.get("/").context["waiting"] == []


def test_pages_say_when_a_result_counts_and_when_findings_open_and_close(client: Client, centre, county, clerk) -> None:
    look, own = inspected(centre, county, have_signs="牌子掉了"), inspected(centre, clerk, "self")
    counts = "看板已经按这次结果显示；镇街确认后，问题才列入整改，改好的才销号。"
    waits = "县里确认后，看板才按自查结果显示，问题才列入整改。"
    client.force_login(clerk)
    paths = ("/town/centre/inspections/", f"/inspect/{look.pk}/", f"/inspect/{own.pk}/")
    texts = [client.get(path).content.decode() for path in paths]
    assert [(counts in text, waits in text) for text in texts] == [(True, True), (True, False), (False, True)]
    actions.confirm_inspection(inspection=look, by=clerk)
    assert counts not in client.get(paths[1]).content.decode()
