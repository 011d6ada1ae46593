"""Our operations and their raw floors, measured interleaved in one run (started by bin/bench).

Prints a table and writes build/bench.json: a list of {name, ours, limit, ratio}, seconds per operation.
The limit is what the machine allows for the same rows with nothing of ours around it; each says what it is.
Rows that were not run keep the figures they had on this engine (build/bench-<engine>.json remembers them).
"""

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from _bench_centres import compliance_board
from _bench_courses import course_search
from _bench_exam import IN_A_RUSH, ONE_BY_ONE, exam_of, seat_race
from _bench_pages import autosave, board, class_roster, login, member_page
from _bench_tools import ROOT, Bench, execute, insert_many, measure
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from python_calamine import CalamineWorkbook

from juxian.demo.people import id_number
from juxian.messages.actions import Letter, tell_many
from juxian.obligations.models import Obligation
from juxian.obligations.registry import Done, Kind, Outcome, registry
from juxian.obligations.sweep import sweep
from juxian.people.imports.save import ROSTER
from juxian.people.models import Member, Town
from juxian.sheets import commit, no_progress
from juxian.sheets.write import workbook

PEOPLE = 12_000
HEADS = [
    "姓名", "性别", "民族", "公民身份号码", "出生日期", "学历", "人员类别", "所在党支部", "所在镇街", "加入党组织日期",
    "转为正式党员日期", "工作岗位", "联系电话", "党籍状态",
]  # fmt: skip


