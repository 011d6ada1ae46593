"""Importers: what every import of every floor has in common. Floors register theirs in `AppConfig.ready()`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction

from juxian.sheets.sniff import sniff
from juxian.sheets.table import Column, Problem, Row, Table

Options = Mapping[str, Any]
Progress = Callable[[int, int], None]  # done, in all


@dataclass(frozen=True)
class RefusedRow:
    """A row that will not be saved: its cells as they were, and why."""

    number: int
    cells: Sequence[Any]
    reason: str


@dataclass
class Preview:
    """What a commit would do. `rows = created + updated + unchanged + rejected`; `warnings` counts rows too."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    warnings: int = 0
    extra: dict[str, int] = field(default_factory=dict)  # more counts of this importer, in their order
    problems: list[Problem] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)  # the header, for the sheet of refused rows
    refused: list[RefusedRow] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)  # plain JSON for the page
    plan: Any = None  # what `save` needs; the importer's own business

    def counts(self) -> dict[str, int]:
        """The counts in their fixed order, as commands print them."""
        names = ("rows", "created", "updated", "unchanged", "rejected", "warnings")
        return {name: getattr(self, name) for name in names} | self.extra

    def nothing_saved(self) -> dict[str, int]:
        """The counts of a commit that was refused because of refused rows: every good row stays unchanged."""
        kept = {"created": 0, "updated": 0, "unchanged": self.rows - self.rejected}
        return self.counts() | kept | dict.fromkeys(self.extra, 0)


@dataclass(frozen=True)
class Crumb:
    """A place on the way to an import's page."""

    label: str
    url: str


def no_crumbs(options: Options) -> list[Crumb]:
    """For importers without pages."""
    return []


@dataclass(frozen=True)
class Words:
    """How the pages of a run speak: what a row is counted in, which menu entry it belongs to, where it leads.

    `crumbs(options)`: the way to the page; the last is where the next file is uploaded, the one before it where the
    saved rows are to be seen, with `look` on the button.
    """

    unit: str = "行"
    nav: str = ""
    look: str = "看结果"
    crumbs: Callable[[Options], list[Crumb]] = no_crumbs


@dataclass(frozen=True)
class Importer:
    """One kind of import, in three steps.

    `read(path, options, progress)`: the long part: read and check cells, without the database. Raises CannotRead.
    `check(read, options)`: compare with the database, write nothing; run for the preview and again in the commit.
    `save(preview, options, by)`: write `preview.plan`; inside the transaction in which `check` ran.
    `lock(options)`, if given, comes first in that transaction and keeps other imports of the same rows waiting.
    `words`: how the pages of a run speak.
    `sniff(path)`: raises CannotRead at once for a file that `read` would not even begin with.
    """

    code: str
    label: str
    columns: Sequence[Column]
    read: Callable[[Path, Options, Progress], Any]
    check: Callable[[Any, Options], Preview]
    save: Callable[[Preview, Options, Any], None]
    lock: Callable[[Options], None] | None = None
    words: Words = Words()
    sniff: Callable[[Path], object] = sniff


def start_preview(table: Table) -> Preview:
    """A preview with rows, refused rows, problems and warnings counted from the rows of a table."""
    result = Preview(rows=len(table.rows), titles=table.titles)
    for row in table.rows:
        count_row(result, row)
    result.facts = {
        "sheet": table.sheet,
        "header_row": table.header_row,
        "known": len(table.columns),
        "ignored": table.ignored,
        "notes": table.notes,
    }
    return result


def count_row(result: Preview, row: Row, extra: Sequence[Problem] = ()) -> None:
    """Add the problems of one row (and `extra` ones) to a preview."""
    found = [*row.problems, *extra]
    if not found:
        return
    result.problems += found
    fatal = [problem for problem in found if problem.fatal]
    if not fatal:
        result.warnings += 1
        return
    result.rejected += 1
    reason = "；".join(f"{p.column}：{p.text}（{p.remedy}）" if p.column else f"{p.text}（{p.remedy}）" for p in fatal)
    result.refused.append(RefusedRow(row.number, row.cells, reason))


importers: dict[str, Importer] = {}


def register(importer: Importer) -> None:
    """Make an importer known; the same code twice is an error."""
    if importer.code in importers:
        raise ValueError(f"importer {importer.code} is registered twice")
    importers[importer.code] = importer


def no_progress(done: int, total: int) -> None:
    """For callers without a progress bar."""


def preview(importer: Importer, path: Path, options: Options, progress: Progress = no_progress) -> Preview:
    """Read and check a file; nothing is written. Raises CannotRead."""
    return importer.check(importer.read(path, options, progress), options)


def commit(importer: Importer, found: Any, options: Options, *, by: Any, accept_valid: bool) -> tuple[Preview, bool]:
    """Check what `read` found and save it, in one transaction. With refused rows nothing unless `accept_valid`.

    Returns the preview and whether it was saved.
    """
    with transaction.atomic():
        if importer.lock is not None:
            importer.lock(options)
        result = importer.check(found, options)
        if result.rejected and not accept_valid:
            return result, False
        importer.save(result, options, by)
        return result, True
