"""Fills the reference tables. Safe to run again: what exists, edited or not, is left as it is."""

import csv
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from assessments.reference import load_reference as load_assessments
from centres.models import BrandTheme, Centre, CostHead, Standard, StandardItem, VenueKind, Zone
from courses.models import Audience, ContentTask, Criterion, Series
from juxian.county.brands import load_brands
from juxian.county.regulations import load_regulations
from juxian.people.models import Town, TownCode
from juxian.rules.lookup import DEFAULTS
from juxian.rules.models import Certainty, Rule
from lecturers.models import FeeCap, LecturerKind, LecturerTitle
from trainings.reference import load_reference as load_trainings

DATA = Path(__file__).resolve().parent / "data"
SIXTEEN_SINCE = date(2020, 6, 30)  # the first edition of the NBS list that has these sixteen together
RULES_SINCE = date(2019, 5, 6)  # the Regulations on member education came into force
OLD_CODES = {
    "371327118": "371373101",
    "371327119": "371373100",
    "371327120": "371373102",
    "371327121": "371373103",
}
DOUBTFUL_LEAD = "待核实：莒南县委或临沂临港经济开发区党工委"
VENUES = ("党群服务中心", "党性教育基地", "闲置校舍", "农业产业园", "党委会议室", "其他")
FOUR_ZONES = ("办公区", "教学区", "研讨区", "生活区")
THEMES = ("红色教育", "乡村振兴", "警示教育", "", "")
STANDARD_SOURCE = "《大众日报》客户端 2021年10月27日报道；“六有”列出八项，不由名称推算"
HEADS = (
    ("lecturers", "师资费"),
    ("lodging", "住宿费"),
    ("meals", "伙食费"),
    ("venue", "培训场地费"),
    ("materials", "培训资料费"),
    ("transport", "交通费"),
    ("other", "其他费用"),
)
HEADS_SOURCE = "《中央和国家机关培训费管理办法》第八条"
TITLES = (("副高级职称", 500), ("正高级职称", 1000), ("院士、全国知名专家", 1500), ("不计酬（义务授课）", 0))
CAPS_SOURCE = "《中央和国家机关培训费管理办法》讲课费标准，借用为默认值，待县里核实"
CRITERIA = (
    ("政治导向", 30, "立场、观点、引用是否准确"),
    ("内容质量", 30, "贴合学员，有本地事例，讲得清楚"),
    ("教学设计", 20, "结构、时间、互动、课件"),
    ("讲授效果", 20, "语言、节奏、能不能听懂"),
)
CRITERIA_SOURCE = "县级设置，项目和权重待县里核定"
KINDS = ("专家教授", "业务骨干", "企业人才", "致富能手", "党校教师", "农业专家", "土专家、田秀才", "领导干部")
AUDIENCES = ("农村", "社区", "机关", "企业", "两新组织", "事业单位", "流动党员")
CONTENT_TASKS = (
    "政治理论",
    "政治教育和政治训练",
    "党章党规党纪",
    "党的宗旨",
    "革命传统",
    "形势政策",
    "知识技能",
)

SERIES = ("莒南先锋e讲堂", "学习讲坛")  # the county's own account names both; programme and links are its to fill in


def rows(name: str) -> Iterator[dict[str, str]]:
    """Rows of a CSV file beside this module."""
    with (DATA / name).open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _pinyin(note: str) -> str:
    return note.split(";")[0].removeprefix("pinyin=")


def _codes(town: Town) -> list[TownCode]:
    """The codes a unit carried, read from the editions of the official list."""
    source = "国家统计局统计用区划代码（2020年6月30日版起）"
    codes = [TownCode(town=town, code=town.code, valid_from=SIXTEEN_SINCE, source=source)]
    if old := OLD_CODES.get(town.code):
        codes.append(
            TownCode(
                town=town,
                code=old,
                valid_from=date(2019, 10, 31),
                valid_to=SIXTEEN_SINCE,
                source="国家统计局统计用区划代码（2019年10月31日版，列在临港经济开发区下）",
            )
        )
    return codes


def load_towns() -> int:
    """The sixteen units with their code history. A unit known by any of its codes is left alone."""
    known = set(TownCode.objects.values_list("code", flat=True)) | set(Town.objects.values_list("code", flat=True))
    made = 0
    for row in rows("towns.csv"):
        if row["code"] in known:
            continue
        town = Town.objects.create(
            code=row["code"],
            name=row["name"],
            pinyin=_pinyin(row["note"]),
            kind=row["kind"],
            active_from=SIXTEEN_SINCE,
            led_by=DOUBTFUL_LEAD if row["code"] in OLD_CODES else "莒南县委",
        )
        TownCode.objects.bulk_create(_codes(town))
        made += 1
    return made


def load_centres() -> int:
    """One centre a unit, by name; the day of opening is for the county to fill in."""
    missing = Town.objects.filter(centre=None)
    made = [
        Centre(
            town=town,
            name=f"{town.name}党员培训中心（党校）",
            education_centre_name=f"{town.name}党员教育中心",
        )
        for town in missing
    ]
    Centre.objects.bulk_create(made)
    return len(made)


def load_zones() -> int:
    """The four zones, in centres that have none; names and areas are for the town to fill in."""
    bare = Centre.objects.filter(zones=None)
    return len(Zone.objects.bulk_create(Zone(centre=centre, name=name) for centre in bare for name in FOUR_ZONES))


