"""The page of one class: stepper, tabs, what is missing, the dossier."""

from collections import Counter
from itertools import groupby
from typing import Any

from django.core.paginator import Paginator
from django.db.models import OuterRef, Q, Subquery
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from juxian.audit.models import AuditEntry
from juxian.people.access import staff_required
from juxian.people.models import User
from trainings.actions import without_certificate
from trainings.actions.substitutions import OPEN
from trainings.attendance import effective_marks
from trainings.dossier import Paper, checklist
from trainings.gates import missing_at
from trainings.models import Certificate, DossierItem, Enrolment, HourEntry, Session, Substitution, TrainingClass
from trainings.registry import registry
from trainings.views.asking import SignedRequest, class_in_scope
from trainings.views.stages import GATES, TONES, next_move, steps
from trainings.words import plain

State = TrainingClass.State
GATE_TITLES = {State.DRAFT: "送审", State.RUNNING: "结班", State.CLOSING: "归档"}
PAGE = 50
TABS = ("timetable", "people", "sign", "certificates", "dossier")


def _sessions(request: SignedRequest, training_class: TrainingClass) -> list[Session]:
    rows = Session.objects.visible_to(request.user).filter(training_class=training_class).order_by("day", "half", "pk")
    first = (
        Substitution.objects.visible_to(request.user)
        .filter(session=OuterRef("pk"))
        .order_by("pk")
        .values("planned__name")[:1]
    )
    return list(
        rows.annotate(planned_name=Subquery(first)).select_related(
            "training_class", "lecturer", "room__centre", "point", "site", "course_version__course"
        )
    )


def _people(request: SignedRequest, training_class: TrainingClass) -> list[Enrolment]:
    rows = Enrolment.objects.visible_to(request.user).filter(training_class=training_class)
    return list(rows.select_related("member", "branch").order_by("branch__name", "member__name", "pk"))


def _sign_rows(sessions: list[Session], seated: set[int], training_class: TrainingClass) -> list[dict[str, Any]]:
    """Per standing session: how many were marked, how many came, and whether the headcount agrees."""
    marked: Counter[int] = Counter()
    came: Counter[int] = Counter()
    for (session_id, enrolment_id), mark in effective_marks(training_class).items():
        if enrolment_id in seated:
            marked[session_id] += 1
            came[session_id] += mark.present
    now = timezone.now()
    today = timezone.localdate(now)
    return [
        {
            "session": session,
            "marked": marked[session.pk],
            "came": came[session.pk],
            "done": bool(seated) and marked[session.pk] == len(seated),
            "open": session.is_open(today),
            "begun": session.has_begun(now),
            "agrees": session.headcount == came[session.pk],
        }
        for session in sessions
        if session.cancelled_at is None
    ]


def _tabs(training_class: TrainingClass, current: str, counts: dict[str, str]) -> list[dict[str, Any]]:
    base = reverse("trainings:town-detail", args=[training_class.pk])
    own = [("timetable", "课程表"), ("people", "花名册"), ("sign", "签到")]
    found = [{"label": label, "url": f"{base}?tab={key}", "n": counts[key], "on": key == current} for key, label in own]
    for tab in registry.tabs:
        url = reverse(tab.url_name, args=[training_class.pk])
        found.append({"label": tab.label, "url": url, "n": tab.count(training_class), "on": False})
    if training_class.state == State.ARCHIVED:
        url, n = f"{base}?tab=certificates", counts["certificates"]
        found.append({"label": "证书", "url": url, "n": n, "on": current == "certificates"})
    found.append({"label": "档案", "url": f"{base}?tab=dossier", "n": counts["dossier"], "on": current == "dossier"})
    return found


def _results(
    user: User, training_class: TrainingClass, people: list[Enrolment], sign: list[dict[str, Any]]
) -> list[tuple[str, str]]:
    seated = [row for row in people if row.state == Enrolment.State.SEATED]
    waiting = sum(row.state == Enrolment.State.WAITING for row in people)
    rows = [("录取", f"{len(seated)} / {training_class.capacity} 人")]
    if waiting:
        rows.append(("候补", f"{waiting} 人"))
    marked, came = sum(row["marked"] for row in sign), sum(row["came"] for row in sign)
    if marked:
        rows.append(("到课率", f"{came / marked:.1%}"))
    if training_class.state == State.ARCHIVED:
        done = sum(row.outcome == Enrolment.Outcome.COMPLETED for row in seated)
        rows.append(("结业", f"{done} / {len(seated)} 人"))
        # scope: one class, fetched in scope
        total = HourEntry.objects.visible_to(user).filter(training_class=training_class).total()
        rows.append(("已入账", f"{plain(total)} 学时"))
    return rows


