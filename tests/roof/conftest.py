"""The whole demo county, loaded once for the tests that look at it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
import time_machine
from django.apps import apps
from django.core.management import call_command
from django.test import override_settings

from juxian.demo.load import load_demo

AT = date(2026, 11, 23)
PASSWORD = "demo-pass-2026"
OURS = ("juxian", "centres", "lecturers", "courses", "trainings", "assessments")


@dataclass
class Demo:
    """What was loaded, and where its files lie."""

    digest: str
    files: Path


def digest() -> str:
    """Every column of every row of our apps, passwords (salted) left out; sealed numbers are read plain."""
    total = sha256()
    for model in sorted(apps.get_models(), key=lambda one: one._meta.label):
        if model.__module__.split(".")[0] in OURS:
            names = [field.attname for field in model._meta.concrete_fields if field.name != "password"]
            for row in model._base_manager.order_by("pk").values_list(*names):
                total.update(repr((model._meta.label, row)).encode())
    return total.hexdigest()


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Demo]:
    files = tmp_path_factory.mktemp("demo-files")
    before = os.environ.get("DEMO_PASSWORD")
    os.environ["DEMO_PASSWORD"] = PASSWORD
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=files):
        call_command("flush", interactive=False, verbosity=0)  # sequences begin at one again
        with time_machine.travel("2026-11-23 17:00+08:00"):
            load_demo(at=AT)
        yield Demo(digest(), files)
        call_command("flush", interactive=False, verbosity=0)
    if before is None:
        del os.environ["DEMO_PASSWORD"]
    else:
        os.environ["DEMO_PASSWORD"] = before
