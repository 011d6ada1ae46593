"""The timetable of a class: half-day sessions, without collisions of lecturers and rooms."""

from collections import defaultdict
from copy import copy
from datetime import date, time
from decimal import Decimal
from typing import TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from centres.models import ReceptionSite, Room, TeachingPoint
from courses.models import Borrowing, CourseVersion
from juxian.audit.log import record
from juxian.people.models import Town, User
from lecturers.models import Appointment, Lecturer, Suspension
from trainings import notices
from trainings.actions.rights import State, locked_class, must_be, must_run, not_in
from trainings.clashes import Clash, Reader, bookings, elsewhere, places_shut
from trainings.models import Mark, Session, TrainingClass

OPEN = (State.DRAFT, State.APPROVED, State.ENROLLING, State.RUNNING)


class SessionFields(TypedDict, total=False):
    """What a session says."""

    day: date
    half: str
    starts_at: time | None
    topic: str
    course_version: CourseVersion | None
    lecturer: Lecturer | None
    mode: str
    room: Room | None
    point: TeachingPoint | None
    site: ReceptionSite | None
    hours: Decimal


def booked(session: Session, by: User) -> list[Clash]:
    """Who or what is taken in that half-day by another class. Locks the lecturer and the place first."""
    if session.lecturer_id:
        Lecturer.objects.select_for_update(of=("self",)).get(pk=session.lecturer_id)
    if session.room_id:
        Room.objects.select_for_update(of=("self",)).get(pk=session.room_id)
    if session.site_id:
        ReceptionSite.objects.select_for_update(of=("self",)).get(pk=session.site_id)
    return bookings(session, elsewhere(session), Reader(by))


def cannot_teach(lecturer: Lecturer | None, day: date) -> str:
    """Why a lecturer is not planned in on a coming day: suspended then, or the term is over. Empty for days gone by.

    Who never had a term is not offered by any form; what was put in by hand stays possible.
    """
    if lecturer is None or day < timezone.localdate():
        return ""
    terms = Appointment.objects.filter(lecturer=lecturer)
    if Suspension.objects.in_force(day).filter(lecturer=lecturer).exists():
        why = "暂停授课"
    elif terms.exists() and not terms.in_force(day).exists():
        why = "不在聘期内"
    else:
        return ""
    return f"{lecturer}在{day.month}月{day.day}日{why}，请换一位讲师，或换个日子。"


def not_lent(version: CourseVersion | None, town: Town, year: int) -> str:
    """Why a town does not plan with another town's course in a year: it was not lent. The county's are for all."""
    owner = version.course.town if version else None
    if version is None or owner is None or owner == town:
        return ""
    if Borrowing.objects.granted(year).filter(course=version.course_id, host=town).exists():
        return ""
    return f"“{version.course}”是{owner.name}的课，{year}年还没有借到。请先在课程页申请借用，对方同意后再排。"


def _check(session: Session, training_class: TrainingClass, by: User, kept: int | None = None) -> None:
    """Refuses in sentences at their fields. `kept`: the version the session had, which it may keep."""
    refused: dict[str, list[str]] = defaultdict(list)
    if session.course_version_id != kept and (
        unlent := not_lent(session.course_version, training_class.town, session.day.year)
    ):
        refused["course_version"].append(unlent)
    if not training_class.starts_on <= session.day <= training_class.ends_on:
        refused["day"].append(f"课次日期要在开班期间（{training_class.span}）内。")
    places = {
        "room": (session.room, "教室"),
        "point": (session.point, "现场教学点"),
        "site": (session.site, "接收站点"),
    }
    for field, (place, label) in places.items():
        if place and place.centre.town_id != training_class.town_id:
            refused[field].append(f"只能选本镇街的{label}。")
    if unable := cannot_teach(session.lecturer, session.day):
        refused["lecturer"].append(unable)
    for clash in [one for one in places_shut(session) if one.stops] + booked(session, by):
        refused[clash.field].append(clash.text)
    if refused:
        raise ValidationError(dict(refused))
    session.full_clean()


def title_of(session: Session) -> str:
    return f"“{session.training_class}”{session.day.month}月{session.day.day}日{session.get_half_display()}“{session.topic}”"


@transaction.atomic
def add_session(*, training_class: TrainingClass, by: User, **fields: Unpack[SessionFields]) -> Session:
    """Put a half-day into the timetable; the same session again returns the first one."""
    training_class = locked_class(training_class)
    must_run(by, training_class.town)
    must_be(training_class, *OPEN)
    same: Session | None = Session.objects.standing().filter(training_class=training_class, **fields).first()
    if same:
        return same
    session = Session(training_class=training_class, **fields)
    _check(session, training_class, by)
    session.save()
    record(
        by=by,
        action="session.add",
        subject=session,
        summary=f"排课：{title_of(session)}",
        town_code=training_class.town.code,
    )
    notices.planned(training_class, session)
    return session


def session_barred(training_class: TrainingClass, session: Session | None = None) -> str:
    """Why the timetable, or this session of it, does not change any more; empty when it may."""
    if training_class.state == State.SUBMITTED:
        return f"“{training_class.title}”已送审，课程表不能再改。要改先撤回，或请县里退回。"
    refusal = not_in(training_class, *OPEN)
    if refusal or session is None:
        return refusal
    if session.cancelled_at:
        return f"{title_of(session)}已取消，不能再改。"
    if Mark.objects.filter(session=session).exists():
        return f"{title_of(session)}已经点过名，不能再改。"
    return ""


def _unmarked(session: Session, verb: str) -> None:
    if Mark.objects.filter(session=session).exists():
        raise ValidationError(f"{title_of(session)}已经点过名，不能{verb}。", code="marked")


@transaction.atomic
def change_session(*, session: Session, by: User, **fields: Unpack[SessionFields]) -> Session:
    """Change a standing session nobody was marked in yet."""
    training_class = locked_class(session.training_class)
    must_run(by, training_class.town)
    must_be(training_class, *OPEN)
    places = ("room__centre", "point__centre", "site__centre")
    session = Session.objects.select_related(*notices.NEEDED, *places).get(pk=session.pk)
    if session.cancelled_at:
        raise ValidationError(f"{title_of(session)}已取消，不能再改。", code="cancelled")
    _unmarked(session, "再改")
    before, kept = copy(session), session.course_version_id
    for name, value in fields.items():
        setattr(session, name, value)
    _check(session, training_class, by, kept)
    session.save(update_fields=list(fields))
    record(
        by=by,
        action="session.change",
        subject=session,
        summary=f"调课：{title_of(session)}",
        town_code=training_class.town.code,
    )
    notices.changed(training_class, before, session)
    return session


@transaction.atomic
def cancel_session(*, session: Session, by: User) -> Session:
    """Take an unmarked session out of the timetable; the row stays."""
    training_class = locked_class(session.training_class)
    must_run(by, training_class.town)
    session = Session.objects.select_related(*notices.NEEDED).get(pk=session.pk)
    if session.cancelled_at:
        return session
    must_be(training_class, *OPEN)
    _unmarked(session, "取消")
    session.cancelled_at = timezone.now()
    session.save(update_fields=["cancelled_at"])
    record(
        by=by,
        action="session.cancel",
        subject=session,
        summary=f"取消课次：{title_of(session)}",
        town_code=training_class.town.code,
    )
    notices.cancelled(training_class, session)
    return session
