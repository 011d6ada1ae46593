"""When the lecturers of the demo county say they are free, where they go, and who stood in for whom."""

from datetime import timedelta
from random import Random

from centres.models import BrandTheme
from juxian.demo.plot import SEED, Plot, save_all
from lecturers.models import HalfDay, Lecturer
from trainings.models import Session, Substitution, TrainingClass

ASKED, DAYS = 24, 28
FREE, SILENT = 0.6, 0.25
INSTEAD = (("示例：原定老师临时到县里开会", -1), ("示例：原定老师感冒请假", 0))


def write_time(plot: Plot) -> None:
    """Free and taken half-days of four weeks for some of the pool; two substitutions in classes that were held."""
    random = Random(f"{SEED}:time:{plot.at}:{plot.scale}")
    people = list(Lecturer.objects.filter(is_demo=True).order_by("pk")[:ASKED])
    _say_when(plot, random, people)
    _say_what(plot, random, people)
    _stand_in(plot)


def _say_when(plot: Plot, random: Random, people: list[Lecturer]) -> None:
    by, at = plot.users["county"], plot.moment(plot.day(-3))
    rows = [
        HalfDay(lecturer=one, day=plot.day(number), half=half, is_free=random.random() < FREE, by=by, at=at)
        for one in people
        for number in range(DAYS)
        for half in (HalfDay.Half.MORNING, HalfDay.Half.AFTERNOON)
        if random.random() > SILENT and plot.day(number).weekday() < 5
    ]
    save_all(HalfDay, rows)


def _say_what(plot: Plot, random: Random, people: list[Lecturer]) -> None:
    themes = list(BrandTheme.objects.filter(is_active=True).order_by("slot"))
    teaches, goes = Lecturer.themes.through, Lecturer.goes_to.through
    save_all(
        teaches,
        [
            teaches(lecturer=one, brandtheme=theme)
            for one in people
            for theme in random.sample(themes, min(2, len(themes)))
        ],
    )
    picky = people[::4]  # the others go everywhere
    save_all(goes, [goes(lecturer=one, town=town) for one in picky for town in random.sample(plot.towns, 5)])


def _stand_in(plot: Plot) -> None:
    """The session names who taught; the journal adds who was to teach."""
    held = Session.objects.standing().filter(
        training_class__state=TrainingClass.State.ARCHIVED, lecturer__isnull=False, day__lt=plot.at
    )
    sessions = list(held.select_related("training_class__town", "lecturer").order_by("-day", "half", "pk")[:2])
    rows = []
    for place, (session, (reason, days)) in enumerate(zip(sessions, INSTEAD, strict=False)):
        there = Session.objects.standing().filter(day=session.day, half=session.half).values("lecturer")
        planned = Lecturer.objects.filter(is_demo=True).exclude(pk__in=there).order_by("pk")[3 * place + 1]
        at = plot.moment(session.day + timedelta(days=days), "16:00")
        by = plot.clerk(session.training_class.town)
        rows.append(
            Substitution(session=session, planned=planned, actual=session.lecturer, reason=reason, by=by, at=at)
        )
    for row in save_all(Substitution, rows):
        town = row.session.training_class.town
        summary = f"登记代课：“{row.session.topic}”，{row.planned}改由{row.actual}讲，{row.reason}"
        plot.note(row.at, row.by, "session.substitute", row, summary, town.code)
