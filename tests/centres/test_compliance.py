"""The board as a function of rows: take one row away and its figure changes, change anything later and it does not."""

from datetime import date, timedelta

import pytest

from centres.compliance import Board, compliance, history, last_day, stale, versions
from centres.evidence import STALE as EVIDENCE_STALE
from centres.evidence import standings
from centres.models import Centre, Evidence, InspectionResult, RegulationVersion, Standard, StandardItem
from tests.centres.looks import a_look, a_standard, a_statement, noon
from tests.centres.papers import a_kind, a_rule, a_version
from tests.factories import CentreFactory, TownFactory
from tests.flushing import guards_off

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
ALL_MET = {"zone-a": "met", "zone-b": "met", "have-a": "met"}


@pytest.fixture
def centre(town) -> Centre:
    return CentreFactory(town=town)


def told(board: Board) -> list[list[str]]:
    return [[cell.verdict for cell in row.cells] for row in board.rows]


def test_every_item_of_every_running_centre_has_a_cell(centre) -> None:
    CentreFactory(town=TownFactory(code="371327103"))
    CentreFactory(town=TownFactory(code="371327104"), opened_on=None)
    a_standard(date(2021, 1, 1))
    look = a_look(centre, date(2026, 3, 1), {"zone-a": "met", "zone-b": "partly", "have-a": "unmet"})
    board = compliance(TODAY)
    assert told(board) == [["met", "partly", "unmet"], ["none", "none", "none"]]
    cell = board.rows[0].cells[1]
    assert (cell.word.text, cell.found.on, cell.found.inspection_id) == ("基本达标", date(2026, 3, 1), look.pk)
    assert board.counts == {"met": 1, "partly": 1, "unmet": 1, "none": 3}


def test_without_its_row_a_cell_is_not_inspected(centre) -> None:
    a_standard(date(2021, 1, 1))
    a_look(centre, date(2026, 3, 1), ALL_MET)
    assert (told(compliance(TODAY)), compliance(TODAY).whole) == ([["met", "met", "met"]], 1)
    InspectionResult.objects.filter(item__key="zone-b").delete()
    assert (told(compliance(TODAY)), compliance(TODAY).whole) == ([["met", "none", "met"]], 0)


def test_the_latest_verdict_counts_and_an_older_day_keeps_its_own(centre) -> None:
    a_standard(date(2021, 1, 1))
    a_look(centre, date(2026, 3, 1), ALL_MET | {"zone-a": "unmet"})
    before = told(compliance(date(2026, 5, 31)))
    a_look(centre, date(2026, 6, 1), {"zone-a": "met"})
    assert (before, told(compliance(TODAY))) == ([["unmet", "met", "met"]], [["met", "met", "met"]])
    assert told(compliance(date(2026, 5, 31))) == before
    assert told(compliance(date(2026, 2, 28))) == [["none", "none", "none"]]


def test_what_was_met_is_stale_once_all_its_evidence_has_run_out(centre) -> None:
    a_standard(date(2021, 1, 1))
    a_look(centre, date(2026, 1, 5), {"zone-a": "met", "zone-b": "unmet", "have-a": "partly"})
    for key in ("zone-a", "zone-b", "have-a"):
        a_statement(centre, key, date(2026, 1, 5), date(2026, 6, 30))
    assert told(compliance(date(2026, 6, 30))) == [["met", "unmet", "partly"]]
    assert told(compliance(date(2026, 7, 1))) == [["stale", "unmet", "stale"]]
    newer = a_statement(centre, "zone-a", date(2026, 8, 1), None)
    assert told(compliance(date(2026, 7, 31))) == [["stale", "unmet", "stale"]]
    assert told(compliance(TODAY)) == [["met", "unmet", "stale"]]
    with guards_off():
        Evidence.objects.filter(pk=newer.pk).delete()
    assert told(compliance(TODAY)) == [["stale", "unmet", "stale"]]


