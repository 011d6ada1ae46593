"""A small portal with something of everything a backup must bring back."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from juxian.audit import chain
from juxian.audit.log import record
from juxian.files.models import StoredFile
from juxian.files.store import store
from juxian.keep import manifest, rows
from juxian.keep.backup import backup
from juxian.people.models import Member
from juxian.rules.models import Rule
from tests.factories import MemberFactory
from trainings.models import HourEntry


@dataclass
class Portal:
    """What was put in."""

    member: Member
    file: StoredFile
    entry: HourEntry


def post(member: Member, key: str, hours: int = 4, **more: Any) -> HourEntry:
    """A row of the ledger."""
    given = {"town": member.branch.town, "branch_name": "x", "earned_on": date(2026, 3, 1), "title": "x"}
    return HourEntry.objects.create(
        member=member, key=key, hours=Decimal(hours), posted_at=timezone.now(), **given, **more
    )


@pytest.fixture
def portal(transactional_db) -> Portal:
    member = MemberFactory(name="示例甲")
    file = store([b"content"], name="名册.xlsx", kind="xlsx")
    odd = ["1/7", {"乙": None, "甲": 1.5}]
    Rule.objects.create(key="x", value=odd, label="x", valid_from=date(2026, 1, 1), source="x", certainty="C")
    entry = post(member, "one")
    post(member, "two", -4, reverses=entry, reason="记错")
    record(by=None, action="test.made", subject=member, summary="建档", body={"乙": 2, "甲": "一"})
    chain.seal(timezone.now())
    return Portal(member, file, entry)


@pytest.fixture
def kept(portal, tmp_path) -> Path:
    """A backup of the portal."""
    backup(tmp_path / "kept")
    return tmp_path / "kept"


def state() -> dict[str, tuple[int, str]]:
    """Rows and digest of every table, and of the stored files as one more."""
    folder = Path(settings.MEDIA_ROOT)
    files = sorted((str(path.relative_to(folder)), path.read_bytes()) for path in folder.rglob("*") if path.is_file())
    tables = {name: rows.digest(model) for name, model in rows.kept_tables().items()}
    return tables | {"files": (len(files), repr(files))}


def wipe() -> None:
    """An empty database as `migrate` leaves it, and no files."""
    call_command("flush", interactive=False, verbosity=0)
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)


def rewrite(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the manifest the way somebody would who also writes its digest anew."""
    body = json.loads((folder / manifest.NAME).read_text())
    body.pop("digest")
    change(body)
    (folder / manifest.NAME).write_text(json.dumps({**body, "digest": manifest.digest(body)}))
