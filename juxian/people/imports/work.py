"""The work behind import runs, done by the sweep: reading for the preview, and saving."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from juxian.files.models import StoredFile
from juxian.files.store import DamagedFile, is_whole, path_of, store
from juxian.obligations.models import Obligation
from juxian.obligations.registry import Done, Kind, Outcome, Superseded
from juxian.people.imports.compare import UNKNOWN_BRANCH
from juxian.people.imports.runs import COMMIT_KIND, PREVIEW_KIND
from juxian.people.models import ImportRun
from juxian.sheets import CannotRead, Importer, Preview, Problem, commit, importers, refused_rows

KEPT_PROBLEMS = 300
LEASE_SECONDS = 300
ATTEMPTS = 3


@dataclass(frozen=True)
class Refusal:
    """The file cannot be used; the sentence for the person."""

    text: str


def _run_of(obligation: Obligation) -> ImportRun:
    found: ImportRun = ImportRun.objects.select_related("file", "town", "by", "saved_by").get(pk=obligation.subject_id)
    return found


def _locked(obligation: Obligation) -> ImportRun:
    found: ImportRun = ImportRun.objects.select_for_update(of=("self",)).get(pk=obligation.subject_id)
    return found


def _importer(run: ImportRun) -> Importer:
    if run.importer not in importers:
        raise CannotRead("系统里没有这种导入，可能已经停用。")
    return importers[run.importer]


def _read(run: ImportRun) -> Any:
    """What the importer reads from the stored file, with progress; a Refusal when it cannot."""

    def progress(done: int, total: int) -> None:
        ImportRun.objects.filter(pk=run.pk).update(done_rows=done, total_rows=total)

    if not is_whole(run.file):
        raise DamagedFile(f"文件“{run.file}”在服务器上已损坏或丢失，请重新上传。")
    return _importer(run).read(path_of(run.file), run.options, progress)


def prepare_preview(obligation: Obligation) -> Preview | Refusal | None:
    """Read and compare; nothing is written but progress. None when the run waits for nothing."""
    run = _run_of(obligation)
    if run.state != ImportRun.State.READING:
        return None
    try:
        return _importer(run).check(_read(run), run.options)
    except ValidationError as refusal:
        return Refusal(refusal.messages[0])
    except DamagedFile as damage:
        return Refusal(str(damage))


def perform_preview(obligation: Obligation, now: datetime, prepared: Any) -> Outcome:
    """Put the preview on the run."""
    run = _locked(obligation)
    if run.state != ImportRun.State.READING or prepared is None:
        return Superseded("已经核对过，或已放弃")
    if isinstance(prepared, Refusal):
        return _refuse(run, prepared.text, now)
    _describe(run, prepared)
    run.state = ImportRun.State.PREVIEW
    run.save()
    return Done(f"{prepared.rows} 行，不能导入 {prepared.rejected} 行")


def prepare_commit(obligation: Obligation) -> Any:
    """Read the file again; what the database says is looked at inside the transaction."""
    run = _run_of(obligation)
    if run.state != ImportRun.State.SAVING:
        return None
    try:
        return _read(run)
    except ValidationError as refusal:
        return Refusal(refusal.messages[0])
    except DamagedFile as damage:
        return Refusal(str(damage))


def perform_commit(obligation: Obligation, now: datetime, prepared: Any) -> Outcome:
    """Check and save the good rows, in the sweep's transaction."""
    run = _locked(obligation)
    if run.state != ImportRun.State.SAVING or prepared is None:
        return Superseded("已经保存过，或已放弃")
    if isinstance(prepared, Refusal):
        return _refuse(run, prepared.text, now)
    try:
        result, _ = commit(_importer(run), prepared, run.options, by=run.saved_by, accept_valid=True)
    except ValidationError as refusal:
        return _refuse(run, refusal.messages[0], now)
    _describe(run, result)
    run.state, run.finished_at = ImportRun.State.DONE, now
    run.save()
    return Done(f"新增 {result.created}，更新 {result.updated}，不能导入 {result.rejected}")


def _refuse(run: ImportRun, text: str, now: datetime) -> Outcome:
    run.state, run.message, run.finished_at = ImportRun.State.REFUSED, text[:500], now
    run.save(update_fields=["state", "message", "finished_at"])
    return Done("文件不能用，没有写入任何数据")


def _describe(run: ImportRun, result: Preview) -> None:
    """Counts, first problems and the sheet of refused rows, for the page."""
    run.counts, run.facts = result.counts(), result.facts
    run.done_rows = run.total_rows = result.rows
    fatal, warnings = _sorted_problems(result)
    run.problems = [asdict(problem) for problem in [*fatal[:KEPT_PROBLEMS], *warnings[:KEPT_PROBLEMS]]]
    run.facts |= {"faults": len(fatal), "cautions": len(warnings)}
    run.refused_file = _store_refused(run, result)


def _sorted_problems(result: Preview) -> tuple[list[Problem], list[Problem]]:
    """What keeps rows out (branches to be chosen apart, the page lists those), and warnings of the other rows."""
    refused = {row.number for row in result.refused}
    ordered = sorted(result.problems, key=lambda problem: (problem.row, len(problem.letter), problem.letter))
    fatal = [problem for problem in ordered if problem.fatal and problem.code != UNKNOWN_BRANCH]
    return fatal, [problem for problem in ordered if not problem.fatal and problem.row not in refused]


def _store_refused(run: ImportRun, result: Preview) -> StoredFile | None:
    if not result.refused:
        return None
    name = run.file.original_name.rpartition(".")[0][:150] or "名单"
    return store([refused_rows(result)], name=f"{name}-不能导入的行.xlsx", kind="xlsx")


PREVIEW = Kind(
    code=PREVIEW_KIND,
    label="读取上传的名单",
    prepare=prepare_preview,
    perform=perform_preview,
    lease_seconds=LEASE_SECONDS,
    max_attempts=ATTEMPTS,
)
COMMIT = Kind(
    code=COMMIT_KIND,
    label="保存导入的名单",
    prepare=prepare_commit,
    perform=perform_commit,
    lease_seconds=LEASE_SECONDS,
    max_attempts=ATTEMPTS,
)
