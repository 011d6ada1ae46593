"""Indicators: a default set that adds up, versions by year, a past that stays."""

import csv
from decimal import Decimal
from io import StringIO

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.urls import reverse

from assessments.actions import end_indicator, set_indicator
from assessments.models import Indicator
from assessments.reference import DATA, load_reference
from juxian.audit.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.db_engine]
NOW = time_machine.travel("2026-11-23 10:00+08:00", tick=False)
SAID = {"name": "出勤率", "formula": "attendance", "method": "到课 ÷ 应到", "data_source": "点名", "as_of": "年末"}
KEPT = {"source": "县委通知", "certainty": "A", "order": 4}


def row(code: str = "attendance", since: int = 2021, to: int | None = None, weight: int = 8) -> Indicator:
    return Indicator.objects.create(code=code, year_from=since, year_to=to, weight=weight, **SAID, **KEPT)


def put(county, since: int, weight: int = 10, to: int | None = None, code: str = "attendance") -> Indicator:
    return set_indicator(by=county, code=code, year_from=since, year_to=to, weight=Decimal(weight), **SAID, **KEPT)


def versions(code: str = "attendance") -> list[tuple[int, int | None, Decimal]]:
    rows = Indicator.objects.filter(code=code).order_by("year_from")
    return list(rows.values_list("year_from", "year_to", "weight"))


# The default set ----------------------------------------------------------------------------------
def test_the_default_weights_are_a_hundred() -> None:
    with (DATA / "indicators.csv").open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    assert (sum(Decimal(one["weight"]) for one in rows), len({one["code"] for one in rows})) == (100, 13)
    load_reference()
    assert (Indicator.objects.in_year(2026).weight(), Indicator.objects.count()) == (100, 13)
    assert set(Indicator.objects.values_list("certainty", flat=True)) == {"C"}


def test_loading_again_keeps_what_the_county_changed() -> None:
    call_command("load_county", stdout=StringIO())
    Indicator.objects.filter(code="budget").update(weight=7, name="改过的")
    Indicator.objects.filter(code="facility").delete()
    assert load_reference()["indicators"] == 0
    assert Indicator.objects.get(code="budget").name == "改过的"
    assert Indicator.objects.count() == 12


# Versions -----------------------------------------------------------------------------------------
@NOW
def test_a_change_holds_from_this_year_and_the_past_stays(county) -> None:
    row()
    changed = put(county, 2026)
    assert put(county, 2026) == changed
    assert versions() == [(2021, 2025, 8), (2026, None, 10)]
    assert [Indicator.objects.in_year(year).get().weight for year in (2021, 2025, 2026, 2030)] == [8, 8, 10, 10]
    assert AuditEntry.objects.filter(action="assessments.indicator_set").count() == 1
    put(county, 2026, weight=12)
    put(county, 2028, weight=5)
    assert versions() == [(2021, 2025, 8), (2026, 2027, 12), (2028, None, 5)]


@NOW
def test_past_years_are_refused(county) -> None:
    row()
    with pytest.raises(ValidationError) as refused:
        put(county, 2025)
    assert refused.value.messages == ["只能从 2026 年度或以后改起；以前年度保持当时的指标。"]
    assert versions() == [(2021, None, 8)]


@NOW
def test_a_version_that_runs_into_a_later_one_is_refused(county) -> None:
    row(to=2027)
    row(since=2028)
    with pytest.raises(ValidationError) as refused, transaction.atomic():
        put(county, 2026, to=2030)
    assert refused.value.messages == ["这项指标已有 2028 年起的一条，年度不能重叠。"]
    assert versions() == [(2021, 2027, 8), (2028, None, 8)]
    put(county, 2026, to=2027)
    assert versions() == [(2021, 2025, 8), (2026, 2027, 10), (2028, None, 8)]


@NOW
def test_ending_takes_back_what_is_to_come_and_keeps_what_was(county) -> None:
    past = row(to=2027)
    row(since=2028)
    end_indicator(by=county, indicator=past)
    end_indicator(by=county, indicator=past)
    assert versions() == [(2021, 2025, 8)]
    assert AuditEntry.objects.filter(action="assessments.indicator_end").count() == 1


@pytest.mark.parametrize(("since", "to"), [(2021, None), (2019, 2021), (2023, 2023), (2025, None), (2019, None)])
def test_the_database_refuses_years_that_overlap(since, to) -> None:
    row(since=2021, to=2025)
    row(code="other", since=2021)
    with pytest.raises(DatabaseError), transaction.atomic():
        row(since=since, to=to)
    later = row(since=2026)
    with pytest.raises(DatabaseError), transaction.atomic():
        Indicator.objects.filter(pk=later.pk).update(year_from=2025)
    assert versions() == [(2021, 2025, 8), (2026, None, 8)]


def test_the_database_refuses_years_and_weights_that_cannot_be() -> None:
    for wrong in ({"to": 2020}, {"weight": 0}, {"weight": 101}):
        with pytest.raises(DatabaseError), transaction.atomic():
            row(**wrong)


# Admin --------------------------------------------------------------------------------------------
def form(**changes: object) -> dict[str, object]:
    return {"weight": "10", "year_from": "2026", "year_to": "", **SAID, **KEPT, **changes}


@NOW
def test_the_county_changes_a_weight_from_this_year_on(client, county) -> None:
    old = row()
    client.force_login(county)
    url = reverse("admin:assessments_indicator_change", args=[old.pk])
    assert client.get(url).context["adminform"].form.initial["year_from"] == 2026
    said = client.post(url, form(year_from="2025")).context["adminform"].form.errors
    assert said == {"year_from": ["只能从 2026 年度或以后改起；以前年度保持当时的指标。"]}
    assert client.post(url, form()).status_code == 302
    assert versions() == [(2021, 2025, 8), (2026, None, 10)]
    assert AuditEntry.objects.count() == 1
    assert client.post(url, form(weight="50")).status_code == 403  # it has ended: history


@NOW
def test_the_county_adds_an_indicator_and_is_told_of_one_that_is_there(client, county) -> None:
    client.force_login(county)
    url = reverse("admin:assessments_indicator_add")
    assert client.post(url, form(code="attendance")).status_code == 302
    said = client.post(url, form(code="attendance", year_from="2027")).context["adminform"].form.non_field_errors()
    assert said == ["这项指标已有 2026 年起的一条，年度不能重叠。"]
    assert versions() == [(2026, None, 10)]


@NOW
def test_the_list_says_when_the_weights_do_not_add_up_and_ends_rows(client, county) -> None:
    load_reference()
    client.force_login(county)
    url = reverse("admin:assessments_indicator_changelist")
    assert "应为 100" not in client.get(url).content.decode()
    one = Indicator.objects.get(code="coverage")
    client.post(url, {"action": "end", "_selected_action": [one.pk]})
    assert versions("coverage") == [(2021, 2025, 12)]
    assert "2026 年度各项权重合计 88，应为 100，请调整。" in client.get(url).content.decode()
    found = client.get(url + "?year=2025&q=参训").context["cl"].result_list
    assert list(found) == [one]
    assert client.get(url + "?year=2026").context["cl"].result_count == 12


@NOW
@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_the_same_number_of_times(client, county, django_assert_num_queries, number) -> None:
    for one in range(number):
        row(code=f"c{one}", weight=5)
    client.force_login(county)
    with django_assert_num_queries(7):
        client.get(reverse("admin:assessments_indicator_changelist"))
