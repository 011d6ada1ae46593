"""Posting to the hour ledger. Rows are never edited: reverse, and post again."""

from collections import Counter
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from juxian.audit.log import record
from juxian.people.models import User
from juxian.rules.lookup import value
from trainings.actions.rights import State, locked_class, must_be, must_run, need_text
from trainings.attendance import effective_marks
from trainings.models import Enrolment, HourEntry, Mark, Session, TrainingClass
from trainings.words import plain


def entry_key(session: Session, enrolment: Enrolment, number: int) -> str:
    """The ledger's own key: one posting of one person for one session; a repeated posting counts up."""
    return f"class:{session.training_class_id}:s{session.pk}:e{enrolment.pk}:{number}"


def _entry(
    training_class: TrainingClass, session: Session, enrolment: Enrolment, number: int, half_day: object, by: User
) -> HourEntry:
    return HourEntry(
        member_id=enrolment.member_id,
        town_id=enrolment.town_id,
        branch_name=enrolment.branch.name,
        training_class=training_class,
        enrolment=enrolment,
        session=session,
        hours=session.hours,
        earned_on=session.day,
        is_centralised=training_class.level == TrainingClass.Level.COUNTY,
        title=f"{training_class.title}：{session.topic}"[:120],
        key=entry_key(session, enrolment, number),
        rule_note=f"按课次 {plain(session.hours)} 学时；县级设置半天 {half_day} 学时",
        posted_by=by,
        posted_at=timezone.now(),
    )


def _standing(training_class: TrainingClass) -> tuple[set[tuple[int, int]], Counter[tuple[int, int]]]:
    """Pairs of session and enrolment that have a standing posting, and how often each was posted."""
    posted: Counter[tuple[int, int]] = Counter()
    standing = set()
    rows = HourEntry.objects.filter(training_class=training_class, reverses=None, session__isnull=False)
    for session_id, enrolment_id, reversal in rows.values_list("session_id", "enrolment_id", "reversed_by"):
        posted[session_id, enrolment_id] += 1
        if reversal is None:
            standing.add((session_id, enrolment_id))
    return standing, posted


@transaction.atomic
def post_class_hours(*, training_class: TrainingClass, by: User) -> list[HourEntry]:
    """Post what was attended and is not in the ledger yet; returns the new rows. Again: none."""
    training_class = locked_class(training_class)
    must_run(by, training_class.town)
    must_be(training_class, State.CLOSING, State.ARCHIVED)
    present = {pair for pair, mark in effective_marks(training_class).items() if mark.present}
    standing, posted = _standing(training_class)
    sessions = {row.pk: row for row in Session.objects.filter(training_class=training_class)}
    people = Enrolment.objects.filter(training_class=training_class).seated().select_related("branch")
    enrolments = {row.pk: row for row in people}
    half_days = sorted(pair for pair in present - standing if pair[1] in enrolments)
    rules: dict[date, object] = {}
    rows = []
    for session_id, enrolment_id in half_days:
        session = sessions[session_id]
        if session.day not in rules:
            rules[session.day] = value("hours.half_day", session.day)
        number = posted[session_id, enrolment_id] + 1
        rows.append(_entry(training_class, session, enrolments[enrolment_id], number, rules[session.day], by))
    return HourEntry.objects.bulk_create(rows)


@transaction.atomic
def reverse_entry(*, entry: HourEntry, reason: str, by: User) -> HourEntry:
    """Take a posting back with a row of the opposite sign; a posting already reversed answers with that row."""
    entry = HourEntry.objects.select_for_update(of=("self",)).select_related("town", "member").get(pk=entry.pk)
    must_run(by, entry.town)
    done: HourEntry | None = HourEntry.objects.filter(reverses=entry).first()
    if done:
        return done
    if entry.reverses_id:
        raise ValidationError("冲销的分录不能再冲销，请重新入账。", code="reversal")
    reason = need_text(reason, "冲销要写明原因。")
    copied = ("member_id", "town_id", "branch_name", "training_class_id", "enrolment_id", "session_id")
    row = HourEntry.objects.create(
        **{name: getattr(entry, name) for name in copied},
        hours=-entry.hours,
        earned_on=entry.earned_on,
        is_centralised=entry.is_centralised,
        title=entry.title,
        key=f"{entry.key}:r",
        reverses=entry,
        reason=reason[:200],
        rule_note=entry.rule_note,
        posted_by=by,
        posted_at=timezone.now(),
    )
    summary = f"冲销{entry.member.name} {plain(entry.hours)} 学时：{reason}"
    record(by=by, action="hours.reverse", subject=row, summary=summary, town_code=entry.town.code)
    return row


def follow_mark(*, mark: Mark, reason: str, by: User) -> HourEntry | None:
    """Bring the ledger of an archived class in line with a mark that became effective; the new row, if one was needed."""
    pair = {"session_id": mark.session_id, "enrolment_id": mark.enrolment_id, "reverses": None}
    rows = list(HourEntry.objects.filter(**pair).select_related("reversed_by").order_by("pk"))
    standing = next((row for row in rows if not hasattr(row, "reversed_by")), None)
    if mark.present and not standing:
        session = Session.objects.select_related("training_class__town").get(pk=mark.session_id)
        enrolment = Enrolment.objects.select_related("branch").get(pk=mark.enrolment_id)
        half_day = value("hours.half_day", session.day)
        row = _entry(session.training_class, session, enrolment, len(rows) + 1, half_day, by)
        row.reason = reason[:200]
        row.save(force_insert=True)
        return row
    if standing and not mark.present:
        return reverse_entry(entry=standing, reason=reason, by=by)
    return None
