"""The Junan party-training portal (莒南县党员教育培训). Imports nothing but the Celery app."""

from juxian.celery import app as celery_app

__all__ = ["celery_app"]
