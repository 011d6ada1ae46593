"""Where a class stands, in the words of its page: the stepper, the next move, its gate."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone

from juxian.people.models import User
from trainings.actions import too_early
from trainings.models import TrainingClass
from trainings.registry import Gate, Missing

State = TrainingClass.State
LABELS = ("草稿", "审批", "报名", "进行", "结班", "归档")
POSITION = {
    State.DRAFT: 0,
    State.SUBMITTED: 1,
    State.APPROVED: 2,
    State.ENROLLING: 2,
    State.RUNNING: 3,
    State.CLOSING: 4,
    State.ARCHIVED: 6,
    State.CANCELLED: -1,
}
WAITING = {State.SUBMITTED: "等县里批复", State.APPROVED: "可以开始"}
TONES = {
    State.DRAFT: "",
    State.SUBMITTED: "st-warn",
    State.APPROVED: "st-info",
    State.ENROLLING: "st-info",
    State.RUNNING: "st-info",
    State.CLOSING: "st-warn",
    State.ARCHIVED: "st-ok",
    State.CANCELLED: "",
}
GATES = {State.DRAFT: Gate.SUBMIT, State.RUNNING: Gate.CLOSE, State.CLOSING: Gate.ARCHIVE}


@dataclass(frozen=True)
class Step:
    """One dot of the stepper; `css` is done, now or empty."""

    label: str
    css: str
    small: str


@dataclass(frozen=True)
class Move:
    """The next thing to do with a class: the verb its form posts, the word on its button, and what it waits for."""

    verb: str
    label: str
    hint: str
    waits: str = ""


MOVES = {
    State.DRAFT: Move("submit", "送审", "送县里审批"),
    State.APPROVED: Move("enrolling", "开始报名", "县里已批准，可以报名"),
    State.ENROLLING: Move("start", "开班", "报名够了就开班"),
    State.RUNNING: Move("closing", "结班", "课上完、名点全，就能结班"),
    State.CLOSING: Move("archive", "归档", "归档后学时入账，档案不再改"),
}


def _day(moment: datetime | None) -> str:
    if not moment:
        return ""
    day = timezone.localdate(moment)
    return f"{day.month}月{day.day}日"


def steps(training_class: TrainingClass, missing: int | None = None) -> list[Step]:
    """The six dots of a class, each with the day it was entered. `missing` things, where known, are said under the current one."""
    here = POSITION[State(training_class.state)]
    entered = (
        None,
        training_class.submitted_at,
        training_class.enrolling_at or training_class.approved_at,
        training_class.running_at,
        training_class.closing_at,
        training_class.archived_at,
    )
    found = []
    for place, (label, moment) in enumerate(zip(LABELS, entered, strict=True)):
        if place < here:
            found.append(Step(label, "done", _day(moment)))
        elif place == here:
            gap = f"还差 {missing} 项" if missing else ""
            found.append(Step(label, "now", gap or WAITING.get(State(training_class.state), "") or _day(moment)))
        else:
            found.append(Step(label, "", ""))
    return found


def next_move(training_class: TrainingClass, user: User, later: Sequence[Missing] = ()) -> Move | None:
    """What this user may do next with the class; None when it is somebody else's turn. `later` must come first."""
    state = State(training_class.state)
    if state == State.SUBMITTED:
        mine = training_class.submitted_by_id == user.pk
        return Move("approve", "批准", "批准后镇里就能报名") if user.is_county and not mine else None
    move = MOVES.get(state) if user.is_clerk or user.is_county else None
    if move is None:
        return None
    if state == State.ENROLLING:
        return replace(move, waits=too_early(training_class))
    return replace(move, waits=f"还有 {len(later)} 次课没上，上完再{move.label}。" if later else "")
