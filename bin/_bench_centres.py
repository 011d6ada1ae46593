"""The row about the compliance board: 16 centres, 12 items, five years of inspections, evidence and regulations."""

from datetime import date, timedelta
from typing import Any

from _bench_tools import Bench, execute, page
from django.urls import reverse
from django.utils import timezone

from centres.models import (
    Centre,
    Evidence,
    Inspection,
    InspectionResult,
    Regulation,
    RegulationKind,
    RegulationVersion,
    Standard,
)
from juxian.files.store import store
from juxian.people.models import User

YEARS = 5
LATEST = """
SELECT centre_id, key, verdict, inspected_on, id, kind FROM (
  SELECT i.centre_id, t.key, r.verdict, i.inspected_on, i.id, i.kind, ROW_NUMBER() OVER (
    PARTITION BY i.centre_id, t.key ORDER BY i.inspected_on DESC, i.submitted_at DESC, i.id DESC
  ) AS place
  FROM centres_inspectionresult r JOIN centres_inspection i ON i.id = r.inspection_id
  JOIN centres_standarditem t ON t.id = r.item_id
  WHERE r.verdict <> '' AND i.inspected_on <= %s
  AND (i.state IN ('confirmed', 'closed') OR (i.state = 'submitted' AND i.kind <> 'self'))
) AS found WHERE place = 1
"""


def compliance_board() -> Bench:
    """Limit: the bare statements that fetch the facts of the page: items, centres, the latest verdict and the last day of
    the evidence of each item and centre, the regulations in force."""
    _years()
    today = timezone.localdate()
    statements: list[tuple[str, tuple[Any, ...]]] = [
        ("SELECT s.id, s.label, s.valid_from, i.key, i.name, i.\"group\", i.need FROM centres_standard s "
         "JOIN centres_standarditem i ON i.standard_id = s.id WHERE s.state = 'published' "
         "ORDER BY s.valid_from DESC, i.\"order\"", ()),
        ("SELECT c.id, c.name, t.code, t.name FROM centres_centre c JOIN people_town t ON t.id = c.town_id "
         "WHERE c.opened_on <= %s AND (c.closed_on IS NULL OR c.closed_on > %s) ORDER BY t.code", (today, today)),
        (LATEST, (today,)),
        ("SELECT centre_id, item_key, MAX(valid_until), COUNT(*), COUNT(valid_until) FROM centres_evidence "
         "WHERE effective_from <= %s AND withdrawn_at IS NULL GROUP BY centre_id, item_key", (today,)),
        ("SELECT id, key, name FROM centres_regulationkind WHERE is_needed", ()),
        ("SELECT DISTINCT g.town_id, g.kind_id FROM centres_regulation g JOIN centres_regulationversion v "
         "ON v.regulation_id = g.id WHERE v.valid_from <= %s AND (v.valid_until IS NULL OR v.valid_until >= %s) "
         "AND NOT EXISTS (SELECT 1 FROM centres_regulationversion n WHERE n.regulation_id = g.id "
         "AND n.number > v.number AND n.valid_from <= %s)", (today, today, today)),
    ]  # fmt: skip
    county = User.objects.get(username="county")
    ours = page(county, reverse("centres:compliance"))
    return Bench("compliance_board", ours, lambda: [execute(sql, values) for sql, values in statements], 30)


def _years() -> None:
    """Each year a self-check, a county inspection and a re-inspection of a few items, new evidence, and a year plan."""
    today = timezone.localdate()
    standard, centres = Standard.objects.in_force(today), list(Centre.objects.running(today).select_related("town"))
    assert standard is not None
    items = list(standard.items.all())
    county, clerk = User.objects.get(username="county"), User.objects.get(username="inspector")
    for back in range(YEARS, 0, -1):
        for number, centre in enumerate(centres):
            day = today - timedelta(days=365 * back - number)
            _look(centre, standard, "self", day, items, county, clerk)
            _look(centre, standard, "county", day + timedelta(days=40), items, county, clerk)
            Evidence.objects.bulk_create(
                Evidence(
                    centre=centre, item_key=item.key, item_name=item.name, kind="statement", text="量测", taken_on=day,
                    effective_from=day, valid_until=day + timedelta(days=400 + 30 * place), by=county, by_name="量测",
                )
                for place, item in enumerate(items)
            )  # fmt: skip
    _papers(centres, county)


def _look(
    centre: Centre, standard: Standard, kind: str, day: date, items: list[Any], county: User, clerk: User
) -> None:
    at = timezone.now()
    look = Inspection.objects.create(
        centre=centre, standard=standard, kind=kind, inspector=county, inspector_name="量测", state="closed",
        started_at=at, inspected_on=day, submitted_at=at, confirmed_at=at, closed_at=at, town_by=clerk,
        town_name="量测", county_by=county, county_name="量测",
    )  # fmt: skip
    InspectionResult.objects.bulk_create(
        InspectionResult(inspection=look, item=item, verdict=("met", "met", "met", "partly", "unmet")[place % 5])
        for place, item in enumerate(items, start=centre.pk)
    )


def _papers(centres: list[Centre], county: User) -> None:
    today, file = timezone.localdate(), store([b"%PDF-1.4"], name="bench.pdf", kind="pdf")
    for kind in RegulationKind.objects.needed(today):
        for centre in centres:
            rule = Regulation.objects.create(town=centre.town, kind=kind, title=f"量测{kind.name}")
            RegulationVersion.objects.bulk_create(
                RegulationVersion(
                    regulation=rule, number=YEARS - back, issued_on=today, valid_from=today - timedelta(days=365 * back),
                    file=file, by=county,
                )
                for back in range(YEARS)
            )  # fmt: skip
