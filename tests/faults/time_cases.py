"""What makes the pages about lecturers' time write."""

from datetime import timedelta

from django.utils import timezone

from lecturers.models import Appointment, Lecturer
from tests.factories import LecturerFactory
from tests.faults.inputs import Case

STAND_IN = "示例代课"


def prepare_time() -> None:
    """Somebody who may stand in."""
    lecturer = LecturerFactory(name=STAND_IN)
    since = timezone.localdate() - timedelta(days=30)
    Appointment.objects.create(lecturer=lecturer, tier=Appointment.Tier.POOL, starts_on=since)


def _stand_in() -> int:
    return Lecturer.objects.get(name=STAND_IN).pk


def time_cases() -> dict[str, Case]:
    """Only pages for which their own form, as it is, is not enough."""
    tomorrow = timezone.localdate() + timedelta(days=1)
    return {
        "trainings:teach-calendar": Case({f"{tomorrow}-am": "free"}),
        "trainings:teach-teaching": Case({"topics": "党章"}),
        "trainings:session-substitute": Case({"actual": _stand_in, "reason": "原定老师开会"}),
    }
