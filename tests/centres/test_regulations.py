"""Regulations: versions by day, what a centre lacks, who keeps and who reads them."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction

from centres.actions.regulations import add_regulation, add_version
from centres.compliance import lacking
from centres.models import Regulation, RegulationKind, RegulationVersion
from juxian.audit.models import AuditEntry
from juxian.county.load import load_county
from juxian.files.store import store
from tests.centres.papers import EARLY, a_kind, a_rule, a_version
from tests.factories import CentreFactory
from tests.flushing import guards_off

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
DAYS = {"document_number": "", "issued_on": date(2026, 1, 1), "valid_from": date(2026, 1, 5), "valid_until": None}


def in_force(on: date) -> list[tuple[str, int]]:
    rows = RegulationVersion.objects.in_force(on).order_by("regulation__title")
    return list(rows.values_list("regulation__title", "number"))


def test_the_newest_version_is_in_force_until_its_last_day(town) -> None:
    rule = a_rule(town, title="甲")
    a_version(rule, date(2024, 1, 1))
    a_version(rule, date(2025, 1, 1), date(2025, 12, 31))
    assert in_force(date(2023, 12, 31)) == []
    assert in_force(date(2024, 12, 31)) == [("甲", 1)]
    assert in_force(date(2025, 12, 31)) == [("甲", 2)]
    assert in_force(date(2026, 1, 1)) == [], "the first version was replaced and does not come back"


def test_what_was_put_in_later_does_not_change_an_old_day(town) -> None:
    a_version(a_rule(town, title="甲"), date(2024, 1, 1), kept_on=date(2026, 3, 1))
    assert in_force(date(2026, 2, 28)) == []
    assert in_force(date(2026, 3, 1)) == [("甲", 1)]


def test_a_centre_lacks_the_needed_kinds_it_has_no_version_in_force_of(town, other_town) -> None:
    CentreFactory(town=town)
    CentreFactory(town=other_town)
    teaching, pool = a_kind(), a_kind("pool", "师资库管理办法", order=2)
    a_kind("other", "其他制度", is_needed=False)
    a_kind("old", "旧制度", valid_until=date(2025, 12, 31))
    a_version(a_rule(town, teaching))
    held = a_rule(town, pool, "办法")
    a_version(held)
    a_version(a_rule(None, pool, "县里的办法"))
    assert lacking(TODAY) == {other_town.pk: [teaching, pool]}
    assert [kind.key for kind in lacking(date(2025, 12, 31))[town.pk]] == ["old"]
    with guards_off():
        RegulationVersion.objects.filter(regulation=held).delete()
    assert lacking(TODAY) == {town.pk: [pool], other_town.pk: [teaching, pool]}


def test_the_county_starts_with_three_needed_kinds_and_two_titles_of_its_own() -> None:
    load_county()
    needed = RegulationKind.objects.needed(TODAY).values_list("name", flat=True)
    assert list(needed) == ["教学管理制度", "年度培训计划", "师资库管理办法"]
    assert Regulation.objects.filter(town=None).count() == 2
    assert RegulationVersion.objects.count() == 0, "no number, day or paper of the county's documents is known"
    Regulation.objects.filter(title__startswith="关于开展").delete()
    assert load_county()["regulations"] == 0


def test_versions_count_up_and_are_on_record(clerk, town) -> None:
    rule = add_regulation(town=town, kind=a_kind(), title=" 教学管理制度 ", by=clerk)
    first = add_version(regulation=rule, file=store([b"1"], name="a.pdf", kind="pdf"), by=clerk, **DAYS)
    later = DAYS | {"valid_from": date(2026, 6, 1)}
    second = add_version(regulation=rule, file=store([b"2"], name="b.pdf", kind="pdf"), by=clerk, **later)
    assert (rule.title, first.number, second.number) == ("教学管理制度", 1, 2)
    rows = AuditEntry.objects.filter(action__startswith="centres.regulation").order_by("id")
    assert [(row.summary, row.town_code) for row in rows] == [
        ("新建制度：教学管理制度", town.code),
        ("“教学管理制度”存入第 1 版", town.code),
        ("“教学管理制度”存入第 2 版", town.code),
    ]


def test_twice_is_once(clerk, town) -> None:
    for _ in range(2):
        rule = add_regulation(town=town, kind=a_kind(), title="教学管理制度", by=clerk)
        add_version(regulation=rule, file=store([b"1"], name="a.pdf", kind="pdf"), by=clerk, **DAYS)
    assert (Regulation.objects.count(), RegulationVersion.objects.count()) == (1, 1)


def test_a_version_neither_ends_before_it_starts_nor_starts_before_the_one_it_replaces(clerk, town) -> None:
    rule, paper = a_rule(town), store([b"1"], name="a.pdf", kind="pdf")
    with pytest.raises(ValidationError, match="“有效至”不能早于施行日期"):
        add_version(regulation=rule, file=paper, by=clerk, **DAYS | {"valid_until": date(2026, 1, 4)})
    a_version(rule, date(2026, 2, 1))
    with pytest.raises(ValidationError, match="现在这一版自 2026年2月1日 起施行，新版不能更早"):
        add_version(regulation=rule, file=paper, by=clerk, **DAYS)
    assert RegulationVersion.objects.count() == 1


def test_a_title_is_used_once_in_a_town_and_once_in_the_county(clerk, county, town, other_town) -> None:
    a_rule(town, title="甲")
    a_rule(other_town, title="甲")
    a_rule(None, title="甲")
    with pytest.raises(ValidationError, match="已有同名的制度"):
        add_regulation(town=town, kind=a_kind("pool", "办法"), title="甲", by=clerk)
    with pytest.raises(ValidationError, match="县里已有同名的文件"):
        add_regulation(town=None, kind=a_kind("pool", "办法"), title="甲", by=county)


def test_a_clerk_keeps_the_own_towns_only(clerk, other_town) -> None:
    for town in (other_town, None):
        with pytest.raises(PermissionDenied):
            add_regulation(town=town, kind=a_kind(), title="甲", by=clerk)
        with pytest.raises(PermissionDenied):
            add_version(regulation=a_rule(town, title="乙"), file=store([b"1"], name="a", kind="pdf"), by=clerk, **DAYS)


@pytest.mark.parametrize("change", ["update", "delete"])
def test_a_version_is_never_changed(town, change: str) -> None:
    version = a_version(a_rule(town), EARLY)
    rows = RegulationVersion.objects.filter(pk=version.pk)
    with pytest.raises(DatabaseError, match="制度版本只能追加"), transaction.atomic():
        rows.update(document_number="改") if change == "update" else rows.delete()
    with guards_off():
        assert rows.update(document_number="改") == 1
