"""A candidate of each town of the matrix, and what the shared pool needs: a term, a review, somebody suspended."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from lecturers.models import Appointment, Candidacy, Lecturer, Suspension, YearlyReview


def add_pool(data: Any, shared: dict[str, Any]) -> None:
    """One candidate a town; the shared rows once."""
    lecturer, now = shared["lecturer"], timezone.now()
    data.add("candidacy", Candidacy, town=data.town, kind=lecturer.kind, source="town", tier="pool",
             proposed_by=data.clerk_user, proposed_at=now, refusal="")  # fmt: skip
    if Suspension.objects.exists():
        return
    today = timezone.localdate(now)
    term = {"tier": "pool", "starts_on": today - timedelta(days=300), "ends_on": today + timedelta(days=30)}
    Appointment.objects.create(lecturer=lecturer, **term)
    YearlyReview.objects.create(lecturer=lecturer, year=today.year - 1, result="fit", note="按时授课", at=now)
    paused = Lecturer.objects.create(name="示例停课", kind=lecturer.kind)
    Appointment.objects.create(lecturer=paused, **term)
    Suspension.objects.create(lecturer=paused, starts_on=today - timedelta(days=5), reason="身体原因")
