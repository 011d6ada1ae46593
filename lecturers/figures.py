"""Figures of this floor, counted from rows."""

from collections.abc import Iterable
from datetime import date

from juxian.people.models import Town
from lecturers.models import Appointment, Lecturer


def experts(on: date) -> int:
    """县级党员教育专家 holding an appointment on the local day `on`."""
    return Lecturer.objects.appointed(Appointment.Tier.EXPERT, on).count()


def pool(on: date) -> int:
    """Lecturers in the pool on the local day `on`; an expert may be in it too."""
    return Lecturer.objects.appointed(Appointment.Tier.POOL, on).count()


def names(town: Town) -> Iterable[str]:
    """Names that must not slip into a published text; the pool is shared, so every town's are the same."""
    return Lecturer.objects.order_by().values_list("name", flat=True)
