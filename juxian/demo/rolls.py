"""Marks, make-ups and hours of the demo classes."""

from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from assessments.models import MakeUp
from juxian.demo.outline import Outline, State
from juxian.demo.people import HERO_TOWN
from juxian.demo.plot import Plot, save_all
from juxian.people.models import User
from juxian.rules.lookup import value
from trainings.actions.hours import entry_key
from trainings.actions.outcomes import absence_objection
from trainings.models import Enrolment, HourEntry, Mark, MarkStatus, Session

LATE, LEAVE, ABSENT = 0.03, 0.015, 0.006
DONE_SHARE, OVERDUE_SHARE, OVERDUE_DAYS = 0.82, 0.3, 30


class Roll:
    """Statuses of one class by (enrolment, session), as drawn."""

    def __init__(self, plot: Plot, statuses: dict[str, MarkStatus]) -> None:
        self.plot = plot
        self.statuses = statuses

    def draw(self, outline: Outline, place: int) -> list[str]:
        """One person's codes over the sessions held so far; the strangers at the end of the list never come."""
        random, sessions = self.plot.random.random, self.held(outline)
        if place >= len(outline.people) - outline.strangers:
            code = "leave" if random() < 0.5 else "absent"
            return [code] * len(sessions)
        codes = [self._one(random()) for _ in sessions]
        if codes and not any(self.statuses[code].counts_present for code in codes):
            codes[0] = "present"
        return codes

    @staticmethod
    def _one(chance: float) -> str:
        if chance < ABSENT:
            return "absent"
        if chance < ABSENT + LEAVE:
            return "leave"
        return "late" if chance < ABSENT + LEAVE + LATE else "present"

    def held(self, outline: Outline) -> list[Session]:
        """Sessions with a roll: all of a closed class; of a running one those before today, for today's may still come.

        In the hero's town yesterday afternoon was forgotten, so that something is overdue on that desk.
        """
        if outline.state in (State.CLOSING, State.ARCHIVED):
            return outline.sessions
        if outline.state != State.RUNNING:
            return []
        today, forgotten = self.plot.at, outline.town.code == HERO_TOWN
        earlier = [s for s in outline.sessions if s.day < today]
        return earlier[:1] if forgotten else earlier


def write_marks(plot: Plot, outlines: list[Outline]) -> list[Mark]:
    """The roll of every session held, with its headcount. The hero misses one half-day of the closing class."""
    statuses = {status.code: status for status in MarkStatus.objects.all()}
    roll = Roll(plot, statuses)
    marks: list[Mark] = []
    for outline in outlines:
        sessions, clerk = roll.held(outline), plot.clerk(outline.town)
        present = dict.fromkeys((session.pk for session in sessions), 0)
        for place, enrolment in enumerate(outline.enrolments if sessions else []):
            codes = roll.draw(outline, place)
            if outline.state == State.CLOSING and enrolment.member == plot.hero:
                codes[-1] = "leave"
            for session, code in zip(sessions, codes, strict=True):
                present[session.pk] += statuses[code].counts_present
                marks.append(_mark(plot, session, enrolment, statuses[code], clerk))
        for session in sessions:
            session.headcount = present[session.pk]
            summary = f"“{outline.title}”{session.day.month}月{session.day.day}日{session.get_half_display()}点名"
            plot.note(_roll_time(plot, session), clerk, "session.roster", session, summary, outline.town.code)
    held = [session for outline in outlines for session in roll.held(outline)]
    Session.objects.bulk_update(held, ["headcount"], batch_size=500)
    return save_all(Mark, marks)


def _roll_time(plot: Plot, session: Session) -> datetime:
    return plot.moment(session.day, "08:35" if session.half == Session.Half.MORNING else "13:35")


def _mark(plot: Plot, session: Session, enrolment: Enrolment, status: MarkStatus, clerk: User) -> Mark:
    return Mark(
        session=session,
        enrolment=enrolment,
        status=status,
        key=f"demo:s{session.pk}:{enrolment.pk}",
        by=clerk,
        at=_roll_time(plot, session),
    )


def write_make_ups(plot: Plot, outlines: list[Outline], marks: list[Mark]) -> list[Mark]:
    """Who missed more than the limit owes a make-up: mostly done, some overdue, the latest still open.

    Returns the marks that done make-ups added.
    """
    limit = Fraction(str(value("attendance.max_absence_ratio", plot.at)))
    days = int(value("makeup.days", plot.at))
    missed: dict[int, list[Mark]] = defaultdict(list)
    came: set[int] = set()
    for mark in marks:
        if mark.status.counts_present:
            came.add(mark.enrolment_id)
        else:
            missed[mark.enrolment_id].append(mark)
    rows: list[tuple[MakeUp, list[Mark], datetime]] = []
    for outline in outlines:
        if outline.state not in (State.CLOSING, State.ARCHIVED):
            continue
        total = sum((session.hours for session in outline.sessions), Decimal(0))
        for enrolment in outline.enrolments:
            gaps = missed.get(enrolment.pk, [])
            hours = sum((mark.session.hours for mark in gaps), Decimal(0))
            if Fraction(hours) > Fraction(total) * limit:
                opened = outline.closing_at
                row = _make_up(plot, enrolment, hours, opened, days, came=enrolment.pk in came)
                rows.append((row, gaps, opened))
    save_all(MakeUp, [row for row, _, _ in rows])
    for row, _, opened in rows:
        MakeUp.objects.filter(pk=row.pk).update(created_at=opened)
    return _make_up_marks(plot, [(row, gaps) for row, gaps, _ in rows if row.state == MakeUp.State.DONE])


