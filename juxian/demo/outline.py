"""What a demo class will be before it is written: town, dates, timetable, people, state."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import cast

from juxian.demo.plot import Plot
from juxian.demo.words import CLASS_TITLES, POST_TITLE
from juxian.people.models import Member, Town
from trainings.models import Enrolment, PlanLine, Session, TrainingClass

HELD, ATTENDANCES = 56, 12_036  # the article: 56 classes, a little over 12,000 attendances
FIRST, LAST = -298, -12  # days on which the first and the last of them begin
ROUNDS = 3  # ordinary classes of every town; the larger half holds one more, for people with posts
HALVES = (Session.Half.MORNING, Session.Half.AFTERNOON)
WITH_EXAM = range(4, HELD, 11)  # which of the held classes had an exam
State = TrainingClass.State


@dataclass
class Outline:
    """One class to be written. `people` come first in seats; the last `strangers` of them never show up."""

    town: Town
    title: str
    starts_on: date
    half_days: list[tuple[date, str]]
    state: State
    people: list[Member]
    strangers: int = 0
    audience: str = "农村党员"
    level: TrainingClass.Level = TrainingClass.Level.TOWN
    has_exam: bool = False
    capacity: int = 0
    row: TrainingClass = field(init=False)
    line: PlanLine | None = None
    sessions: list[Session] = field(default_factory=list)
    enrolments: list[Enrolment] = field(default_factory=list)

    @property
    def ends_on(self) -> date:
        return self.half_days[-1][0]

    @property
    def closing_at(self) -> datetime:
        """Asked only of classes that have closed."""
        return cast(datetime, self.row.closing_at)

    @property
    def archived_at(self) -> datetime:
        """Asked only of archived classes."""
        return cast(datetime, self.row.archived_at)


def half_days(first: date, count: int) -> list[tuple[date, str]]:
    """`count` half-days in a row, beginning on the morning of `first`."""
    return [(first + timedelta(days=index // 2), HALVES[index % 2]) for index in range(count)]


def eligible(plot: Plot, town: Town) -> list[Member]:
    """Who may be enrolled."""
    return [member for member in plot.members[town.pk] if not member.is_exempt]


def holders(plot: Plot, town: Town) -> list[Member]:
    """Secretaries and committee members."""
    posts = (Member.Post.SECRETARY, *Member.COMMITTEE_POSTS)
    return [member for member in plot.members[town.pk] if member.party_post in posts]


def _towns_in_order(plot: Plot) -> list[tuple[Town, bool]]:
    """(town, for people with posts?) of the held classes of one county, in the order of their dates."""
    larger = sorted(plot.towns, key=lambda town: -len(plot.members[town.pk]))[: HELD - ROUNDS * len(plot.towns)]
    rounds = [[(town, False) for town in plot.towns] for _ in range(ROUNDS)]
    rounds.insert(1, [(town, True) for town in larger])
    for one in rounds:
        plot.random.shuffle(one)
    return [pair for one in rounds for pair in one]


def held(plot: Plot) -> list[Outline]:
    """The classes of the article: their attendances add up exactly."""
    order = _towns_in_order(plot) * plot.scale
    pools = [holders(plot, town) if posts else eligible(plot, town) for town, posts in order]
    fixed = [int(len(pool) * 0.9) if posts else 0 for pool, (_, posts) in zip(pools, order, strict=True)]
    weights = [
        0 if posts else len(pool) * plot.random.uniform(0.93, 1.05)
        for pool, (_, posts) in zip(pools, order, strict=True)
    ]
    rest = plot.shares(ATTENDANCES * plot.scale - sum(fixed), weights)
    step = (LAST - FIRST) / (len(order) - 1)
    rows = []
    for index, ((town, posts), pool) in enumerate(zip(order, pools, strict=True)):
        size = fixed[index] or rest[index]
        rows.append(_held(plot, index, plot.day(round(FIRST + index * step)), town, posts, pool, size))
    return rows


def _held(
    plot: Plot, index: int, first: date, town: Town, posts: bool, pool: list[Member], size: int
) -> Outline:  # fmt: skip
    strangers = min(plot.random.randint(1, 4), len(pool) - size)
    if strangers < 0:
        raise ValueError(f"{town} has {len(pool)} people to enrol, the class needs {size}")
    people = plot.random.sample(pool, size + strangers)
    if plot.hero in pool:
        people = _with_hero(plot, people, pool, wanted=posts or index < len(plot.towns))
    count = 6 if posts else plot.random.choice((2, 3, 4, 4, 6))
    title = POST_TITLE if posts else CLASS_TITLES[index % len(CLASS_TITLES)]
    return Outline(
        town=town,
        title=f"{first.year}年{title}（第{index // len(plot.towns) + 1}期）",
        starts_on=first,
        half_days=half_days(first, count),
        state=State.ARCHIVED,
        people=people,
        strangers=strangers,
        audience="党支部书记和班子成员" if posts else "全体党员",
        level=TrainingClass.Level.COUNTY if posts else TrainingClass.Level.TOWN,
        has_exam=index % HELD in WITH_EXAM,
        capacity=size + strangers,
    )


def _with_hero(plot: Plot, people: list[Member], pool: list[Member], *, wanted: bool) -> list[Member]:
    """The hero comes to the class for people with posts and to one other, and sits out the rest."""
    hero = plot.hero
    if hero is None or (hero in people) == wanted:
        if hero in people:
            people.remove(hero)
            people.insert(0, hero)
        return people
    if wanted:
        return [hero, *people[1:]]
    stand_in = next(member for member in pool if member not in people)
    return [stand_in if member is hero else member for member in people]


def _small(plot: Plot, town: Town, size: int) -> list[Member]:
    """A few people with the hero among them, where the town is the hero's."""
    people = plot.random.sample(eligible(plot, town), size)
    hero = plot.hero
    if hero and hero.branch.town_id == town.pk and hero not in people:
        people[0] = hero
    return people


