"""The library from a table, through the one import engine. Only the county imports: it says what is featured.

A course is known by its code. An empty cell leaves what is there as it is; a filled cell of a list (主讲, 适用对象,
内容任务) becomes the whole list. The day a course was featured is set where there is none, and never moved. A
提纲 becomes the first version, published that day, of a course that has none; a version that is there never changes.
"""

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from centres.models import BrandTheme
from courses.models import Audience, ContentTask, Course, CourseVersion
from juxian.audit import log
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
from lecturers.models import Lecturer

CODE = "courses"
OUTLINE = 2000
LISTS = ("lecturers", "audiences", "tasks")
FORMS = {label: value for value, label in Course.Form.choices} | {"课堂": "classroom", "讲授": "classroom"}
FORMS |= {"现场": "on_site", "课堂教学": "classroom"}
LABELS = {
    "code": "编号",
    "title": "课程名称",
    "theme": "品牌类别",
    "town": "申报镇街",
    "hours": "学时",
    "form": "形式",
    "summary": "简介",
    "featured_on": "入选精品日期",
    "outline": "提纲",
}
COLUMNS = (
    Column("code", "编号", ("课程编号",), needed=True, example="KC1001"),
    Column("title", "课程名称", ("课程", "名称", "课题"), needed=True, example="示例：把党课讲到田间"),
    Column("theme", "品牌类别", ("类别", "课程类别", "主题"), needed=True, example="红色教育"),
    Column("town", "申报镇街", ("镇街", "申报单位"), example="大店镇；县里的填“县级”"),
    Column("hours", "学时", ("课时",), example="4"),
    Column("form", "形式", ("教学形式", "授课形式"), example="课堂讲授、现场教学、微课或直播，只写一个"),
    Column(
        "lecturers", "主讲", ("授课人", "主讲人", "讲师"), example="示例甲子、示例乙丑；同名的写“姓名（单位及职务）”"
    ),
    Column("audiences", "适用对象", ("受众", "对象"), example="农村、社区"),
    Column("tasks", "内容任务", ("教育内容任务", "内容"), example="政治理论、形势政策"),
    Column("summary", "简介", ("课程简介",), example="一两句话说明讲什么"),
    Column("featured_on", "入选精品日期", ("入选日期", "评为精品日期"), example="2026-03-01；还不是精品的空着"),
    Column("outline", "提纲", ("课程提纲", "内容提纲"), example="一、为什么讲；二、讲什么。写了的导入后就能排课"),
)


@dataclass
class Planned:
    """What one row comes to: the course to be saved, which of its fields are new, and lists that become others."""

    course: Course
    fields: list[str]
    lists: dict[str, list[Any]] = field(default_factory=dict)
    outline: str = ""

    @property
    def is_new(self) -> bool:
        return self.course.pk is None


@dataclass(frozen=True)
class Known:
    """What is in the database when a file is checked. A fixed number of queries."""

    themes: dict[str, BrandTheme]
    towns: dict[str, Any]
    audiences: dict[str, Audience]
    tasks: dict[str, ContentTask]
    lecturers: dict[str, list[Lecturer]]
    courses: dict[str, Course]
    versions: dict[str, CourseVersion]


def known(codes: list[str]) -> Known:
    """Themes, towns, lists, everybody who may teach, the courses of these codes and the latest version of each."""
    people: dict[str, list[Lecturer]] = {}
    for one in Lecturer.objects.order_by("pk"):
        people.setdefault(one.name, []).append(one)
        people.setdefault(f"{one.name}({one.unit})", []).append(one)
    rows = Course.objects.filter(code__in=codes).select_related("theme", "town", "key_of").prefetch_related(*LISTS)
    versions = CourseVersion.objects.filter(course__code__in=codes).select_related("course").order_by("number")
    return Known(
        {theme.name: theme for theme in BrandTheme.objects.exclude(name="")},
        towns_by_name(),
        {row.name: row for row in Audience.objects.all()},
        {row.name: row for row in ContentTask.objects.all()},
        people,
        {course.code: course for course in rows},
        {version.course.code: version for version in versions},
    )


def read(path: Path, options: Options, progress: Progress) -> Table:
    """The rows, with what can be said of each without the database."""
    table = read_table(path, COLUMNS, progress)
    first: dict[str, int] = {}
    for row in table.rows:
        code = row.get("code", text(20), "")
        for key, limit in (("code", 20), ("title", 80)):
            if not row.refused and not row.get(key, text(limit), ""):
                row.blame(key, f"{LABELS[key]}没有填", f"补填{LABELS[key]}")
        if not row.refused and first.setdefault(code, row.number) != row.number:
            row.blame("code", f"编号和第 {first[code]} 行一样", "一个编号只写一堂课")
    return table


def hours(value: Any) -> Decimal:
    """Hours of a course."""
    said = plain(value, 20).removesuffix("学时").strip()
    try:
        found = Decimal(said)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise CellFault(f"看不出“{said}”是多少学时", "填数字，如 4 或 0.5")
    return found


def outline(value: Any) -> str:
    """An outline line by line, as long as a cell of text may be."""
    plain(value, OUTLINE)
    return "\n".join(filter(None, (plain(line, OUTLINE) for line in str(value).splitlines())))


def _who(value: Any, people: dict[str, list[Lecturer]]) -> list[Lecturer]:
    found = []
    for name in parts(value):
        same = people.get(name, [])
        if not same:
            raise CellFault(f"师资库里没有“{name[:30]}”", "先把这位讲师导入或登记到师资库，或核对姓名")
        if len(same) > 1:
            raise CellFault(f"师资库里有 {len(same)} 位叫“{name[:30]}”", "写成“姓名（单位及职务）”")
        found.append(same[0])
    return found


