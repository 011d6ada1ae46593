"""Our operations and their raw floors, measured interleaved in one run (started by bin/bench).

Prints a table and writes build/bench.json: a list of {name, ours, limit, ratio}, seconds per operation.
The limit is what the machine allows for the same rows with nothing of ours around it; each says what it is.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "juxian.settings")

import django  # noqa: E402  # settings come first

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.template import engines  # noqa: E402
from django.test import Client, RequestFactory  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402
from python_calamine import CalamineWorkbook  # noqa: E402

from juxian.demo.people import id_number  # noqa: E402
from juxian.messages.actions import Letter, tell_many  # noqa: E402
from juxian.obligations.models import Obligation  # noqa: E402
from juxian.obligations.registry import Done, Kind, Outcome, registry  # noqa: E402
from juxian.obligations.sweep import sweep  # noqa: E402
from juxian.people.imports.save import ROSTER  # noqa: E402
from juxian.people.models import Member, Town, User  # noqa: E402
from juxian.sheets import commit, no_progress  # noqa: E402
from juxian.sheets.write import workbook  # noqa: E402
from trainings.models import Enrolment, Session  # noqa: E402

PEOPLE = 12_000
SEATS = 215
HEADS = [
    "姓名", "性别", "民族", "公民身份号码", "出生日期", "学历", "人员类别", "所在党支部", "所在镇街", "加入党组织日期",
    "转为正式党员日期", "工作岗位", "联系电话", "党籍状态",
]  # fmt: skip


@dataclass
class Bench:
    """One row: what we do, the floor, how often, and what brings the tables back between rounds."""

    name: str
    ours: Callable[[], object]
    limit: Callable[[], object]
    rounds: int
    reset: Callable[[], object] = lambda: None


def measure(bench: Bench) -> dict[str, Any]:
    """Median of both, measured in turns; one round first that does not count where rounds are cheap."""
    ours: list[float] = []
    limit: list[float] = []
    warm = 1 if bench.rounds > 3 else 0
    for _ in range(bench.rounds + warm):
        for run, times in ((bench.limit, limit), (bench.ours, ours)):
            bench.reset()
            started = perf_counter()
            run()
            times.append(perf_counter() - started)
    mine, floor = median(ours[warm:]), median(limit[warm:])
    return {"name": bench.name, "ours": round(mine, 6), "limit": round(floor, 6), "ratio": round(mine / floor, 2)}


def insert_many(table: str, columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    """The driver's own fast way to insert rows."""
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            from psycopg2.extras import execute_values

            execute_values(cursor.cursor, f"INSERT INTO {table} ({names}) VALUES %s", rows, page_size=1000)  # noqa: S608
        else:
            places = ", ".join("?" * len(columns))
            cursor.connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)  # noqa: S608


def execute(sql: str, values: tuple[Any, ...] = ()) -> list[Any]:
    """One statement, all rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []


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


# Pages ------------------------------------------------------------------------------------------------
def signed_in(user: User) -> Client:
    """A browser of `user` that refuses failures."""
    client = Client()
    client.force_login(user, backend="juxian.people.backends.PortalBackend")
    return client


def page(client: Client, path: str) -> Callable[[], object]:
    """Fetches a page whole, through every middleware."""

    def fetch() -> object:
        response = client.get(path)
        assert response.status_code == 200, (path, response.status_code)
        return response.content

    return fetch


def bare_view(sql: str, values: tuple[Any, ...], source: str) -> Callable[[], object]:
    """A Django view with one statement and one small template, and nothing around it."""
    template = engines["django"].from_string(source)

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(template.render({"rows": execute(sql, values)}, request=None))

    factory = RequestFactory()
    return lambda: view(factory.get("/")).content


def member_page() -> Bench:
    """Limit: a bare Django view that reads the member's ledger by key and renders a list."""
    user = User.objects.get(username="member")
    sql = "SELECT title, hours, earned_on FROM trainings_hourentry WHERE member_id = %s ORDER BY earned_on DESC"
    source = "{% for title, hours, day in rows %}<li>{{ title }} {{ hours }} {{ day }}</li>{% endfor %}"
    member = Member.objects.get(user=user)
    return Bench("member_page", page(signed_in(user), reverse("me")), bare_view(sql, (member.pk,), source), 15)


