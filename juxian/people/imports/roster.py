"""Reading a roster: every cell judged on its own and against the other cells of the file, without the database."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from stdnum.cn.ric import get_birth_date

from juxian.people.imports import readers
from juxian.people.imports.columns import COLUMNS
from juxian.people.imports.units import unit_text
from juxian.people.models import Member
from juxian.sheets import CannotRead, FoundDate, Options, Progress, Row, Table, plain, read_table

ADULT_YEARS = 18
STEP = 1_000

# Cells that go straight into a field of the same name; an empty cell says nothing
PLAIN_READERS: dict[str, Callable[[Any], Any]] = {
    "gender": readers.gender,
    "education": readers.short(20),
    "kind": readers.member_kind,
    "job_position": readers.short(40),
    "mobile": readers.mobile,
    "status": readers.status,
    "is_lost_contact": readers.optional_truth,
    "is_floating": readers.floating,
    "outflow_place": readers.short(60),
}
# Words nobody knows here are worth a look, not a refusal
LENIENT_READERS: dict[str, Callable[[Any], Any]] = {
    "ethnicity": readers.ethnicity,
    "party_post": readers.party_post,
    "field": readers.member_field,
}
DATES = ("birth_date", "join_date", "full_member_date", "lost_contact_since", "post_since")


@dataclass(slots=True)
class Entry:
    """One row as read: `values` holds only what the file states."""

    row: Row
    name: str
    id_number: str
    branch: str
    town: str
    values: dict[str, Any]


@dataclass
class Roster:
    """A file as read."""

    table: Table
    entries: list[Entry] = field(default_factory=list)


def read_roster(path: Path, options: Options, progress: Progress) -> Roster:
    """Read a file; `options["town"]` (a code) makes the column 所在镇街 unnecessary. Raises CannotRead."""
    table = read_table(path, COLUMNS)
    if not options.get("town") and "town" not in table.columns:
        choose = "请加 --town 镇街代码" if options.get("door") == "command" else "请先选好镇街"
        raise CannotRead(f"表头里缺少：所在镇街。全县名册每一行都要写镇街；只导一个镇街的，{choose}。")
    if not table.rows:
        raise CannotRead(f"第 {table.header_row} 行是表头，下面没有一行人员。请检查是否传错了文件。")
    roster = Roster(table)
    for done, row in enumerate(table.rows):
        if done % STEP == 0:
            progress(done, len(table.rows))
        roster.entries.append(_read_row(row))
    _blame_doubles(roster.entries)
    _warn_repeats(roster.entries)
    return roster


def _read_row(row: Row) -> Entry:
    name = row.get("name", readers.person_name, "")
    id_number = row.get("id_number", readers.citizen_id, "")
    branch = row.get("branch", lambda value: unit_text(plain(value, 80)), "")
    town = row.get("town", lambda value: plain(value, 60), "")
    _blame_missing(row)
    values = {key: row.get(key, read, None) for key, read in PLAIN_READERS.items()}
    values |= {key: _lenient(row, key, read) for key, read in LENIENT_READERS.items()}
    dates = {key: row.get(key, readers.past_date, None) for key in DATES}
    values |= {key: found.day for key, found in dates.items() if found is not None}
    if id_number:
        _compare_with_id(row, id_number, values, dates["birth_date"])
        _check_dates(row, id_number, values, dates)
    stated = {key: value for key, value in values.items() if value is not None and value != ""}
    return Entry(row, name, id_number, branch, town, {"name": name} | stated)


def _lenient(row: Row, key: str, read: Callable[[Any], Any]) -> Any:
    before = len(row.problems)
    value = row.get(key, read, None)
    if len(row.problems) > before:
        fault = row.problems.pop()
        row.blame(key, f"{fault.text}，这一格不导入", fault.remedy, fatal=False)
    return value


def _blame_missing(row: Row) -> None:
    """Needed cells that are empty; a merged cell gets its own advice."""
    blamed = {problem.column for problem in row.problems}
    for column in COLUMNS:
        if not column.needed or column.title in blamed or str(row.raw(column.key)).strip():
            continue
        if row.is_merged(column.key):
            row.blame(column.key, "这里是合并单元格，只有最上面一格有内容", "取消合并，逐行填写后再导入")
        else:
            row.blame(column.key, f"{column.title}不能为空", f"补填{column.title}")


def _compare_with_id(row: Row, number: str, values: dict[str, Any], birth: FoundDate | None) -> None:
    """Sex and birth date come from the ID where the file says nothing; where it says otherwise, warn."""
    if row.table.has_types is False and number.endswith("000"):
        row.blame("id_number", "末三位是 000，可能被 Excel 改过", "照身份证核对；不对的改好再导", fatal=False)
    born: date = get_birth_date(number)
    if birth is None or (not birth.exact and (birth.day.year, birth.day.month) == (born.year, born.month)):
        values["birth_date"] = born
    elif (birth.day.year, birth.day.month) != (born.year, born.month) or (birth.exact and birth.day != born):
        row.blame("birth_date", "出生日期与身份号码不一致", "以档案为准，核对后再导", fatal=False)
    by_number = Member.Gender.MALE if int(number[16]) % 2 else Member.Gender.FEMALE
    if not values["gender"]:
        values["gender"] = by_number
    elif values["gender"] != by_number:
        row.blame("gender", "性别与身份号码不一致", "核对性别和号码", fatal=False)


def _check_dates(row: Row, number: str, values: dict[str, Any], dates: dict[str, FoundDate | None]) -> None:
    """Dates that cannot be: joined before 18, full member before joining, probationary with a full-member date."""
    joined, full = dates["join_date"], dates["full_member_date"]
    births = [get_birth_date(number), *([dates["birth_date"].day] if dates["birth_date"] else [])]
    if joined is not None and _last_day(joined) < min(_years_later(birth, ADULT_YEARS) for birth in births):
        row.blame("join_date", "入党时还不满 18 岁", "核对入党日期和出生日期")
    if joined is not None and full is not None and _last_day(full) < joined.day:
        row.blame("full_member_date", "转正日期早于入党日期", "核对这两个日期")
    if full is not None and values["kind"] == Member.Kind.PROBATIONARY:
        row.blame("kind", "预备党员填了转正日期", "去掉转正日期，或改为正式党员")


def _last_day(found: FoundDate) -> date:
    """A month counts as its last days, so that nobody is refused for a day that was never written."""
    return found.day if found.exact else found.day.replace(day=28)


def _years_later(day: date, years: int) -> date:
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + years, day=28 if leap else day.day)


def _blame_doubles(entries: list[Entry]) -> None:
    """One ID twice: the same name is one person entered twice, the first row stays; two names are both refused."""
    rows: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.id_number:
            rows.setdefault(entry.id_number, []).append(entry)
    for same in rows.values():
        if len(same) < 2:
            continue
        one_person = len({entry.name for entry in same}) == 1
        for entry in same[1:] if one_person else same:
            others = "、".join(str(other.row.number) for other in same if other is not entry)
            remedy = "删去重复的一行" if one_person else "两个人不会有同一个号码，照身份证核对"
            entry.row.blame("id_number", "同一号码出现不止一次", remedy, shown=f"与第 {others} 行相同")


def _warn_repeats(entries: list[Entry]) -> None:
    """Repeated phones, and one name twice in one branch under different IDs."""
    good = [entry for entry in entries if not entry.row.refused]
    phones = Counter(entry.values["mobile"] for entry in good if "mobile" in entry.values)
    names = Counter((entry.town, entry.branch, entry.name) for entry in good)
    for entry in good:
        if phones[entry.values.get("mobile")] > 1:
            text = f"这个电话在表里有 {phones[entry.values['mobile']]} 人用"
            entry.row.blame("mobile", text, "确认是不是本人的电话", fatal=False)
        if names[entry.town, entry.branch, entry.name] > 1:
            entry.row.blame("name", "同名同支部，号码不同", "确认是两个人", fatal=False)
