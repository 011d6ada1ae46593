"""Celery: the one runner of due work. It only wakes sweeps; the rows are the work."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "juxian.settings")

app = Celery("juxian")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
