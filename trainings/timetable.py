"""A lecturer's half-days: what they said, and what is booked; the same as a calendar file."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.utils import timezone

from juxian.people.models import User
from lecturers.models import HalfDay, Lecturer
from trainings.models import Session

WEEKS_SHOWN = 2
FED_BEFORE = timedelta(days=60)
LINE = 75  # octets of a line of a calendar file


@dataclass
class Cell:
    """One half-day. `booked`: where the lecturer teaches then, in as many words as the reader may know."""

    day: date
    half: str
    label: str
    is_free: bool | None = None
    booked: str = ""

    @property
    def name(self) -> str:
        """The name of its field in the form."""
        return f"{self.day.isoformat()}-{self.half}"

    @property
    def said(self) -> str:
        return {True: "free", False: "busy", None: ""}[self.is_free]


def half_days(lecturer: Lecturer, first: date, reader: User) -> list[tuple[date, list[Cell]]]:
    """Two weeks from `first`, day by day. Three queries.

    The lecturer and whoever sees the town read which class it is; others only that there is one.
    """
    last = first + timedelta(days=7 * WEEKS_SHOWN - 1)
    said = {
        (row.day, row.half): row.is_free
        for row in HalfDay.objects.filter(lecturer=lecturer, day__gte=first, day__lte=last)
    }
    # scope: the lecturer's own sessions, in whatever town; what a reader learns of them is decided below
    rows = Session.objects.taught_by(lecturer).standing().filter(day__gte=first, day__lte=last)
    towns = set(reader.towns().values_list("pk", flat=True))
    booked = {}
    for row in rows.select_related("training_class__town"):
        knows = lecturer.user_id == reader.pk or row.training_class.town_id in towns
        booked[row.day, row.half] = f"{row.training_class.town.name}，{row.topic}" if knows else "已有外镇安排"
    days = [first + timedelta(days=number) for number in range(7 * WEEKS_SHOWN)]
    return [
        (
            day,
            [
                Cell(day, half.value, half.label, said.get((day, half.value)), booked.get((day, half.value), ""))
                for half in HalfDay.Half
            ],
        )
        for day in days
    ]


def calendar_file(lecturer: Lecturer) -> str:
    """The lecturer's sessions as iCalendar (RFC 5545): topic, class, town and place; nobody's name."""
    since = timezone.localdate() - FED_BEFORE
    # scope: the lecturer's own sessions, in whatever town
    rows = Session.objects.taught_by(lecturer).standing().filter(day__gte=since)
    rows = rows.select_related("training_class__town", "room__centre", "point", "site").order_by("day", "half", "pk")
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Junan//Party member training//ZH", "CALSCALE:GREGORIAN",
            "METHOD:PUBLISH", "X-WR-CALNAME:我的授课", "X-WR-TIMEZONE:Asia/Shanghai"]  # fmt: skip
    lines = [*head, *(line for row in rows for line in _event(row)), "END:VCALENDAR"]
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _event(session: Session) -> Iterable[str]:
    training_class = session.training_class
    place = "，".join(part for part in (training_class.town.name, session.place) if part)
    return [
        "BEGIN:VEVENT",
        f"UID:session-{session.pk}@junan-training",
        f"DTSTAMP:{_moment(timezone.now())}",
        f"DTSTART:{_moment(session.start)}",
        f"DTEND:{_moment(session.start + session.LENGTH)}",
        f"SUMMARY:{_text(session.topic)}",
        f"LOCATION:{_text(place)}",
        f"DESCRIPTION:{_text(training_class.title)}",
        "END:VEVENT",
    ]


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    """Text without what would end a line or a value."""
    plain = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(plain.splitlines())


def _folded(line: str) -> Iterator[str]:
    """Lines of at most 75 octets, characters kept whole; what follows begins with a blank."""
    part, size = "", 0
    for char in line:
        width = len(char.encode())
        if size + width > LINE:
            yield part
            part, size = " ", 1
        part, size = part + char, size + width
    yield part
