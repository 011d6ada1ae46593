"""A roster file of 12,000 invented people over the 16 towns, as the county's system would export it."""

from datetime import date, timedelta
from pathlib import Path

from juxian.sheets.write import workbook
from tests.factories import id_number

ROWS = 12_000
HEADS = [
    "序号",
    "姓名",
    "性别",
    "身份证号码",
    "所在镇街",
    "所在支部",
    "人员类别",
    "入党时间",
    "转正时间",
    "手机号码",
    "党内职务",
]
HERO = "示例甲"
HERO_MOBILE = "19900000000"
HERO_BRANCH = "大仕沟村党支部"


def write_roster(path: Path, towns: list[str], hero_town: str) -> Path:
    """Row 0 is the person whose way the test follows; the rest fill the towns in turn."""
    lines = []
    for number in range(ROWS):
        town = hero_town if number == 0 else towns[number % len(towns)]
        birth = date(1940, 1, 1) + timedelta(days=number * 2)
        number_text = id_number(number % 1000, birth)
        male = int(number_text[16]) % 2 == 1
        lines.append(
            [
                str(number + 1),
                HERO if number == 0 else f"示例{number:05d}",
                "男" if male else "女",
                number_text,
                town,
                HERO_BRANCH if number == 0 else f"示例第{number // len(towns) % 20 + 1}党支部",
                "正式党员",
                "2012.07",
                "2013年7月1日",
                f"1990{number:07d}",
                "书记" if number == 0 else "党员",
            ]
        )
    path.write_bytes(workbook("党员名册", HEADS, lines))
    return path
