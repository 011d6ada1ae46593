"""Uploaded files hold personal data and are not kept: some days after the end of a run its files go, the run stays.

A run that nobody ends is given up after as many days. Once a night the store is searched for files without a row.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from juxian.audit import log
from juxian.files.store import remove, sweep_orphans
from juxian.obligations.models import Obligation
from juxian.obligations.registry import Done, Draft, Kind, Outcome
from juxian.people.imports.runs import OPEN, SUBJECT
from juxian.people.models import ImportRun
from juxian.rules import lookup

REMOVE_KIND = "people.import_files_removal"
ORPHANS_KIND = "people.orphan_files"
NIGHT = time(3)


def keep_days(now: datetime) -> int:
    """How many days files stay after the end of a run."""
    return int(lookup.value("imports.keep_days", timezone.localdate(now)))


def expired(now: datetime) -> Iterator[Draft]:
    """Runs whose files have been kept long enough; what was never ended counts from its upload."""
    before = now - timedelta(days=keep_days(now))
    ended = Q(finished_at__lte=before) | Q(finished_at=None, created_at__lte=before)
    holding = Q(file__removed_at=None) | Q(refused_file__isnull=False, refused_file__removed_at=None)
    for pk in ImportRun.objects.filter(ended & holding).values_list("pk", flat=True):
        yield Draft(REMOVE_KIND, SUBJECT, pk, now)


def remove_files(obligation: Obligation, now: datetime, prepared: Any) -> Outcome:
    """Remove both files of a run, in the sweep's transaction; their content goes with its commit."""
    run = ImportRun.objects.select_for_update(of=("self",)).get(pk=obligation.subject_id)
    if run.state in OPEN:
        run.state, run.finished_at = ImportRun.State.DROPPED, now
        run.message = f"{keep_days(now)} 天没有确认，自动放弃，没有写入任何数据。"
        run.save(update_fields=["state", "finished_at", "message"])
    for stored in filter(None, (run.file, run.refused_file)):
        remove(stored, now)
    log.record(
        by=None,
        action="people.import_files_removed",
        subject=run,
        summary=f"期满删除导入{run.label}的文件",
        town_code=run.town.code if run.town else "",
    )
    return Done("文件已删除")


def nightly(now: datetime) -> Iterator[Draft]:
    """One search a night, numbered by its day; a night that was missed is not made up for."""
    today = timezone.localdate(now)
    due = timezone.make_aware(datetime.combine(today, NIGHT))
    if due <= now and Path(settings.MEDIA_ROOT).is_dir():  # nothing was ever stored without it
        yield Draft(ORPHANS_KIND, "files.storedfile", int(f"{today:%Y%m%d}"), due)


def search(obligation: Obligation) -> int:
    """Outside any transaction, for it deletes files; again finds nothing more."""
    return sweep_orphans()


REMOVAL = Kind(code=REMOVE_KIND, label="删除期满的导入文件", perform=remove_files, generate=expired)
ORPHANS = Kind(
    code=ORPHANS_KIND,
    label="清理没有归属的文件",
    prepare=search,
    perform=lambda obligation, now, found: Done(f"清理 {found} 个文件"),
    generate=nightly,
    lease_seconds=600,
)