def class_roster() -> Bench:
    """Limit: a bare Django view that reads 215 names with branch and mark and renders a table of 215 rows."""
    today = timezone.localdate()
    running = Session.objects.standing().filter(training_class__state="running", day__lte=today)
    session = running.select_related("training_class__town").order_by("-day", "pk").first()
    if session is None:
        raise SystemExit("演示县里没有正在上的课，量不了 class_roster_215。")
    training_class = session.training_class
    _fill_seats(training_class)
    clerk = User.objects.get(username=f"clerk-{training_class.town.code}")
    sql = (
        "SELECT m.name, b.name, e.state, s.name FROM trainings_enrolment e JOIN people_member m ON m.id = e.member_id "
        "JOIN people_branch b ON b.id = e.branch_id LEFT JOIN trainings_mark k ON k.enrolment_id = e.id AND "
        "k.session_id = %s LEFT JOIN trainings_markstatus s ON s.id = k.status_id "
        "WHERE e.training_class_id = %s AND e.state = 'seated' ORDER BY b.name, m.name"
    )
    source = (
        "<table>{% for name, branch, state, mark in rows %}<tr><td>{{ forloop.counter }}</td><td>{{ name }}</td>"
        "<td>{{ branch }}</td><td>{{ state }}</td><td>{{ mark }}</td></tr>{% endfor %}</table>"
    )
    path = reverse("trainings:session-roll", args=[session.pk])
    limit = bare_view(sql, (session.pk, training_class.pk), source)
    return Bench("class_roster_215", page(signed_in(clerk), path), limit, 15)


def _fill_seats(training_class: Any) -> None:
    """Exactly 215 seated people."""
    seated = Enrolment.objects.filter(training_class=training_class).seated()
    have = seated.count()
    if have > SEATS:
        spare = list(seated.order_by("-pk").values_list("pk", flat=True)[: have - SEATS])
        Enrolment.objects.filter(pk__in=spare).update(state="cancelled", cancelled_at=timezone.now())
        return
    others = Member.objects.counted().filter(branch__town=training_class.town)
    others = others.exclude(enrolments__training_class=training_class).order_by("pk")[: SEATS - have]
    Enrolment.objects.bulk_create(
        [
            Enrolment(
                training_class=training_class, member=member, town=training_class.town, branch_id=member.branch_id,
                state="seated", source="list", created_by=training_class.created_by,
            )
            for member in others
        ]
    )  # fmt: skip


def board() -> Bench:
    """Limit: the board's counting in bare SQL: attendances and classes by town, courses by theme, the pool."""
    statements = (
        "SELECT c.town_id, COUNT(DISTINCT c.id), COUNT(DISTINCT k.enrolment_id) FROM trainings_trainingclass c "
        "JOIN trainings_session s ON s.training_class_id = c.id JOIN trainings_mark k ON k.session_id = s.id "
        "JOIN trainings_markstatus u ON u.id = k.status_id "
        "WHERE c.state = 'archived' AND u.counts_present GROUP BY c.town_id",
        "SELECT theme_id, COUNT(*) FROM courses_course WHERE retired_on IS NULL GROUP BY theme_id",
        "SELECT tier, COUNT(*) FROM lecturers_appointment WHERE ends_on IS NULL GROUP BY tier",
        "SELECT COUNT(*) FROM centres_centre WHERE closed_on IS NULL",
    )
    client = signed_in(User.objects.get(username="county"))
    return Bench("board", page(client, reverse("home")), lambda: [execute(sql) for sql in statements], 15)


ROWS: dict[str, Callable[[], Bench]] = {
    "member_page": member_page,
    "class_roster_215": class_roster,
    "board": board,
    "roster_import_12000": roster_import,
    "sweep_12000": due_work,
}


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


def main(wanted: list[str]) -> None:
    """Prepare what the wanted rows need, measure, tell."""
    unknown = sorted(set(wanted) - set(ROWS))
    if unknown:
        raise SystemExit(f"没有这一项：{'、'.join(unknown)}。可选：{'、'.join(ROWS)}。")
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    settings.DATABASES["default"].setdefault("TEST", {})
    setup_test_environment(debug=False)
    found = []
    with scratch_database(), open(os.devnull, "w") as nowhere:
        call_command("load_county", stdout=nowhere)
        call_command("load_demo", stdout=nowhere)
        if connection.vendor == "postgresql":
            execute("ANALYZE")
        for name, prepare in ROWS.items():
            if not wanted or name in wanted:
                if name == "sweep_12000" and Member.objects.count() < PEOPLE:
                    options = {"town": "", "create_branches": True}
                    commit(
                        ROSTER, ROSTER.read(roster_file(), options, no_progress), options, by=None, accept_valid=False
                    )
                found.append(measure(prepare()))
                row = found[-1]
                print(
                    f"{row['name']:22} {row['ours']:>11.6f} s  {row['limit']:>11.6f} s  {row['ratio']:>8.2f}",
                    flush=True,
                )
    (ROOT / "build" / "bench.json").write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n")


if __name__ == "__main__":
    print(f"{'':22} {'ours':>13}  {'limit':>13}  {'ratio':>8}  ({connection.vendor})", flush=True)
    main(sys.argv[1:])
