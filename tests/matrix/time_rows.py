"""Substitutions of a town of the matrix."""

from typing import Any

from django.utils import timezone

from lecturers.models import Lecturer
from tests.factories import LecturerKindFactory
from trainings.models import Substitution


def add_time(data: Any) -> None:
    """Somebody was to teach the session whose lecturer taught it."""
    planned, _ = Lecturer.objects.get_or_create(name="原定讲师", kind=LecturerKindFactory())
    given = {"planned": planned, "actual": data.session.lecturer, "by": data.clerk_user, "at": timezone.now()}
    data.add("substitution", Substitution, session=data.session, **given)
