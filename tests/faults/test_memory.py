"""Exporting everything streams: memory stays bounded at twelve thousand members and five years of hours."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import template

ROOT = Path(__file__).resolve().parents[2]
MEMBERS, YEARS = 12_000, 5
LIMIT = 300  # MB

FILL = """
from datetime import date
from decimal import Decimal
from django.utils import timezone
from juxian.people.models import User
from tests.factories import BranchFactory, ClassFactory, MemberFactory
from juxian.people.models import Member
from trainings.models import HourEntry
branch = BranchFactory()
members = Member.objects.bulk_create(MemberFactory.build_batch({members}, branch=branch), batch_size=500)
held = ClassFactory(town=branch.town)
HourEntry.objects.bulk_create(
    [HourEntry(member=member, town=branch.town, branch_name=branch.name, training_class=held, hours=Decimal(4),
               earned_on=date(2026 - year, 5, 1), title="示例", key=f"m{{member.pk}}.{{year}}", posted_at=timezone.now())
     for member in members for year in range({years})], batch_size=1000)
"""
WORKBOOK = """
import django
django.setup()
from juxian.sheets.write import workbook
rows = ([f"示例{number}", "000000198001010010", "示例村党支部", "大店镇", *range(2022, 2027)] for number in range(12000))
print(len(workbook("名册", ["姓名", "身份证号", "党支部", "镇街", *"一二三四五"], rows)))
"""


BACKUP = """
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "backup", "{folder}"])
"""
MEASURE = """
import sys
from pathlib import Path
print(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0], file=sys.stderr)
"""


def run(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=True
    )


def peak(environment: dict[str, str], program: str) -> tuple[int, str]:
    """A program to its end; its highest memory in MB (its own: a child's ru_maxrss starts with its parent's), its words."""
    done = run(environment, "-c", program + MEASURE)
    return int(done.stderr.splitlines()[-1]) // 1024, done.stdout


@pytest.fixture(scope="module")
def environment(tmp_path_factory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("memory")
    return {
        **os.environ, "VAR_DIR": str(folder), "DATABASE_URL": f"sqlite:///{folder / 'x.sqlite3'}", "REDIS_URL": "",
        "LOG_LEVEL": "ERROR", "DJANGO_SETTINGS_MODULE": "juxian.settings",
    }  # fmt: skip


@pytest.mark.trust("B12")
def test_a_backup_of_everything_stays_small(environment, tmp_path) -> None:
    template.copy_to(Path(environment["VAR_DIR"]) / "x.sqlite3")
    run(environment, "manage.py", "shell", "-v0", "-c", FILL.format(members=MEMBERS, years=YEARS))

    megabytes, said = peak(environment, BACKUP.format(folder=tmp_path / "kept"))

    assert json.loads(said.splitlines()[-1])["rows"] >= MEMBERS * (YEARS + 1)
    assert megabytes < LIMIT


@pytest.mark.trust("B12")
def test_a_large_workbook_stays_small(environment) -> None:
    megabytes, said = peak(environment, WORKBOOK)
    assert int(said) > 200_000
    assert megabytes < LIMIT


def test_the_twin_that_gathers_everything_is_seen(environment) -> None:
    megabytes, _ = peak(environment, "kept = [str(number) * 40 for number in range(1_500_000)]")
    assert megabytes > LIMIT
