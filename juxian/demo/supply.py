"""Centres opened, rooms, teaching points, lecturers and courses of the demo county."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from centres.models import BrandTheme, Centre, Room, TeachingPoint, VenueKind
from courses.models import Course, CourseVersion
from juxian.county.load import rows
from juxian.demo.people import place_name
from juxian.demo.plot import Plot, save_all
from juxian.demo.words import EXTRA_THEMES, FORMS, JIAZI, LECTURER_TOPICS, ROOMS, THEME_COURSES, TOPICS, UNITS
from lecturers.models import Appointment, Lecturer, LecturerKind

EXPERTS, POOL, BOTH = 15, 50, 5
SHAN = 20  # one of the pool is called 单, read shàn, so that searching such a name can be tried
TEA_TOWN = "371327107"
TEA_POINT = "茶溪川茶博园（特色农产品产销学院）"


@dataclass
class Supply:
    """What classes draw on. `taken` keeps a lecturer or a room from two places in one half-day."""

    lecturers: list[Lecturer] = field(default_factory=list)
    versions: dict[int, list[CourseVersion]] = field(default_factory=dict)  # by theme slot
    rooms: dict[int, list[Room]] = field(default_factory=dict)  # by town
    points: dict[int, list[TeachingPoint]] = field(default_factory=dict)
    taken: set[tuple[str, int, date, str]] = field(default_factory=set)

    def lecturer(self, plot: Plot, day: date, half: str) -> Lecturer:
        """Somebody free in that half-day."""
        free = [one for one in self.lecturers if ("lecturer", one.pk, day, half) not in self.taken]
        chosen = plot.random.choice(free)
        self.taken.add(("lecturer", chosen.pk, day, half))
        return chosen

    def room(self, town_id: int, day: date, half: str, people: int) -> Room | None:
        """The smallest free room of the town's centre that holds `people`."""
        for room in sorted(self.rooms[town_id], key=lambda one: one.capacity):
            if room.capacity >= people and ("room", room.pk, day, half) not in self.taken:
                self.taken.add(("room", room.pk, day, half))
                return room
        return None


def name_themes(plot: Plot) -> dict[int, BrandTheme]:
    """Give the two unnamed themes their demo names, unless the county has named them."""
    for slot, name in EXTRA_THEMES.items():
        BrandTheme.objects.filter(slot=slot, name="").update(name=name, is_active=True)
    return {theme.slot: theme for theme in BrandTheme.objects.all()}


def open_centres(plot: Plot) -> list[Centre]:
    """All sixteen have been running for years, each in the kind of place the article lists."""
    centres = list(Centre.objects.filter(town__in=plot.towns).select_related("town"))
    venues = list(VenueKind.objects.filter(is_active=True))
    for index, centre in enumerate(centres):
        centre.opened_on = plot.day(-700 + index)
        centre.venue = venues[index % len(venues)]
        centre.address = f"{centre.town.name}驻地（示例地址）"
    Centre.objects.bulk_update(centres, ["opened_on", "venue", "address"])
    return centres


def furnish(plot: Plot, supply: Supply, centres: list[Centre], themes: dict[int, BrandTheme]) -> None:
    """Three rooms and a few teaching points a centre."""
    rooms = []
    for centre in centres:
        hall = 100 * (len(plot.members[centre.town_id]) // 100 + 1)
        rooms += [Room(centre=centre, name=name, capacity=seats or hall) for name, seats in ROOMS]
    for room in save_all(Room, rooms):
        supply.rooms.setdefault(room.centre.town_id, []).append(room)
    villages: dict[str, list[str]] = {}
    for row in rows_of_villages():
        villages.setdefault(row["town_code"], []).append(place_name(row["name"]))
    points = []
    for index, centre in enumerate(centres):
        names = villages[centre.town.code][: 2 + index % 4]
        if centre.town.code == TEA_TOWN:
            points.append(_point(centre, TEA_POINT, themes[2], "茶农和种植能手在茶园里讲课"))
        points += [
            _point(centre, f"{name}现场教学点（示例）", themes[1 + (index + place) % 5], "")
            for place, name in enumerate(names)
        ]
    for point in save_all(TeachingPoint, points):
        supply.points.setdefault(point.centre.town_id, []).append(point)


def rows_of_villages() -> list[dict[str, str]]:
    """Villages and communities in code order."""
    return list(rows("villages.csv"))


def _point(centre: Centre, name: str, theme: BrandTheme, note: str) -> TeachingPoint:
    return TeachingPoint(
        centre=centre, name=name, theme=theme, capacity=80, address=f"{centre.town.name}（示例地址）", note=note
    )


def hire(plot: Plot, supply: Supply) -> None:
    """Fifteen experts and fifty lecturers in the pool; five are both."""
    kinds = list(LecturerKind.objects.all())
    people = [
        Lecturer(
            name=f"单示例{pair}" if index == SHAN else f"示例{pair}",
            kind=kinds[index % len(kinds)],
            unit=UNITS[index % len(UNITS)],
            topics="、".join(plot.random.sample(LECTURER_TOPICS, 2)),
            town=plot.towns[index % len(plot.towns)] if index % 3 else None,
            is_demo=True,
        )
        for index, pair in enumerate(JIAZI)
    ]
    people[0].user = plot.users["lecturer"]
    supply.lecturers = save_all(Lecturer, people)
    since = plot.day(-500)
    terms = [Appointment(lecturer=one, tier=Appointment.Tier.EXPERT, starts_on=since) for one in people[:EXPERTS]]
    pool = people[EXPERTS - BOTH : EXPERTS - BOTH + POOL]
    terms += [Appointment(lecturer=one, tier=Appointment.Tier.POOL, starts_on=since) for one in pool]
    save_all(Appointment, terms)


def build_courses(plot: Plot, supply: Supply, themes: dict[int, BrandTheme]) -> None:
    """115 featured courses by theme, each with a first version and one or two lecturers."""
    courses = []
    for slot, count in THEME_COURSES.items():
        titles = [f"{topic}（{form}）" for form in FORMS for topic in TOPICS[slot]] + [f"{TOPICS[slot][0]}（微课）"]
        courses += [
            Course(
                code=f"KC{slot}{number:03d}",
                title=title,
                theme=themes[slot],
                town=plot.towns[(slot * 7 + number) % len(plot.towns)],
                hours=Decimal(4),
                featured_on=plot.day(-plot.random.randint(20, 290)),
            )
            for number, title in enumerate(titles[:count], start=1)
        ]
    save_all(Course, courses)
    taught = Course.lecturers.through
    pairs = [(course, plot.random.sample(supply.lecturers, 1 + index % 2)) for index, course in enumerate(courses)]
    save_all(taught, [taught(course_id=c.pk, lecturer_id=one.pk) for c, chosen in pairs for one in chosen])
    versions = [
        CourseVersion(
            course=c,
            number=1,
            outline="一、导入；二、主体；三、讨论；四、小结。",
            published_on=plot.day(-400),
            at=plot.moment(plot.day(-400)),
        )
        for c in courses
    ]
    for version in save_all(CourseVersion, versions):
        supply.versions.setdefault(version.course.theme.slot, []).append(version)


def load_supply(plot: Plot) -> Supply:
    """Everything a class needs beside people."""
    supply = Supply()
    themes = name_themes(plot)
    furnish(plot, supply, open_centres(plot), themes)
    hire(plot, supply)
    build_courses(plot, supply, themes)
    return supply
