"""The one spreadsheet engine: reading, importing, writing. No models; knows nobody.

Reading: `read_table(path, columns)` finds the sheet and header row in xlsx, xls or text of any usual Chinese encoding
and returns a Table of Rows. It raises CannotRead with one Chinese sentence for anything that is not a sane table.
`row.get(key, reader, default)` reads one cell; a CellFault raised by the reader becomes a Problem of the row.
Readers: clean, plain, digits, truth, found_date.

Importing: a floor registers an Importer and gets background runs, pages and progress from `juxian.people.imports`.

    COLUMNS = (Column("stem", "题干", ("题目",), needed=True), Column("answer", "答案", needed=True))

    def read(path: Path, options: Options, progress: Progress) -> Table:
        table = read_table(path, COLUMNS, progress)
        for row in table.rows:
            if not row.get("stem", plain, ""):
                row.blame("stem", "题干不能为空", "补填题干")
        return table

    def check(table: Table, options: Options) -> Preview:
        preview = start_preview(table)          # rows, problems, refused and warnings are counted from the rows
        new = [row for row in table.rows if not row.refused]
        preview.created, preview.plan = len(new), new
        return preview

    def save(preview: Preview, options: Options, by: Any) -> None:
        Question.objects.bulk_create(...)

    register(Importer("questions", "题库", COLUMNS, read, check, save))      # in AppConfig.ready()

A command calls `preview(importer, path, options)`, or `commit(importer, found, options, by=, accept_valid=)` with what
`importer.read` returned. `refused_rows(preview)` is the workbook of refused rows, `refused_file(path)` puts it into a
file, `workbook()` is any other export.
"""

from juxian.sheets.faults import CannotRead, CellFault
from juxian.sheets.importer import (
    Crumb,
    Importer,
    Options,
    Preview,
    Progress,
    RefusedRow,
    Words,
    commit,
    importers,
    no_progress,
    preview,
    register,
    start_preview,
)
from juxian.sheets.table import Column, Problem, Row, Table, read_table
from juxian.sheets.values import FoundDate, clean, digits, found_date, plain, truth
from juxian.sheets.write import Amount, refused_file, refused_rows, template, workbook, workbook_of

__all__ = [
    "Amount",
    "CannotRead",
    "CellFault",
    "Column",
    "Crumb",
    "FoundDate",
    "Importer",
    "Options",
    "Preview",
    "Problem",
    "Progress",
    "RefusedRow",
    "Row",
    "Table",
    "Words",
    "clean",
    "commit",
    "digits",
    "found_date",
    "importers",
    "no_progress",
    "plain",
    "preview",
    "read_table",
    "refused_file",
    "refused_rows",
    "register",
    "start_preview",
    "template",
    "truth",
    "workbook",
    "workbook_of",
]
