"""The one task. A repeat, a loss or a late arrival of its message is harmless."""

from celery import shared_task
from django.utils import timezone

from juxian.obligations.sweep import sweep as do_sweep

SECONDS = 60  # then the next beat goes on, so that a worker can stop soon


@shared_task  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Do what is due now."""
    do_sweep(timezone.now(), drain=True, seconds=SECONDS)
