"""Who or what would be in two places in one half-day: a lecturer, a room, a site, people with a seat in two classes.

Lecturer, room and site stand in the way, and the database refuses them too. People are a warning: they can be told where to go.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from juxian.people.models import Member, User
from trainings.models import Enrolment, Session, TrainingClass
from trainings.words import cn_day

IN_CLASS = (Enrolment.State.SEATED, Enrolment.State.WAITING)
NAMES_SAID = 5
ANOTHER_HALF = "或换个半天。"


@dataclass(frozen=True)
class Clash:
    """One sentence about another booking. `link` is empty where it is another town's business.

    `field`: what of the session one would change.
    """

    text: str
    link: str = ""
    stops: bool = False
    field: str = "day"


class Reader:
    """What the person who is warned may know of another booking."""

    def __init__(self, user: User) -> None:
        self.towns = set(user.towns().values_list("pk", flat=True))

    def sees(self, training_class: TrainingClass) -> bool:
        return training_class.town_id in self.towns

    def link(self, training_class: TrainingClass) -> str:
        """The timetable of the other class; none of another town's."""
        if not self.sees(training_class):
            return ""
        return f"{reverse('trainings:town-detail', args=[training_class.pk])}?tab=timetable"


def half_day(session: Session) -> str:
    """11月24日上午."""
    return f"{cn_day(session.day, year=False)}{session.get_half_display()}"


def seen_key(found: Iterable[Clash]) -> str:
    """Stands for exactly these warnings, so that what was accepted is what was shown."""
    return sha256("\n".join(clash.text for clash in found).encode()).hexdigest()[:16]


def elsewhere(session: Session) -> list[Session]:
    """Standing sessions of other classes in the same half-day. One query."""
    rows = Session.objects.standing().filter(day=session.day, half=session.half)
    rows = rows.exclude(training_class=session.training_class_id)
    return list(rows.select_related("training_class").order_by("pk"))


def bookings(session: Session, others: list[Session], reader: Reader) -> list[Clash]:
    """Lecturer, room and reception site of `session` that another class has in that half-day."""
    found = []
    for other in others:
        title, link = f"“{other.training_class}”", reader.link(other.training_class)
        if session.lecturer and other.lecturer_id == session.lecturer_id:
            taken = f"已排在{title}上课" if link else "已有外镇安排"
            text = f"{half_day(session)}，讲师{session.lecturer}{taken}。请换一位讲师，{ANOTHER_HALF}"
            found.append(Clash(text, link, stops=True, field="lecturer"))
        if session.room and other.room_id == session.room_id:
            taken = f"已被{title}占用" if link else "已有外镇安排"
            text = f"{half_day(session)}，{session.room}{taken}。请换个教室，{ANOTHER_HALF}"
            found.append(Clash(text, link, stops=True, field="room"))
        if session.site and other.site_id == session.site_id:
            taken = f"已被{title}占用" if link else "已有外镇安排"
            text = f"{half_day(session)}，{session.site}{taken}。请换个站点，{ANOTHER_HALF}"
            found.append(Clash(text, link, stops=True, field="site"))
    return found


def _both(others: Iterable[Session], members: Collection[Member] | QuerySet[Any, Any]) -> dict[int, list[Member]]:
    """Which of `members` are in the classes of `others`, by class. One query."""
    people: dict[int, list[Member]] = defaultdict(list)
    rows = Enrolment.objects.filter(
        training_class__in={other.training_class_id for other in others}, state__in=IN_CLASS, member__in=members
    )
    for row in rows.select_related("member").order_by("member__name", "pk"):
        people[row.training_class_id].append(row.member)
    return people


def _there(other: Session, reader: Reader) -> str:
    return f"“{other.training_class}”" if reader.sees(other.training_class) else "外镇"


def _people(session: Session, others: list[Session], reader: Reader) -> list[Clash]:
    enrolled = Enrolment.objects.filter(training_class=session.training_class_id, state__in=IN_CLASS)
    people = _both(others, enrolled.values("member"))
    found = []
    for other in others:
        names = [member.name for member in people.get(other.training_class_id, [])]
        if names:
            said = "、".join(names[:NAMES_SAID]) + ("等" if len(names) > NAMES_SAID else "")
            text = f"{half_day(session)}，本班 {len(names)} 人（{said}）还要上{_there(other, reader)}的课。能换就换个半天。"
            found.append(Clash(text, reader.link(other.training_class)))
    return found


def places_shut(session: Session) -> list[Clash]:
    """The place itself: one that is out of use stands in the way, a season that is over is a warning."""
    place = session.point or session.site
    if place and place.refusal:
        return [Clash(place.refusal, stops=True, field="point" if session.point else "site")]
    if session.point and not session.point.is_open(session.day):
        text = f"{session.point}开放时间是 {session.point.season}，{half_day(session)}不在里面。先和教学点说好，或换个地点。"
        return [Clash(text)]
    return []


def clashes(session: Session, user: User) -> list[Clash]:
    """Everything a planned half-day would collide with, as `user` may know it. Three queries."""
    others, reader = elsewhere(session), Reader(user)
    return places_shut(session) + bookings(session, others, reader) + _people(session, others, reader)


def _meeting(training_class: TrainingClass, members: Collection[Member]) -> list[tuple[Session, list[Member]]]:
    """Sessions of other classes in the half-days of this one, with those of `members` who belong there. Two queries."""
    own = Session.objects.filter(training_class=training_class).standing()
    rows = Session.objects.standing().exclude(training_class=training_class)
    rows = rows.filter(Exists(own.filter(day=OuterRef("day"), half=OuterRef("half"))))
    others = list(rows.select_related("training_class").order_by("day", "half", "pk"))
    people = _both(others, members)
    return [(other, people[other.training_class_id]) for other in others if other.training_class_id in people]


def busy_members(training_class: TrainingClass, members: Collection[Member], user: User) -> dict[int, list[Clash]]:
    """By member: other classes they belong to that meet in a half-day of this one. Three queries."""
    reader = Reader(user)
    found: dict[int, list[Clash]] = defaultdict(list)
    for other, people in _meeting(training_class, members):
        clash = Clash(f"{half_day(other)}要上{_there(other, reader)}的课", reader.link(other.training_class))
        for member in people:
            found[member.pk].append(clash)
    return dict(found)


def busy_list(training_class: TrainingClass, members: Collection[Member], user: User) -> list[Clash]:
    """The same by the other session, with the names of all whom it concerns. Three queries."""
    reader = Reader(user)
    found = []
    for other, people in _meeting(training_class, members):
        names = "、".join(member.name for member in people)
        text = f"{half_day(other)}，{names}要上{_there(other, reader)}的课。"
        found.append(Clash(text, reader.link(other.training_class)))
    return found
