"""Letters about sessions: lecturers are asked, told of a change, let off; who has a seat hears of a change too.

Sessions of a draft and half-days that are over are silent. A change that changes nothing one has to know is none.
"""

from collections import defaultdict
from collections.abc import Iterable

from django.urls import reverse
from django.utils import timezone

from juxian.messages.actions import Letter, tell_many
from juxian.people.models import User
from trainings.models import Enrolment, Session, TrainingClass
from trainings.words import cn_day

State = TrainingClass.State
SETTLED = (State.APPROVED, State.ENROLLING, State.RUNNING)  # the county has agreed: lecturers are asked for good
SEATS = (State.ENROLLING, State.RUNNING)
NEEDED = ("lecturer__user", "training_class__town", "room", "point", "site")
PLANNING = ("day", "half", "starts_at", "room_id", "point_id", "site_id")


def line(session: Session) -> str:
    """When, where and what, in one line; wants what a place is called loaded."""
    where = f"，{session.place}" if session.place else ""
    return f"{cn_day(session.day)}{session.get_half_display()}{session.start:%H:%M}{where}：{session.topic}"


def _tell_lecturers(sessions: Iterable[Session], title: str, closing: str) -> None:
    """One letter to each lecturer with an account, about those of the sessions that are not over."""
    now = timezone.now()
    theirs: dict[User, list[Session]] = defaultdict(list)
    for session in sessions:
        if session.lecturer and session.lecturer.user and not session.is_over(now):
            theirs[session.lecturer.user].append(session)
    letters = []
    for user, rows in theirs.items():
        of = rows[0].training_class
        head = f"{of.town.name}“{of.title}”（{of.code}）"
        letters.append(
            Letter(
                to=user,
                key=f"teaching:{rows[0].pk}:{user.pk}:{now:%Y%m%d%H%M%S%f}",
                title=f"{title}：{of.title}",
                body="\n".join([head, *map(line, rows), closing]),
                link=reverse("teach"),
            )
        )
    tell_many(letters)


def ask(sessions: Iterable[Session]) -> None:
    """Ask the lecturers of these sessions, which want `NEEDED` loaded."""
    _tell_lecturers(sessions, "请您授课", "来不了请早些告诉镇里。")


def let_off(sessions: Iterable[Session], why: str) -> None:
    """Tell the lecturers that they need not come; `why` is a sentence."""
    _tell_lecturers(sessions, "这次不用讲了", why)


def planned(training_class: TrainingClass, session: Session) -> None:
    """A session was added."""
    if training_class.state in SETTLED:
        ask([session])


def changed(training_class: TrainingClass, before: Session, session: Session) -> None:
    """A session was changed from `before`: another lecturer, or another time or place for everybody."""
    if training_class.state not in SETTLED:
        return
    moved = any(getattr(before, name) != getattr(session, name) for name in PLANNING)
    if before.lecturer_id != session.lecturer_id:
        let_off([before], "这次课改由别的老师讲。")
        ask([session])
    elif moved or before.topic != session.topic:
        _tell_lecturers([session], "授课有变动", f"原来是{line(before)}。来不了请早些告诉镇里。")
    if moved:
        _tell_seated(training_class, session, "课有变动", f"{line(session)}。\n原来是{line(before)}。")


def cancelled(training_class: TrainingClass, session: Session) -> None:
    """A session was taken out of the timetable."""
    if training_class.state in SETTLED:
        let_off([session], "这次课取消了。")
        _tell_seated(training_class, session, "这次课不上了", f"{line(session)}。")


def _tell_seated(training_class: TrainingClass, session: Session, title: str, body: str) -> None:
    """One letter to everybody who has a seat, unless the half-day is over."""
    now = timezone.now()
    if training_class.state not in SEATS or session.is_over(now):
        return
    rows = Enrolment.objects.filter(training_class=training_class).seated().select_related("member")
    tell_many(
        [
            Letter(
                to=row.member,
                key=f"session:{session.pk}:{row.pk}:{now:%Y%m%d%H%M%S%f}",
                title=f"{title}：{training_class.title}",
                body=body,
                link=reverse("trainings:me-detail", args=[row.pk]),
            )
            for row in rows
        ]
    )
