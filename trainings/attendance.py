"""Who was there: a pure function of the set of marks."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Protocol, TypeVar

from trainings.models import Enrolment, Mark, MarkStatus, Session, TrainingClass


class MarkLike(Protocol):
    """What the merge rule reads of a mark."""

    pk: int
    replaces_id: int | None
    at: datetime
    key: str

    @property
    def present(self) -> bool: ...


M = TypeVar("M", bound=MarkLike)


def effective(marks: Iterable[M]) -> M | None:
    """The mark that counts among those of one person in one session, whatever the order they are given in.

    1. A mark another one replaces is out. 2. Present beats absent. 3. Then the earliest. 4. Then the lowest key.
    """
    distinct = {mark.pk: mark for mark in marks}
    replaced = {mark.replaces_id for mark in distinct.values()}
    standing = [mark for mark in distinct.values() if mark.pk not in replaced]
    return min(standing, key=lambda mark: (not mark.present, mark.at, mark.key), default=None)


def effective_marks(training_class: TrainingClass) -> dict[tuple[int, int], Mark]:
    """Effective mark by (session, enrolment) of the standing sessions of a class. One query."""
    sets: dict[tuple[int, int], list[Mark]] = defaultdict(list)
    rows = Mark.objects.filter(session__training_class=training_class, session__cancelled_at=None)
    for mark in rows.select_related("status"):
        sets[mark.session_id, mark.enrolment_id].append(mark)
    chosen = {pair: effective(marks) for pair, marks in sets.items()}
    return {pair: mark for pair, mark in chosen.items() if mark}


def session_marks(session: Session, statuses: Mapping[int, MarkStatus] | None = None) -> dict[int, Mark]:
    """Effective mark by enrolment of one session. Two queries, one where the caller has the `statuses` by id."""
    known = MarkStatus.objects.in_bulk() if statuses is None else statuses
    sets: dict[int, list[Mark]] = defaultdict(list)
    for mark in Mark.objects.filter(session=session).order_by().defer("origin", "by", "note"):
        mark.status = known[mark.status_id]
        sets[mark.enrolment_id].append(mark)
    chosen = {pk: effective(marks) for pk, marks in sets.items()}
    return {pk: mark for pk, mark in chosen.items() if mark}


def attended_hours(training_class: TrainingClass) -> tuple[Decimal, dict[int, Decimal]]:
    """Hours of the whole class, and the hours attended by enrolment (absent ones have no entry). Two queries."""
    sessions = {s.pk: s.hours for s in Session.objects.filter(training_class=training_class).standing()}
    attended: dict[int, Decimal] = defaultdict(Decimal)
    for (session_id, enrolment_id), mark in effective_marks(training_class).items():
        if mark.present:
            attended[enrolment_id] += sessions[session_id]
    return sum(sessions.values(), Decimal(0)), dict(attended)


def unmarked(training_class: TrainingClass) -> list[tuple[Session, int]]:
    """Standing sessions with seated people who have no mark yet, and how many. Three queries."""
    seated = set(Enrolment.objects.filter(training_class=training_class).seated().values_list("pk", flat=True))
    marked: dict[int, set[int]] = defaultdict(set)
    for session_id, enrolment_id in effective_marks(training_class):
        marked[session_id].add(enrolment_id)
    sessions = Session.objects.filter(training_class=training_class).standing()
    gaps = [(session, len(seated - marked[session.pk])) for session in sessions]
    return [(session, gap) for session, gap in gaps if gap]