def load_venues() -> int:
    """Kinds of places the article lists, only into an empty list."""
    if VenueKind.objects.exists():
        return 0
    return len(VenueKind.objects.bulk_create(VenueKind(name=n, order=i) for i, n in enumerate(VENUES, start=1)))


def load_themes() -> int:
    """Five slots; the article names three, two wait for the county."""
    known = set(BrandTheme.objects.values_list("slot", flat=True))
    made = [
        BrandTheme(slot=slot, name=name, is_active=bool(name))
        for slot, name in enumerate(THEMES, start=1)
        if slot not in known
    ]
    BrandTheme.objects.bulk_create(made)
    return len(made)


def load_standard() -> int:
    """四区六有, once: afterwards versions and items belong to the county. Items of before texts existed get theirs."""
    shipped = {row["key"]: row for row in rows("standard_items.csv")}
    published = StandardItem.objects.filter(standard__in=Standard.objects.published().order_by())
    for item in published.filter(text="", guidance="", key__in=shipped):
        _describe(item, shipped[item.key]).save()
    if Standard.objects.exists():
        return 0
    standard = Standard.objects.create(
        label="四区六有",
        valid_from=date(2021, 1, 1),
        source=STANDARD_SOURCE,
        state=Standard.State.PUBLISHED,
        published_at=timezone.make_aware(datetime(2021, 1, 1)),  # noqa: DTZ001 made aware here: the day it counts from
    )
    StandardItem.objects.bulk_create(
        _describe(StandardItem(standard=standard, key=key, group=row["group"], name=row["name"], order=order), row)
        for order, (key, row) in enumerate(shipped.items(), start=1)
    )
    return 1


def _describe(item: StandardItem, row: dict[str, str]) -> StandardItem:
    item.text, item.guidance = row["text"], row["guidance"]
    item.evidence, item.valid_months = row["evidence"], int(row["valid_months"])
    return item


def load_kinds() -> int:
    """Kinds of lecturers, only into an empty list."""
    if LecturerKind.objects.exists():
        return 0
    return len(LecturerKind.objects.bulk_create(LecturerKind(name=n, order=i) for i, n in enumerate(KINDS, start=1)))


def load_audiences() -> int:
    """Whom courses are for, only into an empty list."""
    if Audience.objects.exists():
        return 0
    return len(Audience.objects.bulk_create(Audience(name=n, order=i) for i, n in enumerate(AUDIENCES, start=1)))


def load_content_tasks() -> int:
    """The seven tasks of the Regulations of 2019, chapter 3, only into an empty list."""
    if ContentTask.objects.exists():
        return 0
    made = [ContentTask(name=name, order=order) for order, name in enumerate(CONTENT_TASKS, start=1)]
    return len(ContentTask.objects.bulk_create(made))


def load_series() -> int:
    """The county's two series of live lectures, without a programme; only into an empty list."""
    if Series.objects.exists():
        return 0
    return len(Series.objects.bulk_create([Series(name=name, order=order) for order, name in enumerate(SERIES, 1)]))


def load_cost_heads() -> int:
    """The seven heads of the training-fee rules, only into an empty list."""
    if CostHead.objects.exists():
        return 0
    made = [
        CostHead(key=key, name=name, order=order, source=HEADS_SOURCE)
        for order, (key, name) in enumerate(HEADS, start=1)
    ]
    return len(CostHead.objects.bulk_create(made))


def load_titles() -> int:
    """Titles with their caps on lecture fees, only into an empty list."""
    if LecturerTitle.objects.exists():
        return 0
    for order, (name, per_hour) in enumerate(TITLES, start=1):
        title = LecturerTitle.objects.create(name=name, order=order)
        FeeCap.objects.create(
            title=title, per_hour=per_hour, valid_from=RULES_SINCE, source=CAPS_SOURCE, certainty=Certainty.ASSUMED
        )
    return len(TITLES)


def load_criteria() -> int:
    """What judges give points for, only into an empty list."""
    if Criterion.objects.exists():
        return 0
    rows = [
        Criterion(name=name, hint=hint, weight=weight, order=order, valid_from=RULES_SINCE, source=CRITERIA_SOURCE)
        for order, (name, weight, hint) in enumerate(CRITERIA, start=1)
    ]
    return len(Criterion.objects.bulk_create(rows))


def load_rules() -> int:
    """Settings the county has no row of, with the shipped value, source and certainty."""
    known = set(Rule.objects.values_list("key", flat=True))
    made = [
        Rule(key=key, value=value, unit=unit, label=label, source=source, certainty=certainty, valid_from=RULES_SINCE)
        for key, (value, unit, label, source, certainty) in DEFAULTS.items()
        if key not in known
    ]
    Rule.objects.bulk_create(made)
    return len(made)


PARTS: tuple[tuple[str, Callable[[], int]], ...] = (
    ("towns", load_towns),
    ("venues", load_venues),
    ("centres", load_centres),
    ("zones", load_zones),
    ("themes", load_themes),
    ("standards", load_standard),
    ("brands", load_brands),
    ("regulations", load_regulations),
    ("lecturer_kinds", load_kinds),
    ("cost_heads", load_cost_heads),
    ("lecturer_titles", load_titles),
    ("audiences", load_audiences),
    ("content_tasks", load_content_tasks),
    ("criteria", load_criteria),
    ("series", load_series),
    ("rules", load_rules),
)


@transaction.atomic
def load_county() -> dict[str, int]:
    """Load all reference data; returns how many rows of each part were new."""
    made = {name: part() for name, part in PARTS}
    return made | load_trainings() | load_assessments()
