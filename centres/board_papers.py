"""The compliance board to take along: a workbook and one sheet of A4."""

from datetime import date

from centres.board_asked import Asked
from juxian.papers import Document, Table, Text
from juxian.people.models import Member
from juxian.sheets import workbook_of

DEMO = "演示数据，非真实情况"


def _title(found: Asked) -> str:
    label = found.board.standard.label if found.board.standard else "阵地标准"
    return f"党员培训中心“{label}”达标情况"


def name_of(found: Asked) -> str:
    """The name of a file, without its ending."""
    return f"{_title(found)}{found.on:%Y%m%d}"


def _day(day: date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def _about(found: Asked) -> dict[str, str]:
    standard = found.board.standard
    demo = {"说明": DEMO} if Member.objects.filter(is_demo=True).exists() else {}
    return (
        {
            "截至": _day(found.on),
            "标准": f"{standard.label}（{_day(standard.valid_from)}起）" if standard else "没有",
            "全部达标": f"{found.board.whole} / {len(found.board.rows)} 个中心",
            "筛选": found.words or "无",
        }
        | ({"注意": found.unclear} if found.unclear else {})
        | demo
    )


def book_of(found: Asked) -> bytes:
    """What is seen, and on a second sheet of which day, by which version and with which filters."""
    heads = ["镇街", "培训中心（党校）", *[item.name for item in found.shown.items], "缺的制度"]
    rows = [
        [
            row.centre.town.name,
            row.centre.name,
            *[cell.word.text for cell in row.cells],
            "、".join(kind.name for kind in row.lacking),
        ]
        for row in found.shown.rows
    ]
    return workbook_of([("达标情况", heads, rows), ("说明", ["项目", "内容"], list(_about(found).items()))])


def paper_of(found: Asked) -> Document:
    """What is seen, on one sheet across."""
    heads = ["镇街", *[item.name for item in found.shown.items], "制度"]
    rows = [
        [
            row.centre.town.name,
            *[cell.word.text for cell in row.cells],
            f"缺 {len(row.lacking)} 项" if row.lacking else "齐全",
        ]
        for row in found.shown.rows
    ]
    lacks = [
        f"{row.centre.town.name}缺{'、'.join(kind.name for kind in row.lacking)}"
        for row in found.shown.rows
        if row.lacking
    ]
    about = _about(found)
    notes = f"全部达标 {about['全部达标']}。" + (f"{'；'.join(lacks)}。" if lacks else "")
    return Document(
        title=_title(found),
        subtitle="　".join(filter(None, [f"截至{_day(found.on)}", f"标准：{about['标准']}", found.words])),
        notice=about.get("说明", ""),
        wide=True,
        blocks=[Table(heads, rows, [5, *[4] * len(found.shown.items), 4]), Text(notes)],
    )
