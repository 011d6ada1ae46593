"""A broadcast becomes a session of a class: with a roster, a roll call and hours like any other."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction

from centres.models import ReceptionSite, Room
from courses.models import Broadcast
from juxian.people.models import User
from trainings.actions.sessions import add_session
from trainings.models import Session, TrainingClass, Viewing
from trainings.models.viewings import half_of


def viewing_session(
    broadcast: Broadcast, training_class: TrainingClass, room: Room | None, site: ReceptionSite | None, hours: Decimal
) -> Session:
    """The session a viewing would be, not saved: day, half and start are the broadcast's."""
    local, half = half_of(broadcast.starts_at)
    return Session(
        training_class=training_class,
        day=local.date(),
        half=half,
        starts_at=local.time().replace(second=0, microsecond=0),
        topic=broadcast.title,
        mode=Session.Mode.GROUP_VIEWING,
        room=room,
        site=site,
        hours=hours,
    )


@transaction.atomic
def add_viewing(
    *,
    broadcast: Broadcast,
    training_class: TrainingClass,
    room: Room | None,
    site: ReceptionSite | None,
    hours: Decimal,
    by: User,
) -> Viewing:
    """Put a broadcast into the timetable of a class; the same again is the first one. Refused where it is off the air."""
    programme = Broadcast.objects.select_for_update(of=("self",)).get(pk=broadcast.pk)
    if programme.cancelled:
        raise ValidationError(f"“{programme}”停播了，不能安排集体收看。", code="cancelled")
    if room is None and site is None:
        raise ValidationError({"room": "请选教室或接收站点，学员要知道到哪里去看。"}, code="place")
    planned = viewing_session(programme, training_class, room, site, hours)
    session = add_session(
        training_class=training_class,
        by=by,
        day=planned.day,
        half=planned.half,
        starts_at=planned.starts_at,
        topic=planned.topic,
        mode=planned.mode,
        room=room,
        site=site,
        hours=hours,
    )
    return Viewing.objects.get_or_create(session=session, defaults={"broadcast": programme})[0]