def _facts(row: Row, now: Known) -> dict[str, Any]:
    """What the filled cells of a row say about the fields of a course."""
    facts: dict[str, Any] = {
        "title": row.get("title", text(80), ""),
        "theme": row.get("theme", lambda value: named(now.themes, plain(value), "品牌类别"), None),
    }
    town = told(row, "town", lambda value: (named(now.towns, plain(value), "镇街"),), None)
    readers: dict[str, Any] = {
        "hours": hours,
        "form": lambda value: named(FORMS, plain(value), "形式"),
        "summary": text(300),
        "featured_on": whole_day,
    }
    facts |= {key: told(row, key, reader, None) for key, reader in readers.items()}
    return {key: value for key, value in facts.items() if value is not None} | ({"town": town[0]} if town else {})


def _lists(row: Row, now: Known) -> dict[str, list[Any]]:
    """The lists in the filled cells of a row."""
    found: dict[str, list[Any]] = {
        "lecturers": told(row, "lecturers", lambda value: _who(value, now.lecturers), []),
        "audiences": told(row, "audiences", lambda v: [named(now.audiences, p, "适用对象") for p in parts(v)], []),
        "tasks": told(row, "tasks", lambda v: [named(now.tasks, p, "内容任务") for p in parts(v)], []),
    }
    return {key: rows for key, rows in found.items() if rows}


def _course(row: Row, now: Known) -> Planned | None:
    """The course of a row with the row's facts in it; None when one of them cannot be."""
    facts, lists = _facts(row, now), _lists(row, now)
    said = _outline(row, now)
    if row.refused:
        return None
    code = row.get("code", text(20), "")
    course = now.courses.get(code)
    if course and course.featured_on and facts.get("featured_on", course.featured_on) != course.featured_on:
        row.blame("featured_on", f"这堂课 {course.featured_on} 已入选", "清空这一格；日期确实记错了到管理页面改")
        return None
    if course is None:
        course, new = Course(code=code), list(facts)
    else:
        new = [key for key, value in facts.items() if getattr(course, key) != value]
        lists = {key: rows for key, rows in lists.items() if set(getattr(course, key).all()) != set(rows)}
    for key in new:
        setattr(course, key, facts[key])
    return Planned(course, new, lists, said) if _is_sound(row, course) else None


def _outline(row: Row, now: Known) -> str:
    """The outline of a first version to be made; a row that says another one than the course has is refused."""
    said = told(row, "outline", outline, "")
    version = now.versions.get(row.get("code", text(20), ""))
    if version is None or not said:
        return said
    if said != version.outline.strip():
        row.blame(
            "outline", f"这堂课已有第 {version.number} 版，提纲不一样", "清空这一格；要改提纲，到课程页起草新的一版"
        )
    return ""


def _is_sound(row: Row, course: Course) -> bool:
    """Whether the course may be saved; what is wrong with it is blamed on its cell."""
    try:
        course.clean_fields(exclude=["search_text", "key_of", "theme", "town"])  # those are rows that were read
        course.clean()
        if course.retired_on and course.featured_on and course.retired_on < course.featured_on:
            raise ValidationError({"featured_on": "退出日期不能早于入选精品日期。"})
    except ValidationError as refusal:
        for name, texts in refusal.message_dict.items():
            key = "town" if name == "key_of" else name
            row.blame(key if key in LABELS else "code", texts[0].rstrip("。"), "改好这一格再导入")
        return False
    return True


def check(table: Table, options: Options) -> Preview:
    """What is new and what changes. Writes nothing."""
    own = again(table)
    now = known([row.get("code", text(20), "") for row in own.rows if not row.refused])
    plan: list[Planned] = []
    unchanged = 0
    for row in own.rows:
        planned = None if row.refused else _course(row, now)
        if planned is None:
            continue
        if planned.is_new or planned.fields or planned.lists or planned.outline:
            plan.append(planned)
        else:
            unchanged += 1
    preview = start_preview(own)
    preview.created = sum(planned.is_new for planned in plan)
    preview.updated, preview.unchanged, preview.plan = len(plan) - preview.created, unchanged, plan
    return preview


def lock(options: Options) -> None:
    """One import into the library at a time."""
    list(BrandTheme.objects.select_for_update(of=("self",)).order_by("pk"))


def save(preview: Preview, options: Options, by: Any) -> None:
    """Save what is new and what changed, with one audit row."""
    plan: list[Planned] = preview.plan
    Course.objects.bulk_create([planned.course for planned in plan if planned.is_new], batch_size=500)
    for planned in plan:
        if not planned.is_new and planned.fields:
            planned.course.save(update_fields=planned.fields)
        for name, rows in planned.lists.items():
            getattr(planned.course, name).set(rows)
    today = timezone.localdate()
    CourseVersion.objects.bulk_create(
        [
            CourseVersion(course=planned.course, number=1, outline=planned.outline, published_on=today, by=by)
            for planned in plan
            if planned.outline
        ],
        batch_size=500,
    )
    if plan:
        created, updated = preview.created, preview.updated
        log.record(
            by=by,
            action="courses.imported",
            subject=plan[0].course,
            summary=f"导入课程：新增 {created} 堂，更新 {updated} 堂",
            body={"created": created, "updated": updated, "codes": [planned.course.code for planned in plan]},
        )


def crumbs(options: Options) -> list[Crumb]:
    """The library, and the page that takes the next file."""
    return [Crumb("课程", reverse("courses:town-list")), Crumb("导入课程", reverse("courses:county-import"))]


COURSES = Importer(CODE, "课程名单", COLUMNS, read, check, save, lock, Words("堂", "courses", "看课程", crumbs))
