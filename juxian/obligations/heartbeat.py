"""Signs of life, for the health page: a worker that starts and every sweep leave one."""

from datetime import datetime, timedelta
from socket import gethostname

from django.db.models import Max
from django.utils import timezone

from juxian.obligations.models import Heartbeat

SWEEP = "sweep"
WORKER = "worker"


def beat(name: str, *, error: str = "") -> None:
    """Write that `name` is alive now; `error` is what went wrong beside that."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, last_ok_at=timezone.now(), last_error=error, host=gethostname()[:100])],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["last_ok_at", "last_error", "host"],
    )


def age(now: datetime) -> timedelta | None:
    """Time since the last sign of life of the scheduler; None if there never was one."""
    last = Heartbeat.objects.filter(name__in=[SWEEP, WORKER]).aggregate(last=Max("last_ok_at"))["last"]
    return now - last if last else None
