"""Nothing is asked for twice: what counts as evidence, or as a regulation, without being handed in."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from centres import actions
from centres.compliance import compliance, history, lacking, stale, versions
from centres.evidence import FRESH, SOON, STALE, Standing, ending, standings
from centres.models import Centre, Finding, RegulationKind
from centres.views.inspections import kept_photo
from juxian.county.load import load_county
from tests.centres.inspecting import in_days, inspected, judge, make_standard, picture
from tests.centres.looks import a_look, a_standard, a_statement, noon
from tests.centres.papers import a_kind, a_rule, a_version
from tests.factories import CentreFactory, UserFactory, YearPlanFactory
from trainings.models import YearPlan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_on_a_day")]
TODAY = date(2026, 11, 23)


@pytest.fixture
def _on_a_day():
    with time_machine.travel("2026-11-23 10:00+08:00", tick=False):
        yield


@pytest.fixture
def centre(town) -> Centre:
    a_standard(date(2021, 1, 1), ("have-rules", "have-plan"))
    return CentreFactory(town=town)


def approved(town, year: int, on: date) -> YearPlan:
    return YearPlanFactory(
        town=town, year=year, state=YearPlan.State.APPROVED, decided_by=UserFactory(), decided_at=noon(on)
    )


def stood(centre: Centre, key: str, on: date) -> Standing:
    return standings([centre], on).get((centre.pk, key), Standing())


def test_a_regulation_in_force_shows_its_item_to_be_met(centre, town) -> None:
    kind = a_kind(item_key="have-rules")
    a_version(a_rule(town, kind), date(2026, 1, 1), date(2026, 12, 10))
    found = stood(centre, "have-rules", TODAY)
    assert (found.state, found.until, found.rows) == (SOON, date(2026, 12, 10), [])
    assert [one.what for one in found.counted] == ["教学管理制度：示例制度"]
    assert stood(centre, "have-rules", date(2026, 12, 11)).state == STALE
    assert stood(centre, "have-rules", date(2025, 12, 31)).counted == []
    # the twin: a kind that names no item shows nothing
    RegulationKind.objects.update(item_key="")
    assert standings([centre], TODAY) == {}


def test_a_replaced_version_holds_until_the_day_of_the_next(centre, town) -> None:
    rule = a_rule(town, a_kind(item_key="have-rules"))
    a_version(rule, date(2026, 1, 1), None)
    a_version(rule, date(2026, 6, 1), date(2026, 6, 30), kept_on=date(2026, 6, 5))
    days = [date(2026, 6, 4), date(2026, 6, 5), date(2026, 7, 1)]
    assert [stood(centre, "have-rules", day).until for day in days] == [None, date(2026, 6, 30), date(2026, 6, 30)]
    assert [stood(centre, "have-rules", day).state for day in days] == [FRESH, SOON, STALE]
    assert [bool(lacking(day)) for day in days] == [False, False, True]


def test_an_approved_year_plan_is_the_towns_plan_of_that_year(centre, town) -> None:
    a_kind("year-plan", "年度培训计划", item_key="have-plan")
    a_look(centre, date(2026, 1, 5), {"have-rules": "met", "have-plan": "met"})
    assert [kind.key for kind in lacking(TODAY)[town.pk]] == ["year-plan"]
    plan = approved(town, 2026, date(2026, 2, 1))
    assert lacking(TODAY) == {}
    [one] = stood(centre, "have-plan", TODAY).counted
    assert (one.what, one.url) == ("年度培训计划：2026年度培训计划（已批准）", f"/town/plans/{plan.pk}/")
    assert compliance(TODAY).whole == 1
    assert [bool(lacking(day)) for day in (date(2026, 1, 31), date(2026, 2, 1), date(2027, 1, 1))] == [
        True,
        False,
        True,
    ]
    next_year = compliance(date(2027, 1, 1))
    assert [cell.verdict for cell in next_year.rows[0].cells] == ["met", "stale"]
    YearPlan.objects.update(state=YearPlan.State.SUBMITTED)
    assert [kind.key for kind in lacking(TODAY)[town.pk]] == ["year-plan"]


def test_next_years_plan_leaves_no_gap(centre, town) -> None:
    a_kind("year-plan", "年度培训计划", item_key="have-plan")
    approved(town, 2026, date(2026, 2, 1))
    day = date(2026, 12, 20)
    with time_machine.travel(noon(day)):
        assert stood(centre, "have-plan", day).state == SOON
        approved(town, 2027, day)
        found = stood(centre, "have-plan", day)
        assert (found.state, found.until) == (FRESH, date(2027, 12, 31))


def test_photos_of_what_was_put_right_count_once_it_was_found_met(town, county, clerk) -> None:
    make_standard()
    centre = CentreFactory(town=town)
    look = inspected(centre, county, have_signs="牌子掉了", have_books="没有书")
    look = actions.confirm_inspection(inspection=look, by=clerk)
    signs, books = Finding.objects.order_by("result__item__order")
    put_right(signs, clerk, photos=1)
    assert standings([centre], TODAY) == {}
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        again = actions.start_inspection(centre=centre, kind="re", previous=look, by=county)
        judge(again, county, have_books="还是没有")
        actions.submit_inspection(inspection=again, rectify_by=in_days(30), by=county)
        actions.confirm_inspection(inspection=again, by=clerk)
        found = standings([centre], timezone.localdate())
    assert list(found) == [(centre.pk, "have-signs")]
    [one] = found[centre.pk, "have-signs"].counted
    assert (one.what, one.url) == ("整改照片 1 张，2026年11月26日检查达标", f"/town/centre/findings/{signs.pk}/")
    assert (one.span.since, one.span.until) == (TODAY, None)
    assert standings([centre], date(2026, 11, 25)) == {}
    assert books.rectifications.count() == 0


def put_right(finding: Finding, clerk, photos: int) -> None:
    with kept_photo(picture()) as pair:
        actions.rectify(finding=finding, text="换了新的", photos=[pair] * photos, key="k", by=clerk)


def test_board_page_and_history_agree_on_every_day(centre, town) -> None:
    a_look(centre, date(2023, 1, 5), {"have-rules": "met", "have-plan": "met"})
    a_kind("year-plan", "年度培训计划", item_key="have-plan")
    rule = a_rule(town, a_kind(item_key="have-rules"))
    a_version(rule, date(2024, 1, 1), date(2024, 6, 30))
    a_version(rule, date(2025, 3, 1), date(2026, 6, 30))
    a_statement(centre, "have-rules", date(2023, 1, 1), date(2023, 6, 30))
    a_statement(centre, "have-rules", date(2026, 8, 1), date(2026, 9, 30))
    approved(town, 2024, date(2024, 2, 1))
    ended = []
    for year in history(centre, TODAY, versions()):
        found = standings([centre], year.on)
        assert stale([centre], year.on) == {key for key, one in found.items() if one.state == STALE}
        assert year.counts == compliance(year.on).counts
        ended.append((year.year, year.counts["stale"]))
    assert ended == [(2023, 1), (2024, 1), (2025, 1), (2026, 2)]


def test_nobody_is_told_of_evidence_that_a_regulation_outlasts(centre, town) -> None:
    row = a_statement(centre, "have-rules", date(2026, 1, 1), date(2026, 12, 1))
    assert list(ending(TODAY)) == [row]
    a_version(a_rule(town, a_kind(item_key="have-rules")), date(2026, 1, 1), None)
    assert list(ending(TODAY)) == []


def test_the_shipped_kinds_name_items_of_the_shipped_standard(db) -> None:
    load_county()
    named = dict(RegulationKind.objects.exclude(item_key="").values_list("key", "item_key"))
    assert named == {"teaching": "have-rules", "pool": "have-rules", "year-plan": "have-plan"}
    for kind in RegulationKind.objects.all():
        kind.clean()
    with pytest.raises(ValidationError, match="没有这个代码的条目"):
        RegulationKind(key="x", name="示例", item_key="have-nothing", valid_from=TODAY).full_clean()


def test_the_pages_show_it_with_the_last_verdict(client: Client, centre, town, clerk, county) -> None:
    look = a_look(centre, date(2026, 3, 1), {"have-plan": "met", "have-rules": "unmet"})
    a_kind("year-plan", "年度培训计划", item_key="have-plan")
    plan = approved(town, 2026, date(2026, 2, 1))
    client.force_login(clerk)
    link = f'href="/town/plans/{plan.pk}/"'
    pages = ["/town/centre/standard/", "/town/centre/standard/have-plan/", "/town/centre/regulations/"]
    texts = [client.get(path).content.decode() for path in pages]
    assert [link in text for text in texts] == [True] * 3
    told = f'<span class="st st-ok">达标</span> <a href="/inspect/{look.pk}/">2026年3月1日县级检查</a>'
    assert [told in text for text in texts] == [True, True, False]
    lines = {line.item.key: line for line in client.get(pages[0]).context["lines"]}
    assert (lines["have-rules"].look.word.text, lines["have-rules"].standing.state) == ("未达标", "missing")
    client.force_login(county)
    text = client.get(f"/county/compliance/{town.code}/").content.decode()
    seen = f'<a href="/inspect/{look.pk}/">2026年3月1日县级检查</a>'
    assert (link in text, seen in text) == (True, True)
