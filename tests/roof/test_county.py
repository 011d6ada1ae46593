"""Reference data: complete, loaded once, and the county's edits stay."""

import io
import json
from datetime import date

import pytest
from django.core.management import call_command

from centres.models import BrandRevision, BrandTheme, Centre, Standard, StandardItem
from courses.models import Broadcast, Series
from juxian.county.brands import SOURCE
from juxian.county.load import load_county
from juxian.people.models import Town, TownCode
from juxian.rules.lookup import DEFAULTS
from juxian.rules.models import Rule
from lecturers.models import LecturerKind
from tests.flushing import guards_off
from trainings.models import DossierItem, HourRule, MarkStatus

pytestmark = pytest.mark.django_db


def run() -> dict[str, int]:
    out = io.StringIO()
    call_command("load_county", stdout=out)
    return json.loads(out.getvalue().splitlines()[-1])


def test_first_run_loads_everything() -> None:
    made = run()
    assert made["towns"] == made["centres"] == 16
    assert Town.objects.count() == 16
    assert Town.objects.get(code="371327001").committee == "十字路街道党工委"
    assert Town.objects.get(code="371327102").committee == "大店镇党委"
    assert (HourRule.objects.count(), DossierItem.objects.count(), MarkStatus.objects.count()) == (15, 22, 4)
    assert Rule.objects.count() == len(DEFAULTS)


def test_the_two_series_stand_without_a_programme() -> None:
    load_county()
    assert list(Series.objects.values_list("name", flat=True)) == ["莒南先锋e讲堂", "学习讲坛"]
    assert not Broadcast.objects.exists()


def test_second_run_changes_nothing() -> None:
    run()
    assert set(run().values()) == {0}


def test_codes_have_a_history() -> None:
    load_county()
    codes = TownCode.objects.filter(town__name="坪上镇").order_by("valid_from").values_list("code", "valid_to")
    assert [(code, end is None) for code, end in codes] == [("371373100", False), ("371327119", True)]
    assert set(Town.objects.filter(led_by__startswith="待核实").values_list("name", flat=True)) == {
        "团林镇",
        "坪上镇",
        "壮岗镇",
        "朱芦镇",
    }


def test_five_themes_of_which_two_wait_for_a_name() -> None:
    load_county()
    themes = BrandTheme.objects.order_by("slot").values_list("name", "is_active")
    assert list(themes) == [("红色教育", True), ("乡村振兴", True), ("警示教育", True), ("", False), ("", False)]


def test_only_the_two_quoted_brands_are_loaded_as_printed_and_without_a_theme() -> None:
    run()
    found = BrandRevision.objects.values_list("brand__town__name", "slogan", "state", "theme", "used_from")
    assert list(found) == [
        ("大店镇", "齐鲁红都 革命摇篮", "approved", None, date(2021, 10, 27)),
        ("坊前镇", "石韵红坊 合作振兴", "approved", None, date(2021, 10, 27)),
    ]
    assert set(BrandRevision.objects.values_list("source", "decided_by")) == {(SOURCE, None)}
    assert "2021年10月27日" in SOURCE


def test_a_town_with_a_brand_of_its_own_keeps_it() -> None:
    run()
    with guards_off():
        BrandRevision.objects.filter(brand__town__name="大店镇").delete()
    assert run()["brands"] == 0


def test_standard_has_four_and_eight_items() -> None:
    load_county()
    items = list(StandardItem.objects.order_by("order").values_list("group", flat=True))
    assert items == ["四区"] * 4 + ["六有"] * 8


def test_centres_have_no_opening_day_before_the_county_says_so() -> None:
    load_county()
    assert set(Centre.objects.values_list("opened_on", flat=True)) == {None}


def test_edits_of_the_county_stay() -> None:
    load_county()
    Town.objects.filter(code="371327102").update(code="371327902", name="大店新镇")
    Centre.objects.filter(town__name="大店新镇").update(name="新名称")
    BrandTheme.objects.filter(slot=4).update(name="县里的名字")
    Rule.objects.filter(key="exam.pass_mark").update(value=70)
    LecturerKind.objects.filter(name="土专家、田秀才").update(name="土专家")
    StandardItem.objects.filter(name="标识").delete()
    HourRule.objects.filter(code="member.ordinary").update(min_hours=40)
    assert set(run().values()) == {0}
    assert Town.objects.get(code="371327902").name == "大店新镇"
    assert Centre.objects.get(town__name="大店新镇").name == "新名称"
    assert BrandTheme.objects.get(slot=4).name == "县里的名字"
    assert Rule.objects.get(key="exam.pass_mark").value == 70
    assert LecturerKind.objects.count() == 8
    assert Standard.objects.get().items.count() == 11
    assert HourRule.objects.get(code="member.ordinary").min_hours == 40