def live(plot: Plot) -> list[Outline]:
    """Beside the held ones: work on every desk. Every town closes, runs, enrols and drafts something."""
    rows: list[Outline] = []
    for index, town in enumerate(plot.towns):
        rows += [
            _closing(plot, town),
            _running(plot, town),
            _enrolling(plot, town),
            _draft(plot, town, soon=index % 2 == 1),
        ]
        if index % 4 == 1:
            rows.append(_waiting(plot, town, State.SUBMITTED))
        if index % 4 == 2:
            rows.append(_waiting(plot, town, State.APPROVED))
        if index % 8 == 3:
            rows.append(_waiting(plot, town, State.CANCELLED))
    return rows


def _closing(plot: Plot, town: Town) -> Outline:
    first = plot.day(-5)
    return Outline(
        town=town,
        title="秋季轮训班" if first.month > 7 else "春季轮训班",
        starts_on=first,
        half_days=half_days(first, 4),
        state=State.CLOSING,
        people=_small(plot, town, 30),
        strangers=1,
        has_exam=True,
        capacity=40,
    )


def _running(plot: Plot, town: Town) -> Outline:
    first = plot.day(-1)
    return Outline(
        town=town,
        title="党章党规学习班",
        starts_on=first,
        half_days=half_days(first, 6),
        state=State.RUNNING,
        people=_small(plot, town, 36),
        has_exam=True,
        capacity=40,
    )


def _enrolling(plot: Plot, town: Town) -> Outline:
    first = plot.day(9)
    return Outline(
        town=town,
        title="乡村振兴实用技术班",
        starts_on=first,
        half_days=half_days(first, 4),
        state=State.ENROLLING,
        people=_small(plot, town, 24),
        audience="农村党员",
        has_exam=True,
        capacity=40,
    )


def _draft(plot: Plot, town: Town, *, soon: bool) -> Outline:
    first = plot.day(10 if soon else 24)
    return Outline(
        town=town,
        title="流动党员返乡培训班",
        starts_on=first,
        half_days=half_days(first, 2),
        state=State.DRAFT,
        people=[],
        audience="流动党员",
        capacity=30,
    )


def _waiting(plot: Plot, town: Town, state: State) -> Outline:
    first = plot.day(16)
    return Outline(
        town=town,
        title="警示教育专题班",
        starts_on=first,
        half_days=half_days(first, 2),
        state=state,
        people=[],
        audience="党支部书记和班子成员",
        capacity=40,
    )
