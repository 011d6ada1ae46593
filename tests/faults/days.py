"""What the portal calls a day at moments where days meet, as JSON: `python -m tests.faults.days`, in any time zone."""

import json
import os
from datetime import date, datetime

MOMENTS = [
    "2026-11-23T15:59:59+00:00",  # the last second of a local day
    "2026-11-23T16:00:00+00:00",  # local midnight
    "2026-12-31T15:59:59+00:00",  # the last second of the year
    "2026-12-31T16:00:00+00:00",  # the first of the next
    "2028-02-28T16:00:00+00:00",  # 29 February begins
    "2028-02-29T15:59:59+00:00",
    "2028-02-29T16:00:00+00:00",  # and is over
    "2027-02-28T16:00:00+00:00",  # a year without it
    "2026-07-01T02:00:00+00:00",  # a month begins here and in Greenwich, not yet in New York
    "2026-03-08T07:30:00+00:00",  # summer time begins in New York
    "1988-07-01T15:30:00+00:00",  # China's own summer time: local is nine hours ahead
    "1991-09-14T16:30:00+00:00",
]


def naive(moment: str) -> str:
    """The day by the process's own clock: what must not be used."""
    return datetime.fromtimestamp(datetime.fromisoformat(moment).timestamp()).date().isoformat()  # noqa: DTZ006


BEFORE = [naive(moment) for moment in MOMENTS]  # Django sets the zone of the process, so this comes first

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "juxian.settings")
import django  # noqa: E402

django.setup()

import time_machine  # noqa: E402 Django is set up now
from django.utils import timezone  # noqa: E402

from assessments.actions.remedies import end_of_day  # noqa: E402
from juxian.management.commands.sweep import _moment  # noqa: E402
from juxian.people.models import Grant  # noqa: E402
from juxian.sheets.faults import CellFault  # noqa: E402
from juxian.sheets.values import found_date  # noqa: E402
from juxian.templatetags.portal import cn_date, cn_moment, cn_near, cn_weekday, overdue  # noqa: E402
from trainings.hours import _plus_months  # noqa: E402
from trainings.models import Session, TrainingClass  # noqa: E402


def at(text: str) -> dict[str, object]:
    """Everything with a day in it, at one moment."""
    now = datetime.fromisoformat(text)
    with time_machine.travel(now, tick=False):
        today = timezone.localdate()
        session = Session(day=today, half="am", training_class=TrainingClass(state="running"))
        grant = Grant(starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31))
        return {
            "today": today.isoformat(),
            "words": [cn_date(now), cn_near(now), cn_moment(now), cn_weekday(now)],
            "due": end_of_day(now, 14).isoformat(),
            "late": overdue(end_of_day(now, -1)),
            "session": [session.start.isoformat(), session.is_open(today), session.is_over(now)],
            "grant": [grant.is_in_force(today), grant.has_ended(today)],
            "year_later": _plus_months(today, 12).isoformat(),
            "half_a_year_later": _plus_months(today, 6).isoformat(),
            "typed": [_moment(today.isoformat()).isoformat(), _moment(f"{today}T08:00").isoformat()],
        }


def main() -> None:
    cells = ["1988-07-02", "1988.7", "20280229", 32326, date(2028, 2, 29), "2027-02-29"]
    told = {
        "process": time_zone_of_the_process(),
        "naive": BEFORE,
        "days": {moment: at(moment) for moment in MOMENTS},
        "cells": [str(_cell(cell)) for cell in cells],
    }
    print(json.dumps(told, ensure_ascii=False))  # noqa: T201 the answer


def _cell(value: object) -> object:
    try:
        found = found_date(value)
    except CellFault as fault:
        return fault
    return found and found.day


def time_zone_of_the_process() -> str:
    return datetime.fromtimestamp(0).isoformat()  # noqa: DTZ006 what a careless line would see


if __name__ == "__main__":
    main()
