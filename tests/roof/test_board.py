"""The county board: rows in code order, a constant number of queries, the year that was asked for."""

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from assessments.models import MakeUp
from centres.models import Centre, RegulationKind, Standard
from juxian.county.load import load_county
from juxian.people.models import Town
from tests.centres.looks import a_look
from tests.factories import ClassFactory, EnrolmentFactory, PlanLineFactory, UserFactory, YearPlanFactory
from trainings.models import TrainingClass, YearPlan

pytestmark = pytest.mark.django_db
QUERIES = 48


@pytest.fixture
def board(client: Client, county):
    client.force_login(county)
    return lambda query="": client.get(f"/{query}")


def fill(towns: list[Town]) -> None:
    for town in towns:
        held = ClassFactory(town=town, state="archived", archived_by=UserFactory(), archived_at=timezone.now())
        seat = EnrolmentFactory(training_class=held)
        MakeUp.objects.create(enrolment=seat, missed_hours=4, due_on=date(2020, 1, 1))
        ClassFactory(town=town, state="submitted", submitted_by=UserFactory(), submitted_at=timezone.now())


def test_same_queries_for_one_town_and_for_three(board, django_assert_num_queries) -> None:
    load_county()
    Centre.objects.update(opened_on=date(2021, 1, 1))
    towns = list(Town.objects.all()[:3])
    fill(towns[:1])
    board()
    with django_assert_num_queries(QUERIES):
        board()
    fill(towns[1:])
    with django_assert_num_queries(QUERIES):
        board()


def test_towns_stand_in_code_order(board) -> None:
    load_county()
    rows = board().context["towns"]
    assert [row.town.code for row in rows] == sorted(row.town.code for row in rows)
    assert len(rows) == 16


def test_open_and_overdue_are_counted_per_town(board) -> None:
    load_county()
    town = Town.objects.get(code="371327102")
    fill([town])
    shown = board().context
    row = next(row for row in shown["towns"] if row.town == town)
    assert (row.held, row.open.make_ups, row.open.overdue) == (1, 1, 1)
    assert shown["owed"].total == 1


def test_waiting_for_the_county_leads_to_the_admin(board) -> None:
    plan = YearPlanFactory(state=YearPlan.State.SUBMITTED, submitted_by=UserFactory(), submitted_at=timezone.now())
    ClassFactory(state="submitted", submitted_by=UserFactory(), submitted_at=timezone.now(), starts_on=date(2020, 3, 4))
    rows = [row for row, _ in board().context["waiting"]]
    assert [row.title for row in rows] == ["开班审批", f"{plan.year}年度计划审批"]
    assert rows[0].words == "1 个班，最早的 3月4日开班"
    assert rows[0].url == "/admin/trainings/trainingclass/?state__exact=submitted"


def test_admin_index_shows_what_waits(client: Client, county) -> None:
    client.force_login(county)
    assert "没有等县级处理的事" in client.get("/admin/").content.decode()
    ClassFactory(state="submitted", submitted_by=UserFactory(), submitted_at=timezone.now())
    assert "开班审批" in client.get("/admin/").content.decode()


def test_year_can_be_chosen(board) -> None:
    year = timezone.localdate().year
    plan = YearPlanFactory(year=year - 1, state=YearPlan.State.APPROVED)
    PlanLineFactory(plan=plan, month=5)
    ClassFactory(starts_on=date(year - 1, 5, 6), state=TrainingClass.State.DRAFT)
    shown = board(f"?year={year - 1}").context
    assert (shown["year"], shown["planned"], shown["years"]) == (year - 1, 1, [year, year - 1])
    assert board("?year=nonsense").context["year"] == year


def test_a_year_without_records_gives_way_to_the_present_one(board) -> None:
    year = timezone.localdate().year
    page = board(f"?year={year - 5}")
    assert page.context["year"] == year
    assert f"没有 {year - 5} 年的记录" in page.content.decode()
    assert f'value="{year}" selected' in page.content.decode()


def test_empty_county_has_a_board(board) -> None:
    page = board()
    assert page.status_code == 200
    assert "还没有应训党员" in page.content.decode()


def test_centres_that_meet_the_standard_are_counted(board) -> None:
    load_county()
    first, second = Centre.objects.order_by("town__code")[:2]
    Centre.objects.filter(pk__in=[first.pk, second.pk]).update(opened_on=date(2021, 1, 1))
    RegulationKind.objects.update(is_needed=False)
    today = timezone.localdate()
    everything = dict.fromkeys(Standard.objects.in_force(today).items.values_list("key", flat=True), "met")
    look = a_look(first, today, everything)
    page = board()
    assert (page.context["compliance"].whole, len(page.context["compliance"].rows)) == (1, 2)
    assert "/ 2 个中心全部达标" in page.content.decode()
    look.results.order_by("item").first().delete()
    assert board().context["compliance"].whole == 0
