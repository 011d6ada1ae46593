"""Generates the demo county: all or nothing, and only where nobody real is."""

import os
import secrets
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone

from centres.figures import coverage
from courses.figures import featured, featured_by_theme
from juxian.audit.models import AuditEntry
from juxian.county.load import load_county
from juxian.demo import (
    brands,
    catalogue,
    certificates,
    disclosures,
    evidence,
    exams,
    inspections,
    letters,
    live,
    materials,
    money,
    outline,
    people,
    places,
    ratings,
    regulations,
    reviews,
    rolls,
    supply,
    surveys,
    terms,
    time,
    writing,
)
from juxian.demo.plot import Plot, save_all
from juxian.people.models import Member
from lecturers.figures import experts, pool
from trainings.figures import attendances, classes_held
from trainings.models import TrainingClass


class Refused(Exception):
    """Somebody real is in this database."""


@dataclass
class Loaded:
    """What came of a run: the figures, and the password where it was made up."""

    figures: dict[str, int]
    made: bool
    password: str = ""


def figures(on: date) -> dict[str, int]:
    """The article's figures, counted from rows."""
    themes = {theme.slot: theme.count for theme in featured_by_theme(on)}
    classes = TrainingClass.objects.all()
    return {
        "centres": coverage(on).running,
        "towns": coverage(on).towns,
        "experts": experts(on),
        "pool": pool(on),
        "courses": featured(on),
        "red": themes.get(1, 0),
        "rural": themes.get(2, 0),
        "classes_held": classes_held(classes),
        "attendances": attendances(classes),
        "members": Member.objects.count(),
    }


def load_demo(*, at: date | None = None, scale: int = 1) -> Loaded:
    """Fill an empty database. A second run keeps everything; a real member refuses it."""
    at = at or timezone.localdate()
    if Member.objects.filter(is_demo=False).exists():
        raise Refused("库里已有真实党员，不能载入演示数据。请换一个空的数据库。")
    if Member.objects.exists():
        return Loaded(figures(at), made=False)
    given = os.environ.get("DEMO_PASSWORD", "")
    password = given or secrets.token_urlsafe(9)
    with transaction.atomic():
        load_county()
        _generate(Plot(at=at, scale=scale, password=make_password(password)))
    return Loaded(figures(at), made=True, password="" if given else password)


def _generate(plot: Plot) -> None:
    people.load_people(plot)
    stock = supply.load_supply(plot)
    outlines = sorted([*outline.held(plot), *outline.live(plot)], key=lambda one: (one.starts_on, one.town.code))
    writing.write_plans(plot, outlines)
    writing.write_classes(plot, outlines)
    writing.write_sessions(plot, stock, outlines)
    writing.write_enrolments(plot, outlines)
    marks = rolls.write_marks(plot, outlines)
    made_up = rolls.write_make_ups(plot, outlines, marks)
    rolls.write_hours(plot, outlines, marks, made_up)
    results = exams.write_exams(plot, exams.write_bank(plot), outlines)
    hours = rolls.settle(plot, outlines, marks, made_up, results.failed)
    certificates.write_certificates(plot, outlines, hours, made_up)
    surveys.write_surveys(plot, outlines, marks)
    ratings.write_ratings(plot)
    writing.write_dossiers(plot, outlines)
    places.write_places(plot)
    evidence.write_evidence(plot)
    _tell_planner()
    money.write_money(plot, outlines)
    regulations.write_regulations(plot)
    brands.write_brands(plot)
    disclosures.write_disclosures(plot)
    inspections.write_inspections(plot)
    terms.write_pool(plot)
    catalogue.write_catalogue(plot)
    reviews.write_reviews(plot)
    live.write_live(plot)
    materials.write_materials(plot)
    letters.write_letters(plot, outlines)
    time.write_time(plot)
    save_all(AuditEntry, sorted(plot.audit, key=lambda entry: entry.at))


def _tell_planner() -> None:
    """PostgreSQL knows nothing of tables that were filled in this transaction, and plans for empty ones."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
