"""Runs alone in a child process with limited memory and time: reads a workbook, prints rows as JSON lines.

The native reader may abort on hostile files; here that ends nobody but the child. Imports nothing of ours.
Lines: {"sheet": name, "left": first column} · [row number, [cells]] … · {"end": true} or {"error": word}.
"""

import json
import resource
import sys
from datetime import date, datetime, time, timedelta
from typing import Any

import python_calamine


def encode(value: Any) -> Any:
    """Dates as tagged objects; JSON has no type for them."""
    if isinstance(value, datetime | date):
        return {"date": value.isoformat()[:10]}
    if isinstance(value, time | timedelta):
        return {"time": str(value)}
    raise TypeError(type(value).__name__)


def emit(item: Any) -> None:
    """One line on standard output."""
    sys.stdout.write(json.dumps(item, ensure_ascii=False, default=encode))
    sys.stdout.write("\n")


def read(path: str) -> None:
    """Print every visible worksheet; blank rows are left out."""
    book = python_calamine.CalamineWorkbook.from_path(path)
    for index, sheet in enumerate(book.sheets_metadata):
        if (
            sheet.typ != python_calamine.SheetTypeEnum.WorkSheet
            or sheet.visible != python_calamine.SheetVisibleEnum.Visible
        ):
            continue
        content = book.get_sheet_by_index(index)
        emit({"sheet": sheet.name, "left": content.start[1] if content.start else 0})
        if content.start is None:
            continue
        for number, cells in enumerate(content.iter_rows(), start=1):
            if any(cell != "" for cell in cells):
                emit([number, cells])
    emit({"end": True})


def main() -> int:
    """Arguments: file, bytes of address space, seconds of CPU."""
    path, memory, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogatepass")  # type: ignore[union-attr]
    try:
        read(path)
    except python_calamine.PasswordError:
        emit({"error": "password"})
    except Exception:
        emit({"error": "broken"})
    return 0


if __name__ == "__main__":
    sys.exit(main())