def _certificates(request: SignedRequest, training_class: TrainingClass, tab: str) -> dict[str, Any]:
    """Certificates of an archived class: how many hold; on their own tab the last one of each person, and who has none."""
    rows = Certificate.objects.visible_to(request.user).filter(enrolment__training_class=training_class)
    if training_class.state != State.ARCHIVED:
        return {"certificates_valid": 0}
    valid = rows.valid().count()
    if tab != "certificates":
        return {"certificates_valid": valid}
    listed = rows.current().select_related("revocation__by", "enrolment__member", "enrolment__branch")
    pages = Paginator(listed.order_by("enrolment__branch__name", "enrolment__member__name", "pk"), PAGE)
    return {
        "certificates": pages.get_page(request.GET.get("page")),
        "certificates_valid": valid,
        "certificates_revoked": pages.count - valid,
        "certificates_owed": len(without_certificate(training_class)),
    }


def _default_tab(training_class: TrainingClass) -> str:
    if training_class.state in (State.CLOSING, State.ARCHIVED):
        return "dossier"
    return {State.ENROLLING: "people", State.RUNNING: "sign"}.get(State(training_class.state), "timetable")


def _rights(user: User, training_class: TrainingClass, sign: list[dict[str, Any]]) -> dict[str, bool]:
    """Which buttons this user is shown; the actions behind them decide again."""
    state, may_write = training_class.state, user.is_clerk or user.is_county
    unmarked = not any(row["marked"] for row in sign)
    before_end = state not in (State.CLOSING, State.ARCHIVED, State.CANCELLED)
    return {
        "may_write": may_write,
        "may_substitute": may_write and state in OPEN,
        "may_plan": may_write and state in (State.DRAFT, State.APPROVED, State.ENROLLING, State.RUNNING),
        "may_enrol": may_write and state in (State.ENROLLING, State.RUNNING),
        "may_quota": may_write and state in (State.DRAFT, State.APPROVED, State.ENROLLING),
        "may_file": may_write and state not in (State.ARCHIVED, State.CANCELLED),
        "may_cancel": may_write and before_end and unmarked,
        "may_withdraw": user.is_clerk and state == State.SUBMITTED,
        "may_return": user.is_county and state == State.SUBMITTED,
    }


@staff_required
def detail(request: SignedRequest, pk: int) -> HttpResponse:
    """Everything about one class, whose turn it is, and what holds it."""
    training_class = class_in_scope(request, pk)
    user = request.user
    wanted = request.GET.get("tab", "")
    current = wanted if wanted in TABS else _default_tab(training_class)
    sessions, people = _sessions(request, training_class), _people(request, training_class)
    seated = {row.pk for row in people if row.state == Enrolment.State.SEATED}
    sign, papers = _sign_rows(sessions, seated, training_class), checklist(training_class)
    gate = GATES.get(State(training_class.state))
    held = missing_at(gate, training_class) if gate else []
    missing, later = [one for one in held if not one.later], [one for one in held if one.later]
    standing = [row for row in sessions if row.cancelled_at is None]
    issued = _certificates(request, training_class, current)
    counts = {
        "certificates": f"{issued['certificates_valid']} 份",
        "timetable": f"{len(standing)} 节",
        "people": str(len(seated)),
        "sign": f"{sum(row['done'] for row in sign)} / {len(sign)}",
        "dossier": f"{sum(paper.done for paper in papers)} / {sum(_counts(paper) for paper in papers)}",
    }
    ctx = {
        "nav": "classes",
        "training_class": training_class,
        "steps": steps(training_class, len(missing)),
        "tone": TONES[State(training_class.state)],
        "move": next_move(training_class, user, later),
        "missing": missing,
        "gate_title": GATE_TITLES.get(State(training_class.state), ""),
        "tab": current,
        "tabs": _tabs(training_class, current, counts),
        "sessions": sessions,
        "groups": [(name, list(rows)) for name, rows in groupby(people, key=lambda row: row.branch.name)],
        "sign": sign,
        "seated": len(seated),
        "stages": [(name, list(rows)) for name, rows in groupby(papers, key=lambda paper: paper.item.stage)],
        "results": _results(user, training_class, people, sign),
        "hours": sum(row.hours for row in standing),
        "places": list(dict.fromkeys(row.place for row in standing if row.place)),
        "history": list(_history(training_class)),
        **issued,
        **_rights(user, training_class, sign),
    }
    return render(request, "trainings/town_detail.html", ctx)


def _counts(paper: Paper) -> bool:
    return paper.done or paper.item.need == DossierItem.Need.REQUIRED


def _history(training_class: TrainingClass) -> Any:
    own = Q(subject_kind="trainings.trainingclass", subject_id=str(training_class.pk))
    return AuditEntry.objects.filter(own).order_by("-pk")[:6]
