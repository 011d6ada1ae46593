"""Reference rows of this floor; rows the county has edited stay as they are."""

import csv
from pathlib import Path
from typing import Any

from django.db import transaction

from trainings.models import DossierItem, HourRule, MarkStatus

DATA = Path(__file__).resolve().parent / "data"
STATUSES = [
    ("present", "到", True, "ok"),
    ("late", "迟到", True, "late"),
    ("leave", "请假", False, "leave"),
    ("absent", "缺席", False, "abs"),
]


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def _rule(row: dict[str, str]) -> dict[str, Any]:
    return {
        key: value or None if key in ("min_hours", "min_centralised", "valid_to") else value
        for key, value in row.items()
    }


@transaction.atomic
def load_reference() -> dict[str, int]:
    """Make the mark statuses, hour rules and dossier items that are not there yet; returns how many were made."""
    made = {"mark_statuses": 0, "hour_rules": 0, "dossier_items": 0}
    for order, (code, name, present, tone) in enumerate(STATUSES, 1):
        values = {"name": name, "counts_present": present, "tone": tone, "order": order}
        made["mark_statuses"] += MarkStatus.objects.get_or_create(code=code, defaults=values)[1]
    for row in _rows("hour_rules.csv"):
        made["hour_rules"] += HourRule.objects.get_or_create(code=row["code"], defaults=_rule(row))[1]
    for order, row in enumerate(_rows("class_archive_items.csv"), 1):
        values = {key: row[key] for key in ("name", "stage", "made_by", "need")}
        values |= {"is_generated": row["generated"] == "yes", "order": order}
        made["dossier_items"] += DossierItem.objects.get_or_create(code=row["code"], defaults=values)[1]
    return made