def test_stale_here_is_stale_on_the_page_of_evidence(centre) -> None:
    days = [date(2026, 1, 1) + timedelta(days=40 * number) for number in range(6)]
    for number, day in enumerate(days):
        a_statement(centre, f"key-{number % 3}", day, None if number == 4 else day + timedelta(days=30 + number))
    gone = a_statement(centre, "key-2", days[0], None)
    Evidence.objects.filter(pk=gone.pk).update(state="withdrawn", withdrawn_at=noon(days[3]), withdrawn_reason="错")
    for day in (*days, TODAY):
        found = standings([centre], day)
        assert stale([centre], day) == {key for key, one in found.items() if one.state == EVIDENCE_STALE}


def test_a_centre_meets_the_standard_with_all_musts_and_all_regulations(centre, town) -> None:
    a_standard(date(2021, 1, 1))
    StandardItem.objects.filter(key="have-a").update(need="optional")
    a_look(centre, date(2026, 3, 1), ALL_MET | {"have-a": "unmet"})
    version = a_version(a_rule(town, a_kind()))
    assert compliance(TODAY).whole == 1
    with guards_off():
        RegulationVersion.objects.filter(pk=version.pk).delete()
    board = compliance(TODAY)
    assert (board.whole, [kind.key for kind in board.rows[0].lacking]) == (0, ["teaching"])


def test_a_new_version_with_other_items_leaves_last_years_board_as_it_was(centre) -> None:
    old = a_standard(date(2021, 1, 1))
    a_look(centre, date(2025, 6, 1), {"zone-a": "met", "zone-b": "partly", "have-a": "met"})
    before = compliance(date(2025, 12, 31))
    new = a_standard(date(2026, 1, 1), ("zone-a", "have-b", "have-c", "have-d"))
    a_look(centre, date(2026, 2, 1), {"zone-a": "unmet", "have-b": "met", "have-c": "met", "have-d": "met"})
    assert last_day(versions(), old, TODAY) == date(2025, 12, 31)
    assert last_day(versions(), new, TODAY) == TODAY
    after, now = compliance(date(2025, 12, 31)), compliance(TODAY)
    assert (after.standard, after.items, told(after)) == (old, before.items, told(before))
    assert told(after) == [["met", "partly", "met"]]
    assert (now.standard, told(now)) == (new, [["unmet", "met", "met", "met"]])
    # the twin: were there no newer version, today would still be judged by the old items
    Standard.objects.filter(pk=new.pk).update(state="draft", published_at=None)
    assert told(compliance(TODAY)) == [["unmet", "partly", "met"]]


def test_an_item_keeps_its_verdict_in_every_version_that_means_it(centre) -> None:
    a_standard(date(2021, 1, 1))
    a_look(centre, date(2025, 6, 1), ALL_MET)
    a_standard(date(2026, 1, 1), ("have-a", "have-b"))
    assert told(compliance(TODAY)) == [["met", "none"]]


def test_before_the_first_version_there_is_nothing_to_meet(centre) -> None:
    a_standard(date(2026, 1, 1))
    board = compliance(date(2025, 12, 31))
    assert (board.standard, board.items, board.whole, told(board)) == (None, [], 0, [[]])


def test_the_years_of_a_centre_end_as_its_boards_did(centre) -> None:
    a_standard(date(2021, 1, 1))
    a_look(centre, date(2023, 6, 1), {"zone-a": "met", "zone-b": "unmet", "have-a": "met"})
    a_statement(centre, "have-a", date(2023, 6, 1), date(2024, 6, 1))
    a_look(centre, date(2025, 6, 1), {"zone-b": "met"})
    a_standard(date(2026, 1, 1), ("zone-a", "have-b"))
    found = history(centre, TODAY, versions())
    assert [(year.year, year.percent, year.items) for year in found] == [
        (2023, 67, 3),
        (2024, 33, 3),
        (2025, 67, 3),
        (2026, 50, 2),
    ]
    assert [year.counts for year in found] == [compliance(year.on).counts for year in found]
    assert history(CentreFactory(), TODAY, versions()) == []


def test_the_same_queries_for_one_centre_and_for_three(centre, django_assert_num_queries) -> None:
    a_standard(date(2021, 1, 1))
    for count in (1, 3):
        while Centre.objects.count() < count:
            a_look(CentreFactory(), date(2026, 3, 1), ALL_MET)
        with django_assert_num_queries(10):
            assert len(compliance(TODAY).rows) == count
