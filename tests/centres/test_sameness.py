"""Near slogans and crowded themes are told, never refused."""

from datetime import date

import pytest

from centres.models import BrandRevision
from centres.sameness import halves, likeness, yardstick
from juxian.rules.models import Rule
from tests.factories import BrandRevisionFactory, ThemeFactory, TownFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("one", "other", "percent"),
    [
        ("齐鲁红都 革命摇篮", "齐鲁红都 革命摇篮", 100),
        ("齐鲁红都 革命摇篮", "齐鲁红都·革命摇篮！", 100),
        ("齐鲁红都 革命摇篮", "革命摇篮　齐鲁红都", 100),
        ("ＡＢ茶溪", "ab茶溪", 100),
        ("齐鲁红都 革命摇篮", "齐鲁红都 振兴高地", 50),
        ("齐鲁红都 革命摇篮", "石韵红坊 合作振兴", 12),
        ("", "齐鲁红都", 0),
        ("！", "！", 0),
    ],
)
def test_likeness(one, other, percent):
    assert (likeness(one, other), likeness(other, one)) == (percent, percent)


def test_halves_are_the_parts_between_signs():
    assert halves("齐鲁红都 革命摇篮") == ["齐鲁红都", "革命摇篮"]


def brand(code: str, name: str, slogan: str, **more) -> BrandRevision:
    return BrandRevisionFactory(brand__town=TownFactory(code=code, name=name), slogan=slogan, **more)


def test_the_nearest_first_the_own_never():
    own = brand("371327102", "大店镇", "齐鲁红都 革命摇篮")
    brand("371327103", "坊前镇", "石韵红坊 合作振兴")
    brand("371327105", "相邸镇", "齐鲁红都 革命摇篮")
    brand("371327106", "涝坡镇", "齐鲁红都 振兴高地")
    assert yardstick(TODAY, for_county=False).warnings(own) == [
        "与相邸镇的“齐鲁红都 革命摇篮”相近（100%）。",
        "与涝坡镇的“齐鲁红都 振兴高地”相近（50%）。",
    ]


def test_the_threshold_is_a_dated_rule():
    own = brand("371327102", "大店镇", "齐鲁红都 革命摇篮")
    brand("371327106", "涝坡镇", "齐鲁红都 振兴高地")
    Rule.objects.create(key="brand.alike_percent", value=60, label="像", valid_from=TODAY, source="县里", certainty="A")
    assert yardstick(TODAY, for_county=False).warnings(own) == []
    assert len(yardstick(date(2026, 11, 22), for_county=False).warnings(own)) == 1


def test_what_others_only_sent_is_for_the_county(county, clerk):
    own = brand("371327102", "大店镇", "齐鲁红都 革命摇篮")
    sent = {"state": "submitted", "used_from": None, "submitted_by": clerk, "submitted_at": "2026-11-01T00:00:00Z"}
    brand("371327106", "涝坡镇", "齐鲁红都 革命摇篮", **sent)
    brand("371327105", "相邸镇", "齐鲁红都 革命摇篮", state="draft", used_from=None)
    assert yardstick(TODAY, for_county=False).warnings(own) == []
    assert yardstick(TODAY, for_county=True).warnings(own) == [
        "与涝坡镇的“齐鲁红都 革命摇篮”相近（100%，那边还没批）。"
    ]


def test_spread_over_the_slots_and_a_crowded_one():
    red, empty = ThemeFactory(), ThemeFactory(slot=4, name="", is_active=False)
    for number in range(7):
        brand(f"37132711{number}", f"示例{number}镇", "一二三四五六七"[number] * 4, theme=red)
    found = yardstick(TODAY, for_county=True)
    assert [(row.theme, row.count, row.is_crowded) for row in found.spread()] == [(red, 7, True), (empty, 0, False)]
    own = BrandRevision.objects.first()
    assert found.warnings(own) == ["“红色教育”已有 6 个镇街选用，五类要铺开，可以考虑别的类别。"]
    assert found.warnings(BrandRevision(brand_id=0, slogan="别的", theme=empty)) == []
