"""The pool from a table, through the one import engine. Only the county imports: it says who is in the pool until when.

A lecturer is known by name, unit and post together: names repeat. An empty cell leaves what is there as it is. A term is
added where the lecturer has none in that tier on its first day; terms already there are changed on the lecturer's page.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from juxian.audit import log
from juxian.rules.lookup import value
from juxian.sheets import (
    CellFault,
    Column,
    Crumb,
    Importer,
    Options,
    Preview,
    Progress,
    Row,
    Table,
    Words,
    plain,
    read_table,
    start_preview,
)
from lecturers.cells import again, named, parts, text, told, towns_by_name, whole_day
from lecturers.models import Appointment, Lecturer, LecturerKind, LecturerTitle
from lecturers.terms import years_later

CODE = "lecturers"
TIERS = {
    "县级专家": Appointment.Tier.EXPERT,
    "县级党员教育专家": Appointment.Tier.EXPERT,
    "专家": Appointment.Tier.EXPERT,
    "入库讲师": Appointment.Tier.POOL,
    "讲师": Appointment.Tier.POOL,
}
COLUMNS = (
    Column("name", "姓名", ("讲师姓名", "授课人", "讲师"), needed=True, example="示例甲子"),
    Column("kind", "类别", ("师资类别", "讲师类别"), needed=True, example="业务骨干"),
    Column("unit", "单位及职务", ("单位", "工作单位", "工作单位及职务"), example="示例镇农业综合服务中心农艺师"),
    Column("topics", "擅长方向", ("擅长领域", "授课方向"), example="乡村振兴、基层党建"),
    Column("title", "职称档次", ("职称",), example="副高级职称；没有就空着"),
    Column("town", "推荐镇街", ("推荐单位", "镇街"), example="大店镇；县里推荐的填“县级”"),
    Column("tier", "层次", ("聘任层次",), example="县级专家、入库讲师；两者都是就都写，还没聘的空着"),
    Column("starts_on", "聘任自", ("聘任开始", "聘期开始", "聘任日期"), example="2026-01-01"),
    Column("last_day", "聘期至", ("聘任到期", "聘期结束", "聘任截止"), example="2028-12-31（当天仍在聘期内）"),
)
SEE = "请到讲师的页面上改聘期"


@dataclass
class Planned:
    """What one row comes to: the lecturer to be saved, which of its fields are new, and terms to be added."""

    lecturer: Lecturer
    fields: list[str]
    terms: list[Appointment] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        return self.lecturer.pk is None


@dataclass(frozen=True)
class Known:
    """What is in the database when a file is checked. A fixed number of queries."""

    kinds: dict[str, LecturerKind]
    titles: dict[str, LecturerTitle]
    towns: dict[str, Any]
    people: dict[tuple[str, str], list[Lecturer]]
    units: dict[str, list[str]]
    terms: dict[int, list[Appointment]]
    years: int  # the longest term


def known() -> Known:
    """Kinds, titles, towns, everybody who may teach, and their terms."""
    people: dict[tuple[str, str], list[Lecturer]] = {}
    units: dict[str, list[str]] = {}
    for one in Lecturer.objects.select_related("kind", "title", "town", "key_of").order_by("pk"):
        people.setdefault((one.name, one.unit), []).append(one)
        units.setdefault(one.name, []).append(one.unit)
    terms: dict[int, list[Appointment]] = {}
    for term in Appointment.objects.order_by("pk"):
        terms.setdefault(term.lecturer_id, []).append(term)
    kinds = {kind.name: kind for kind in LecturerKind.objects.all()}
    titles = {title.name: title for title in LecturerTitle.objects.all()}
    years = int(value("pool.term_years", timezone.localdate()))
    return Known(kinds, titles, towns_by_name(), people, units, terms, years)


def read(path: Path, options: Options, progress: Progress) -> Table:
    """The rows, with what can be said of each without the database."""
    table = read_table(path, COLUMNS, progress)
    first: dict[tuple[str, str], int] = {}
    for row in table.rows:
        name, unit = row.get("name", text(30), ""), row.get("unit", text(80), "")
        if not name and not row.refused:
            row.blame("name", "姓名没有填", "补填姓名")
        if not row.refused and first.setdefault((name, unit), row.number) != row.number:
            row.blame("name", f"和第 {first[name, unit]} 行是同一位讲师", "两行并成一行")
        row.get("starts_on", whole_day, None)
        row.get("last_day", whole_day, None)
    return table


def tiers(value: Any) -> list[str]:
    """Tiers named in a cell."""
    found = [TIERS.get(part, "") for part in parts(value)]
    if "" in found:
        raise CellFault(f"层次“{plain(value)[:20]}”不认识", "填“县级专家”“入库讲师”，或者空着")
    return list(dict.fromkeys(found))


def _facts(row: Row, now: Known) -> dict[str, Any]:
    """What the filled cells of a row say about a lecturer."""
    facts: dict[str, Any] = {"kind": row.get("kind", lambda value: named(now.kinds, plain(value), "师资类别"), None)}
    if topics := told(row, "topics", text(200), ""):
        facts["topics"] = topics
    if title := told(row, "title", lambda value: named(now.titles, plain(value), "职称档次"), None):
        facts["title"] = title
    if town := told(row, "town", lambda value: (named(now.towns, plain(value), "镇街"),), None):
        facts["town"] = town[0]
    return facts


def _person(row: Row, now: Known) -> Planned | None:
    """The lecturer of a row with the row's facts in it; None when one of them cannot be."""
    name, unit = row.get("name", text(30), ""), row.get("unit", text(80), "")
    facts, same = _facts(row, now), now.people.get((name, unit), [])
    if len(same) > 1:
        row.blame(
            "name", f"师资库里有 {len(same)} 位同名同单位的讲师，分不清是谁", "先在管理页面把他们的单位写得不一样"
        )
    if row.refused:
        return None
    if not same and now.units.get(name):
        others = "、".join(f"“{other or '没写单位'}”" for other in now.units[name][:3])
        row.blame(
            "name", f"库里有同名的讲师，单位是{others}", "是同一个人就把单位写成一样，不是就照样导入", fatal=False
        )
    lecturer = same[0] if same else Lecturer(name=name, unit=unit)
    new = [key for key, value in facts.items() if not same or getattr(lecturer, key) != value]
    for key in new:
        setattr(lecturer, key, facts[key])
    try:
        lecturer.clean()
    except ValidationError as refusal:
        row.blame("town", refusal.messages[0].rstrip("。"), "先取消重点讲师，或把推荐镇街改回去")
        return None
    return Planned(lecturer, new)


