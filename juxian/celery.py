"""Celery: the one runner of due work. It only wakes sweeps; the rows are the work."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "juxian.settings")

app = Celery("juxian")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect  # type: ignore[untyped-decorator]
def know_the_keys(**kwargs: Any) -> None:
    """End at once when the keys are not those of the database."""
    from juxian.checks import stop_on_wrong_keys  # noqa: PLC0415 Django is set up only by the worker

    stop_on_wrong_keys()


@worker_ready.connect  # type: ignore[untyped-decorator]
def show_life(**kwargs: Any) -> None:
    """Write a heartbeat and sweep as the worker starts; leave no connection that a later child would inherit."""
    from django.db import connections  # noqa: PLC0415 Django is set up only by the worker

    from juxian.obligations import doorbell, heartbeat  # noqa: PLC0415 models need Django set up

    try:
        heartbeat.beat(heartbeat.WORKER)
    finally:
        connections.close_all()
    doorbell.publish()
