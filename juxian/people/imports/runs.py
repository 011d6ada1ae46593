"""The life of an import run: upload → reading → preview → saving → saved, or dropped, or refused."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from juxian.audit import log
from juxian.files.store import TooLarge, discard, path_of, storing
from juxian.obligations.owe import owe
from juxian.obligations.registry import Draft
from juxian.people.models import ImportRun, Town, User
from juxian.sheets import importers
from juxian.sheets.limits import MAX_FILE_BYTES
from juxian.sheets.sniff import sniff

PREVIEW_KIND = "people.import_preview"
COMMIT_KIND = "people.import_commit"
SUBJECT = "people.importrun"
OPEN = (ImportRun.State.READING, ImportRun.State.PREVIEW, ImportRun.State.SAVING)


def start_import(
    *, importer: str, chunks: Iterable[bytes], name: str, town: Town | None, by: User, options: dict[str, Any]
) -> ImportRun:
    """Store the upload and owe its reading. The same file again, while its run is open, answers that run."""
    bound = options | {"town": town.code if town else ""}
    try:
        with storing(chunks, name=name, kind="sheet", limit=MAX_FILE_BYTES) as stored:
            (importers[importer].sniff if importer in importers else sniff)(path_of(stored))
            User.objects.select_for_update(of=("self",), no_key=True).get(pk=by.pk)  # one upload of theirs at a time
            same: ImportRun | None = ImportRun.objects.filter(
                importer=importer, town=town, by=by, state__in=OPEN, file__sha256=stored.sha256, options=bound
            ).first()
            if same is not None:
                discard(stored)
                return same
            run = ImportRun.objects.create(importer=importer, town=town, by=by, file=stored, options=bound)
            owe(Draft(PREVIEW_KIND, SUBJECT, run.pk, timezone.now()))
            return run
    except TooLarge:
        text = f"文件超过 {MAX_FILE_BYTES // 1048576} MB。请删去图片和多余的工作表后再上传。"
        raise ValidationError(text, code="large") from None


@transaction.atomic
def save_import(*, run: ImportRun, by: User, create_branches: list[str]) -> ImportRun:
    """Owe the saving of the good rows (and of rows in the branches chosen). Refused unless the preview is there."""
    row = _locked(run)
    if row.state in (ImportRun.State.SAVING, ImportRun.State.DONE):
        return row
    if row.state != ImportRun.State.PREVIEW:
        raise ValidationError("这次导入还没有核对好，或者已经放弃，不能保存。", code="state")
    if not create_branches and row.valid_rows == 0:
        raise ValidationError(_nothing_to_save(row), code="empty")
    if create_branches:
        row.options["create_branches"] = sorted({*create_branches, *_already(row)})
    row.state, row.saved_by, row.done_rows = ImportRun.State.SAVING, by, 0
    row.save(update_fields=["state", "saved_by", "done_rows", "options"])
    owe(Draft(COMMIT_KIND, SUBJECT, row.pk, timezone.now()))
    return row


def _nothing_to_save(run: ImportRun) -> str:
    tick = "勾选要新建的党支部，或者" if run.facts.get("unknown_branches") else ""
    return f"没有可保存的行。请{tick}改好表格后重新上传。"


def _already(run: ImportRun) -> list[str]:
    """Codes of the branches that the upload asked to make: all of them, or those named."""
    asked = run.options.get("create_branches")
    if asked is True:
        return [branch["code"] for branch in run.facts.get("unknown_branches", [])]
    return list(asked or [])


@transaction.atomic
def drop_import(*, run: ImportRun, by: User) -> ImportRun:
    """Give a run up; nothing of it was written. Refused once it is being saved."""
    row = _locked(run)
    if row.state in (ImportRun.State.DROPPED, ImportRun.State.REFUSED):
        return row
    if row.state in (ImportRun.State.SAVING, ImportRun.State.DONE):
        raise ValidationError("这次导入已经开始保存，不能再放弃。", code="state")
    row.state, row.finished_at = ImportRun.State.DROPPED, timezone.now()
    row.save(update_fields=["state", "finished_at"])
    log.record(
        by=by,
        action="people.import_dropped",
        subject=row,
        summary=f"放弃导入{row.label}，没有写入任何数据",
        town_code=row.town.code if row.town else "",
        body=dict(row.counts),
    )
    return row


def _locked(run: ImportRun) -> ImportRun:
    found: ImportRun = ImportRun.objects.select_for_update(of=("self",)).select_related("town", "file").get(pk=run.pk)
    return found