def _terms(row: Row, planned: Planned, now: Known) -> None:
    """Terms the row asks for and the lecturer does not have yet."""
    none: list[str] = []
    wanted = told(row, "tier", tiers, none)
    starts, last = row.get("starts_on", whole_day, None), row.get("last_day", whole_day, None)
    if wanted and starts is None:
        row.blame("starts_on", "写了层次，没写聘任从哪天起", "补填聘任自")
    if wanted and last is None:
        row.blame("last_day", "写了层次，没写聘期到哪天", "补填聘期至")
    if (starts or last) and not wanted and not row.refused:
        row.blame("tier", "写了聘期，没写聘为什么", "补填层次，或者清空聘期")
    if starts is None or last is None:
        return
    if last < starts:
        row.blame("last_day", "聘期至早于聘任自", "改好聘期再导入")
        return
    for tier in wanted:
        _add_term(row, planned, Appointment(tier=tier, starts_on=starts, ends_on=last + timedelta(days=1)), now)


def _add_term(row: Row, planned: Planned, term: Appointment, now: Known) -> None:
    """A term nobody has yet; not longer than the rule allows."""
    held = [one for one in now.terms.get(planned.lecturer.pk or 0, []) if one.tier == term.tier]
    end = term.ends_on or term.starts_on
    if _is_held(row, held, term.starts_on, end):
        return
    term.lecturer, term.limit_on = planned.lecturer, years_later(term.starts_on, now.years)
    if end > term.limit_on:
        until = term.limit_on - timedelta(days=1)
        row.blame("last_day", f"一次最长聘 {now.years} 年，到 {until}（含这一天），表里超过了", "改短聘期，到期再续聘")
        return
    planned.terms.append(term)


def _is_held(row: Row, held: Iterable[Appointment], starts: date, end: date) -> bool:
    """Whether one of these terms is the very one, or overlaps it, which is blamed."""
    for other in held:
        if (other.starts_on, other.ends_on) == (starts, end):
            return True
        if (other.ends_on is None or other.ends_on > starts) and end > other.starts_on:
            until = f"至 {other.ends_on - timedelta(days=1)}" if other.ends_on else "没有写到期"
            label = other.get_tier_display()
            row.blame("starts_on", f"已聘为{label}，自 {other.starts_on} {until}，和表里的聘期重叠", SEE)
            return True
    return False


def check(table: Table, options: Options) -> Preview:
    """Who is new and what changes. Writes nothing."""
    now, own = known(), again(table)
    plan: list[Planned] = []
    unchanged = 0
    for row in own.rows:
        planned = None if row.refused else _person(row, now)
        if planned:
            _terms(row, planned, now)
        if planned is None or row.refused:
            continue
        if planned.is_new or planned.fields or planned.terms:
            plan.append(planned)
        else:
            unchanged += 1
    preview = start_preview(own)
    preview.created = sum(planned.is_new for planned in plan)
    preview.updated, preview.unchanged, preview.plan = len(plan) - preview.created, unchanged, plan
    return preview


def lock(options: Options) -> None:
    """One import into the pool at a time."""
    list(LecturerKind.objects.select_for_update(of=("self",)).order_by("pk"))


def save(preview: Preview, options: Options, by: Any) -> None:
    """Save what is new and what changed, with one audit row."""
    plan: list[Planned] = preview.plan
    for planned in plan:
        if planned.is_new:
            planned.lecturer.save()
        elif planned.fields:
            planned.lecturer.save(update_fields=planned.fields)
        for term in planned.terms:
            term.lecturer = planned.lecturer
            term.save()
    if plan:
        terms = sum(len(planned.terms) for planned in plan)
        log.record(
            by=by,
            action="lecturers.imported",
            subject=plan[0].lecturer,
            summary=f"导入师资：新增 {preview.created} 名，更新 {preview.updated} 名，聘任 {terms} 份",
            body={
                "created": preview.created,
                "updated": preview.updated,
                "terms": terms,
                "lecturers": [planned.lecturer.pk for planned in plan],
            },
        )


def crumbs(options: Options) -> list[Crumb]:
    """The pool, and the page that takes the next file."""
    return [Crumb("师资", reverse("lecturers:town-list")), Crumb("导入师资", reverse("lecturers:county-import"))]


LECTURERS = Importer(CODE, "师资名单", COLUMNS, read, check, save, lock, Words("名", "lecturers", "看师资", crumbs))
