"""Rows about one request: pages, one saved answer, one sign-in. All go through Django's handler, as under a server."""

from itertools import count
from typing import Any

from _bench_exam import seated_exam
from _bench_tools import CSRF, Bench, answer, bare_page, cookies_of, environ_of, execute, page
from argon2.low_level import Type, hash_secret
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from assessments.actions import start_attempt
from juxian.people.hashers import PortalArgon2Hasher
from juxian.people.models import Member, User
from juxian.wsgi import application
from trainings.models import Enrolment, Session

SEATS = 215
PASSWORD = "bench-password-0"  # noqa: S105  # of a scratch database


def member_page() -> Bench:
    """Limit: bare Django with one statement, the member's ledger by key, rendered as a list."""
    user = User.objects.get(username="member")
    sql = "SELECT title, hours, earned_on FROM trainings_hourentry WHERE member_id = %s ORDER BY earned_on DESC"
    source = "{% for title, hours, day in rows %}<li>{{ title }} {{ hours }} {{ day }}</li>{% endfor %}"
    member = Member.objects.get(user=user)
    return Bench("member_page", page(user, reverse("me")), bare_page(sql, (member.pk,), source), 30)


def class_roster() -> Bench:
    """Limit: bare Django that reads 215 names with branch and mark and renders a table of 215 rows."""
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
    limit = bare_page(sql, (session.pk, training_class.pk), source)
    return Bench("class_roster_215", page(clerk, reverse("trainings:session-roll", args=[session.pk])), limit, 30)


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
    county = User.objects.get(username="county")
    return Bench("board", page(county, reverse("home")), lambda: [execute(sql) for sql in statements], 15)


def autosave() -> Bench:
    """One choice of a running exam kept. Limit: the driver writes one answer by key and commits."""
    [enrolment] = seated_exam(1)
    user = User.objects.get(member=enrolment.member_id)
    attempt = start_attempt(exam=enrolment.training_class.exam, enrolment=enrolment, by=user)
    path = reverse("assessments:me-answers", args=[attempt.pk])
    cookies, sequence = cookies_of(user), count(1)
    execute("CREATE TABLE bench_answer_one (attempt bigint, number int, choice text, seq bigint, saved_at text, "
            "UNIQUE (attempt, number))")  # fmt: skip

    def ours() -> None:
        seq = next(sequence)
        body = {"answers": [{"number": seq % len(attempt.paper) + 1, "choice": [0], "seq": seq}]}
        answer(application, environ_of("post", path, cookies, data=body, content_type="application/json"), 200)

    def limit() -> None:
        seq = next(sequence)
        with transaction.atomic():
            execute(
                "INSERT INTO bench_answer_one VALUES (%s, %s, %s, %s, %s) ON CONFLICT (attempt, number) "
                "DO UPDATE SET choice = excluded.choice, seq = excluded.seq, saved_at = excluded.saved_at",
                (attempt.pk, seq % len(attempt.paper) + 1, "[0]", seq, timezone.now().isoformat()),
            )

    return Bench("autosave", ours, limit, 60)


def login() -> Bench:
    """A whole sign-in: lockout, password, session, audit row. Limit: the bare Argon2id hash with our parameters."""
    user = User.objects.get(username="member")
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    hasher = PortalArgon2Hasher()
    sent = {"username": user.username, "password": PASSWORD}

    def ours() -> None:
        answer(application, environ_of("post", reverse("login"), f"csrftoken={CSRF}", data=sent), 302)

    def limit() -> None:
        hash_secret(
            PASSWORD.encode(),
            b"0123456789abcdef",
            hasher.time_cost,
            hasher.memory_cost,
            hasher.parallelism,
            32,
            Type.ID,
        )

    return Bench("login", ours, limit, 20)