# Floors need no tables of ours ------------------------------------------------------------------------
def roster_file() -> Path:
    """12,000 people of 16 towns, 14 columns."""
    towns = list(Town.objects.order_by("code"))
    rows = []
    for number in range(PEOPLE):
        birth, male = date(1930, 1, 1) + timedelta(days=number // 24), number % 3 != 0
        town = towns[number % len(towns)]
        rows.append(
            [
                f"量测{number:05d}", "男" if male else "女", "汉族", id_number(birth, number, male=male),
                birth.isoformat(), "高中", "正式党员", f"量测第{number % 40 + 1}党支部", town.name, "2000-07-01",
                "2001-07-01", "农牧渔民", f"1990{number:07d}", "正常",
            ]
        )  # fmt: skip
    path = Path(settings.VAR_DIR) / "bench.xlsx"
    path.write_bytes(workbook("名册", HEADS, rows))
    return path


def roster_import() -> Bench:
    """Limit: calamine reads the file, the driver inserts the same cells into a bare table, commit."""
    path = roster_file()
    columns = [f"c{number}" for number in range(len(HEADS))]
    execute(f"CREATE TABLE bench_roster ({', '.join(f'{name} text' for name in columns)})")
    options = {"town": "", "create_branches": True}

    def ours() -> None:
        result, saved = commit(ROSTER, ROSTER.read(path, options, no_progress), options, by=None, accept_valid=False)
        assert saved, result.counts()
        assert result.created == PEOPLE, result.counts()

    def limit() -> None:
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()[1:]
        with transaction.atomic():
            insert_many("bench_roster", columns, [tuple(map(str, row)) for row in rows])

    def reset() -> None:
        Member.objects.filter(name__startswith="量测")._raw_delete("default")
        execute("DELETE FROM bench_roster")

    return Bench("roster_import_12000", ours, limit, 3, reset)


def _notice(by_id: dict[int, Member]) -> Kind:
    """A kind that tells each member one thing, its rows together."""

    def perform_many(rows: Sequence[Obligation], now: Any) -> list[Outcome]:
        tell_many([Letter(by_id[row.subject_id], f"bench:{row.subject_id}", "量测", "量测通知") for row in rows])
        return [Done() for _ in rows]

    def perform(row: Obligation, now: Any, prepared: Any) -> Outcome:
        return perform_many([row], now)[0]

    return Kind("bench.notice", "量测", perform, perform_many=perform_many)


def due_work() -> Bench:
    """Limit: the driver inserts the 12,000 messages and marks the 12,000 rows done, one transaction.

    The kind tells its rows together (`perform_many`), as the product's own fan-out, the survey reminder, does.
    """
    members = list(Member.objects.order_by("pk")[:PEOPLE])
    by_id = {member.pk: member for member in members}
    registry.add(_notice(by_id))
    now = timezone.now()
    execute("CREATE TABLE bench_message (member_id bigint, key text, title text, body text, created_at text)")
    execute("CREATE TABLE bench_due (id bigint primary key, state text, done_at text)")
    stamp = now.isoformat()

    def ours() -> None:
        counts = sweep(timezone.now(), drain=True)
        assert counts["bench.notice"]["done"] == len(members), counts

    def limit() -> None:
        with transaction.atomic():
            rows = [(member.pk, f"bench:{member.pk}", "量测", "量测通知", stamp) for member in members]
            insert_many("bench_message", ["member_id", "key", "title", "body", "created_at"], rows)
            execute("UPDATE bench_due SET state = 'done', done_at = %s", (stamp,))

    def reset() -> None:
        execute("DELETE FROM inbox_outboundsend")
        execute("DELETE FROM inbox_inboxmessage WHERE key LIKE 'bench:%%'")
        execute("DELETE FROM obligations_obligation WHERE kind = 'bench.notice'")
        execute("DELETE FROM bench_message")
        execute("DELETE FROM bench_due")
        insert_many("bench_due", ["id", "state"], [(member.pk, "due") for member in members])
        Obligation.objects.bulk_create(
            [
                Obligation(
                    kind="bench.notice", subject_kind="people.member", subject_id=pk, due_at=now, next_try_at=now
                )
                for pk in by_id
            ],
            batch_size=2000,
        )

    return Bench("sweep_12000", ours, limit, 3, reset)


ROWS: dict[str, Callable[[], Bench]] = {
    "member_page": member_page,
    "class_roster_215": class_roster,
    "board": board,
    "compliance_board": compliance_board,
    "course_search": course_search,
    "autosave": autosave,
    "login": login,
    "seat_race": seat_race,
    "exam_300": partial(exam_of, 300, ONE_BY_ONE, "exam_300"),
    "exam_300_rush": partial(exam_of, 300, IN_A_RUSH, "exam_300_rush"),
    "exam_1000": partial(exam_of, 1000, ONE_BY_ONE, "exam_1000"),
    "roster_import_12000": roster_import,
    "sweep_12000": due_work,
}
NEEDS_A_SERVER = {"exam_1000"}  # so many at once is a county's day, and a county runs PostgreSQL
NEEDS_PEOPLE = {"exam_1000", "sweep_12000"}


@contextmanager
def scratch_database() -> Iterator[None]:
    """A test database beside the one of DATABASE_URL; a file for SQLite, so that commits reach the disk."""
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(Path(settings.VAR_DIR) / "bench.sqlite3")
    else:
        connection.settings_dict["TEST"]["NAME"] = f"bench_{os.getpid()}"
    old = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(old, verbosity=0)


def chosen(wanted: list[str]) -> list[str]:
    """The rows to run, in their order; says what this engine cannot run."""
    unknown = sorted(set(wanted) - set(ROWS))
    if unknown:
        raise SystemExit(f"没有这一项：{'、'.join(unknown)}。可选：{'、'.join(ROWS)}。")
    names = [name for name in ROWS if not wanted or name in wanted]
    left = [name for name in names if connection.vendor == "sqlite" and name in NEEDS_A_SERVER]
    if left:
        print(f"{'、'.join(left)} 只在 PostgreSQL 上量（设置 DATABASE_URL）。", file=sys.stderr)
    return [name for name in names if name not in left]


def remember(found: list[dict[str, Any]]) -> None:
    """Write bench.json: the rows just measured, and those measured earlier on this engine."""
    build = ROOT / "build"
    kept = build / f"bench-{connection.vendor}.json"
    rows = {row["name"]: row for row in json.loads(kept.read_text())} if kept.exists() else {}
    rows |= {row["name"]: row for row in found}
    text = json.dumps([rows[name] for name in ROWS if name in rows], ensure_ascii=False, indent=2) + "\n"
    for path in (kept, build / "bench.json"):
        path.write_text(text)


def fill_up() -> None:
    """12,000 people for the rows that need so many."""
    if Member.objects.count() < PEOPLE:
        options = {"town": "", "create_branches": True}
        table = ROSTER.read(roster_file(), options, no_progress)
        commit(ROSTER, table, options, by=None, accept_valid=False)


def main(names: list[str]) -> None:
    """Prepare what the wanted rows need, measure, tell."""
    settings.DATABASES["default"].setdefault("TEST", {})
    with scratch_database(), open(os.devnull, "w") as nowhere:
        for command in ("collectstatic", "load_county", "load_demo"):
            call_command(command, stdout=nowhere, **({"interactive": False} if command == "collectstatic" else {}))
        if connection.vendor == "postgresql":
            execute("ANALYZE")
        for name in names:
            if name in NEEDS_PEOPLE:
                fill_up()
            row = measure(ROWS[name]())
            print(f"{row['name']:22} {row['ours']:>11.6f} s  {row['limit']:>11.6f} s  {row['ratio']:>8.2f}", flush=True)
            remember([row])


if __name__ == "__main__":
    print(f"{'':22} {'ours':>13}  {'limit':>13}  {'ratio':>8}  ({connection.vendor})", flush=True)
    main(chosen(sys.argv[1:]))