def _make_up(
    plot: Plot, enrolment: Enrolment, hours: Decimal, opened: datetime, days: int, *, came: bool
) -> MakeUp:  # fmt: skip
    row = MakeUp(enrolment=enrolment, missed_hours=hours, due_on=(opened + timedelta(days=days)).date())
    recent = row.due_on >= plot.day(-OVERDUE_DAYS)
    if row.due_on >= plot.at or (recent and plot.random.random() < OVERDUE_SHARE):
        return row
    row.closed_at = opened + timedelta(days=days - 4)
    if came and plot.random.random() < DONE_SHARE:
        row.state, row.note = MakeUp.State.DONE, "补听录音并交学习笔记（演示）"
    else:
        row.state, row.note = MakeUp.State.CANCELLED, "改为参加后一期（演示）"
    return row


def _make_up_marks(plot: Plot, done: list[tuple[MakeUp, list[Mark]]]) -> list[Mark]:
    present = MarkStatus.objects.get(code="present")
    rows = [
        Mark(
            session=mark.session,
            enrolment=mark.enrolment,
            status=present,
            origin=Mark.Origin.MAKE_UP,
            key=f"make-up:{row.pk}:s{mark.session_id}",
            replaces=mark,
            by=mark.by,
            at=row.closed_at or mark.at,
            note=row.note,
        )
        for row, gaps in done
        for mark in gaps
    ]
    return save_all(Mark, rows)


def write_hours(plot: Plot, outlines: list[Outline], marks: list[Mark], made_up: list[Mark]) -> None:
    """Post every half-day attended in the archived classes, under the ledger's own keys."""
    archived = {outline.row.pk: outline for outline in outlines if outline.state == State.ARCHIVED}
    half_day = value("hours.half_day", plot.at)
    rows = []
    for mark in [*marks, *made_up]:
        outline = archived.get(mark.session.training_class_id)
        if outline is None or not mark.status.counts_present:
            continue
        session, enrolment = mark.session, mark.enrolment
        late = mark.origin == Mark.Origin.MAKE_UP and mark.at > outline.archived_at
        rows.append(
            HourEntry(
                member_id=enrolment.member_id,
                town_id=enrolment.town_id,
                branch_name=enrolment.branch.name,
                training_class=outline.row,
                enrolment=enrolment,
                session=session,
                hours=session.hours,
                earned_on=session.day,
                is_centralised=outline.level == outline.row.Level.COUNTY,
                title=f"{outline.title}：{session.topic}"[:120],
                key=entry_key(session, enrolment, 1),
                rule_note=f"按课次 {session.hours:g} 学时；县级设置半天 {half_day} 学时",
                reason="补课" if late else "",
                posted_by=mark.by,
                posted_at=mark.at if late else outline.archived_at,
            )
        )
    save_all(HourEntry, rows)


def settle(
    plot: Plot, outlines: list[Outline], marks: list[Mark], made_up: list[Mark], failed: set[int]
) -> dict[int, Decimal]:
    """Outcomes of the archived classes by the completion rule. `failed` are enrolments whose exam stands against it.

    Returns the hours attended by enrolment.
    """
    limit = Fraction(str(value("attendance.max_absence_ratio", plot.at)))
    hours: dict[int, Decimal] = defaultdict(Decimal)
    for mark in [*marks, *made_up]:
        if mark.status.counts_present:
            hours[mark.enrolment_id] += mark.session.hours
    completed, others = [], []
    for outline in (one for one in outlines if one.state == State.ARCHIVED):
        total = sum((session.hours for session in outline.sessions), Decimal(0))
        for enrolment in outline.enrolments:
            note = absence_objection(total, hours[enrolment.pk], limit)
            note += "考试未及格" if enrolment.pk in failed else ""
            if note:
                enrolment.outcome, enrolment.outcome_note = Enrolment.Outcome.NOT_COMPLETED, note
                others.append(enrolment)
            else:
                enrolment.outcome = Enrolment.Outcome.COMPLETED
                completed.append(enrolment.pk)
    for start in range(0, len(completed), 500):
        Enrolment.objects.filter(pk__in=completed[start : start + 500]).update(outcome=Enrolment.Outcome.COMPLETED)
    Enrolment.objects.bulk_update(others, ["outcome", "outcome_note"], batch_size=200)
    return hours
