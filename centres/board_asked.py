"""What somebody asked the compliance board to show; page, spreadsheet and printed sheet show the same."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import timezone

from centres.compliance import Board, Row, compliance, last_day, versions
from centres.models import Centre, Standard
from centres.words import VERDICTS

LACKING = "lacking"
STATUSES = [(code, word.text) for code, word in VERDICTS.items()] + [(LACKING, "缺制度")]


@dataclass
class Asked:
    """A day and three filters, as they were understood; `unclear` says what was not."""

    on: date
    published: list[Standard]
    town: str = ""
    group: str = ""
    status: str = ""
    unclear: str = ""
    board: Board = field(init=False)
    shown: Board = field(init=False)

    @property
    def query(self) -> str:
        """The same question for a link."""
        given = {"on": self.on.isoformat(), "town": self.town, "group": self.group, "status": self.status}
        return urlencode({key: value for key, value in given.items() if value})

    @property
    def words(self) -> str:
        """The filters, for a paper."""
        status = dict(STATUSES).get(self.status, "")
        town = self.shown.rows[0].centre.town.name if self.town and self.shown.rows else ""
        return "，".join(filter(None, [town, self.group, f"有“{status}”的中心" if status else ""]))

    @property
    def groups(self) -> list[tuple[str, int]]:
        """Groups of the items shown, each with how many."""
        names = [item.group for item in self.shown.items]
        return [(name, names.count(name)) for name in dict.fromkeys(names)]


def asked(given: QueryDict, user: Any) -> Asked:
    """Read the question and answer it, for the towns `user` may see."""
    published, today = versions(), timezone.localdate()
    on, unclear = day_of(given, published, today)
    found = Asked(on, published, unclear=unclear)
    centres = Centre.objects.visible_to(user).running(on).select_related("town").order_by("town__code")
    found.board = compliance(on, centres, published)
    found.town = _among(given.get("town", ""), [row.centre.town.code for row in found.board.rows])
    found.group = _among(given.get("group", ""), [item.group for item in found.board.items])
    found.status = _among(given.get("status", ""), [code for code, _ in STATUSES])
    found.shown = _narrowed(found)
    return found


def _among(value: str, known: list[str]) -> str:
    return value if value in known else ""


def day_of(given: QueryDict, published: list[Standard], today: date) -> tuple[date, str]:
    """A day, or the last day of a version; today where neither can be read."""
    version, day = given.get("version", ""), given.get("on", "")
    if version:
        chosen = next((one for one in published if str(one.pk) == version), None)
        if chosen and chosen.valid_from and chosen.valid_from <= today:
            return last_day(published, chosen, today), ""
        return today, "没有这一版标准，或还没开始用，下面是今天的。"
    if not day:
        return today, ""
    try:
        on = date.fromisoformat(day)
    except ValueError:
        return today, "日期没看懂，下面是今天的。"
    return (on, "") if on <= today else (today, "这一天还没到，下面是今天的。")


def _narrowed(found: Asked) -> Board:
    board = found.board
    places = [index for index, item in enumerate(board.items) if found.group in ("", item.group)]
    rows = [
        replace(row, cells=[row.cells[index] for index in places])
        for row in board.rows
        if found.town in ("", row.centre.town.code)
    ]
    rows = [row for row in rows if not found.status or _has(row, found.status)]
    return replace(board, items=[board.items[index] for index in places], rows=rows)


def _has(row: Row, status: str) -> bool:
    return bool(row.lacking) if status == LACKING else any(cell.verdict == status for cell in row.cells)
