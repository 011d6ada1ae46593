"""Roll call. Marks are only added; a change is a new mark that names what it replaces."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from juxian.audit.log import record
from juxian.people.models import User
from trainings.actions.hours import follow_mark
from trainings.actions.outcomes import resettle_outcome
from trainings.actions.rights import State, locked_class, must_be, must_run, need_text
from trainings.attendance import session_marks
from trainings.models import Enrolment, Mark, MarkStatus, Session


@dataclass(frozen=True)
class RosterSaved:
    """What a roll call changed. `kept` are people somebody else marked meanwhile: theirs stays."""

    created: int
    changed: int
    unchanged: int
    kept: list[Enrolment]


def _refuse_closed(session: Session) -> None:
    if session.is_open(timezone.localdate()):
        return
    when = f"{session.day.month}月{session.day.day}日{session.get_half_display()}“{session.topic}”"
    if session.cancelled_at:
        raise ValidationError(f"{when}已取消，不能点名。", code="cancelled")
    if session.day > timezone.localdate():
        raise ValidationError(f"{when}还没到上课日期，当天才能点名。", code="early")
    state = session.training_class.get_state_display()
    raise ValidationError(f"{when}所在的班现在是“{state}”，开班后、归档前才能点名。", code="closed")


def _statuses(codes: set[str]) -> dict[str, MarkStatus]:
    statuses = {status.code: status for status in MarkStatus.objects.filter(code__in=codes)}
    unknown = codes - statuses.keys()
    if unknown:
        raise ValidationError(f"没有这种点名状态：{'、'.join(sorted(unknown))}。", code="status")
    return statuses


def _seated(session: Session, pks: set[int]) -> dict[int, Enrolment]:
    rows = Enrolment.objects.filter(training_class=session.training_class_id, pk__in=pks).seated()
    found = {row.pk: row for row in rows.select_related("member")}
    if len(found) < len(pks):
        raise ValidationError(f"有 {len(pks) - len(found)} 人不在本班录取名单里，请刷新后再点名。", code="not_seated")
    return found


def _new_marks(
    session: Session, wanted: list[tuple[Enrolment, MarkStatus]], seen: int | None
) -> tuple[list[Mark], list[Enrolment]]:
    """Marks to add (each naming the one it replaces), and the people whose newer mark stays."""
    current = session_marks(session)
    rows, kept = [], []
    for person, status in wanted:
        old = current.get(person.pk)
        if old and old.status_id == status.pk:
            continue
        if old and seen is not None and old.pk > seen:
            kept.append(person)
        else:
            rows.append(Mark(session=session, enrolment=person, status=status, replaces=old))
    return rows, kept


@transaction.atomic
def save_roster(
    *,
    session: Session,
    statuses: Mapping[int, str],
    key: str,
    by: User,
    origin: str = Mark.Origin.ROSTER,
    headcount: int | None = None,
    seen: int | None = None,
) -> RosterSaved:
    """Store a roll call: status code by enrolment id. The same `key` again changes nothing.

    `seen` is the id of the newest mark the clerk saw; a newer one that differs is kept, never overwritten unseen.
    """
    training_class = locked_class(session.training_class)
    must_run(by, training_class.town)
    session = Session.objects.select_related("training_class").get(pk=session.pk)
    _refuse_closed(session)
    if Mark.objects.filter(session=session, key__startswith=f"{key}:").exists():
        return RosterSaved(0, 0, len(statuses), [])
    known = _statuses(set(statuses.values()))
    people = _seated(session, set(statuses))
    rows, kept = _new_marks(session, [(people[pk], known[code]) for pk, code in statuses.items()], seen)
    for row in rows:
        row.origin, row.key, row.by, row.at = origin, f"{key}:{row.enrolment_id}", by, timezone.now()
    Mark.objects.bulk_create(rows)
    changed = sum(row.replaces_id is not None for row in rows)
    saved = RosterSaved(len(rows) - changed, changed, len(statuses) - len(rows) - len(kept), kept)
    _note_roster(session, saved, headcount, by, training_class.town.code)
    return saved


def _note_roster(session: Session, saved: RosterSaved, headcount: int | None, by: User, town_code: str) -> None:
    counted = headcount is not None and headcount != session.headcount
    if counted:
        Session.objects.filter(pk=session.pk).update(headcount=headcount)
    if not (counted or saved.created or saved.changed):
        return
    when = f"{session.day.month}月{session.day.day}日{session.get_half_display()}“{session.topic}”"
    summary = f"点名{when}：新记 {saved.created} 人，改 {saved.changed} 人"
    if counted:
        summary += f"，现场清点 {headcount} 人"
    record(by=by, action="session.roster", subject=session, summary=summary, town_code=town_code)


@transaction.atomic
def amend_mark_after_archive(
    *,
    session: Session,
    enrolment: Enrolment,
    status: str,
    reason: str,
    by: User,
    origin: str = Mark.Origin.ROSTER,
    judge: bool = True,
) -> Mark:
    """Correct one mark of an archived class, with a reason: new mark, ledger reversed or posted, outcome judged again.

    Who corrects several marks of one person at once passes `judge=False` and calls `resettle_outcome` after the last.
    """
    training_class = locked_class(session.training_class)
    must_run(by, training_class.town)
    must_be(training_class, State.ARCHIVED)
    reason = need_text(reason, "归档后更正要写明原因。")
    known = _statuses({status})[status]
    enrolment = _seated(session, {enrolment.pk})[enrolment.pk]
    old = session_marks(session).get(enrolment.pk)
    if old and old.status_id == known.pk:
        return old
    number = Mark.objects.filter(session=session, enrolment=enrolment).count() + 1
    mark = Mark.objects.create(
        session=session,
        enrolment=enrolment,
        status=known,
        origin=origin,
        key=f"amend:s{session.pk}:e{enrolment.pk}:{number}",
        replaces=old,
        by=by,
        at=timezone.now(),
        note=reason[:100],
    )
    follow_mark(mark=mark, reason=reason, by=by)
    if judge:
        resettle_outcome(enrolment=enrolment)
    summary = f"归档后更正“{training_class.title}”{enrolment.member.name}：{known.name}。{reason}"
    record(by=by, action="class.amend", subject=mark, summary=summary, town_code=training_class.town.code)
    return mark
