"""What makes the pages about lecturers' time write."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from lecturers.models import Appointment
from tests.factories import LecturerFactory
from tests.faults.inputs import Case


def _stand_in() -> Any:
    lecturer = LecturerFactory(name="示例代课")
    since = timezone.localdate() - timedelta(days=30)
    Appointment.objects.create(lecturer=lecturer, tier=Appointment.Tier.POOL, starts_on=since)
    return lecturer.pk


def time_cases() -> dict[str, Case]:
    """Only pages for which their own form, as it is, is not enough."""
    tomorrow = timezone.localdate() + timedelta(days=1)
    return {
        "trainings:teach-calendar": Case({f"{tomorrow}-am": "free"}),
        "trainings:session-substitute": Case({"actual": _stand_in, "reason": "原定老师开会"}),
    }
