"""Roster files for tests. Everybody is invented: area 000000, phones 1990000xxxx."""

from datetime import date
from pathlib import Path
from typing import Any

from tests.factories import id_number
from tests.sheets.files import xlsx

HEAD = ["序号", "姓名", "性别", "身份证号", "所在党支部", "入党时间", "转正时间", "手机号", "所在镇街"]
BRANCH = "示例村党支部"


def person(number: int, **changes: Any) -> dict[str, Any]:
    """A good row; `number` gives name, ID and phone."""
    birth = date(1960 + number % 30, 1, 1)
    row = {
        "序号": number,
        "姓名": f"示例{chr(0x4E00 + number)}",
        "性别": "男" if number % 2 else "女",
        "身份证号": id_number(number, birth),
        "所在党支部": BRANCH,
        "入党时间": "2015.07",
        "转正时间": "2016-07-01",
        "手机号": f"1990000{number:04d}",
        "所在镇街": "大店镇",
    }
    return row | changes


def roster(path: Path, people: list[dict[str, Any]], title: str = "党员名册") -> Path:
    """A workbook with a title row, a header and the people."""
    heads = list(dict.fromkeys([*HEAD, *(key for row in people for key in row)]))
    return xlsx(path, [[title], heads, *[[row.get(head, "") for head in heads] for row in people]])
