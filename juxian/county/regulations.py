"""Kinds of regulations, and the county's documents as far as they are known."""

from datetime import date

from centres.models import Regulation, RegulationKind

SINCE = date(2021, 1, 1)
# key, name, whether every centre needs one, the item of the standard it shows to be met
KINDS = (
    ("teaching", "教学管理制度", True, "have-rules"),
    ("year-plan", "年度培训计划", True, "have-plan"),
    ("pool", "师资库管理办法", True, "have-rules"),
    ("other", "其他文件", False, ""),
)
# Titles only are known; numbers, days and papers are for the county to add.
COUNTY_DOCUMENTS = (
    "关于推进镇街党员培训中心（党校）实体化规范化运行的意见（试行）",
    "关于开展基层党员培训中心“一镇一品”品牌创建活动的实施方案",
)


def load_regulations() -> int:
    """Kinds the county has no row of; its documents, only into an empty list."""
    known = set(RegulationKind.objects.values_list("key", flat=True))
    made = [
        RegulationKind(key=key, name=name, is_needed=needed, item_key=item, valid_from=SINCE, order=order)
        for order, (key, name, needed, item) in enumerate(KINDS, start=1)
        if key not in known
    ]
    RegulationKind.objects.bulk_create(made)
    if Regulation.objects.filter(town=None).exists():
        return len(made)
    kind = RegulationKind.objects.get(key="other")
    papers = [Regulation(kind=kind, title=title) for title in COUNTY_DOCUMENTS]
    return len(made) + len(Regulation.objects.bulk_create(papers))
