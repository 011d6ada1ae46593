"""12,000 rows: time against the raw limits of the same rows, and memory."""

import json
import os
from datetime import date, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook
from stdnum.cn.ric import calc_check_digit

from tests.obligations.processes import own_database, run
from tests.people.rosters import HEAD

ROWS = 12_000

# A fresh process on a fresh database: nothing of the test run counts into its memory.
MEASURED = """
import json, os, sys, time
from pathlib import Path
os.environ["DJANGO_SETTINGS_MODULE"] = "juxian.settings"
import django
django.setup()
from datetime import date
from django.core.management import call_command
from django.db import transaction
from python_calamine import CalamineWorkbook
from juxian.people.imports.save import ROSTER
from juxian.people.models import Branch, Member, Town
from juxian.sheets import commit, no_progress

town = Town.objects.create(code="371327102", name="大店镇", kind="town", active_from=date(2020, 1, 1))
path = Path(sys.argv[1])

def used():
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) // 1024

started = time.process_time()
whole = time.perf_counter()
options = {"create_branches": True}
result, saved = commit(ROSTER, ROSTER.read(path, options, no_progress), options, by=None, accept_valid=False)
ours = time.perf_counter() - whole
memory = used()
rows = list(Member.objects.all())
created = len(rows)
Member.objects.all().delete()
for row in rows:
    row.pk = None
whole = time.perf_counter()
list(CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).iter_rows())
with transaction.atomic():
    Member.objects.bulk_create(rows)
bare = time.perf_counter() - whole
print(json.dumps({"saved": saved, "created": created, "ours": ours, "bare": bare, "megabytes": memory}))
"""


def big_roster(path: Path) -> Path:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("党员信息")
    sheet.append(["党员名册"])
    sheet.append([*HEAD, "民族", "学历", "人员类别", "出生日期", "备注"])
    for number in range(ROWS):
        birth = date(1940, 1, 1) + timedelta(days=number // 10)
        body = f"000000{birth:%Y%m%d}{number % 10 * 2 + 101:03d}"
        sheet.append(
            [
                number,
                f"示例{chr(0x4E00 + number)}",
                "男",
                body + calc_check_digit(body + "0"),
                f"示例{number % 280}村党支部",
                "2000.07",
                "2001-07-01",
                f"199{number:08d}",
                "大店镇",
                "汉族",
                "高中",
                "正式党员",
                birth,
                "",
            ]
        )
    book.save(path)
    return path


@pytest.mark.db_engine
def test_twelve_thousand_rows_within_twenty_times_the_raw_limits_and_300_megabytes(tmp_path) -> None:
    with own_database(tmp_path, os.environ.get("DATABASE_URL", "")) as environment:
        said = run(environment, "-c", MEASURED, str(big_roster(tmp_path / "a.xlsx")))
    figures = json.loads(said.strip().splitlines()[-1])
    assert (figures["saved"], figures["created"]) == (True, ROWS)
    assert figures["ours"] < 20 * figures["bare"]
    assert figures["megabytes"] < 300
