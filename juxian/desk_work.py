"""What a town's desk shows: the next session, work by consequence, today's timetable, hours, classes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Exists, Min, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from assessments.due import desk_work
from centres.desk import centre_work
from centres.models import BrandRevision, Disclosure, DisclosureQuestion
from juxian.charts import Segment, divided, rule_place
from juxian.people.models import ImportRun, Member, Town, User
from juxian.rules.lookup import value
from juxian.templatetags.portal import WEEKDAYS
from trainings.figures import Distribution, hours_distribution
from trainings.models import Enrolment, Mark, Session, TrainingClass, YearPlan
from trainings.words import span

State = TrainingClass.State
STEPS = ("草稿", "审批", "报名", "进行", "结班", "归档")
STEP_OF = {
    State.DRAFT: 0,
    State.SUBMITTED: 1,
    State.APPROVED: 1,
    State.ENROLLING: 2,
    State.RUNNING: 3,
    State.CLOSING: 4,
    State.ARCHIVED: 5,
}
ARCHIVE_DAYS = 10
LEAD_DAYS = 7
SHOWN = 8


@dataclass(frozen=True)
class Work:
    """One thing to do: when, what, what happens otherwise, one button."""

    when: datetime | date
    what: str
    why: str
    button: str
    url: str

    @property
    def day(self) -> date:
        return timezone.localdate(self.when) if isinstance(self.when, datetime) else self.when

    def word(self, now: datetime) -> str:
        """逾期 3 天, 17:30 前, 已到点, 今天, 周三, 12月4日."""
        today = timezone.localdate(now)
        late = (today - self.day).days
        if late > 0:
            return f"逾期 {late} 天"
        if late == 0 and isinstance(self.when, datetime):
            return "已到点" if self.when <= now else f"{timezone.localtime(self.when):%H:%M} 前"
        if late == 0:
            return "今天"
        monday = today - timedelta(days=today.weekday())
        if self.day < monday + timedelta(days=7):
            return f"周{WEEKDAYS[self.day.weekday()]}"
        return f"{self.day.month}月{self.day.day}日"


@dataclass(frozen=True)
class Group:
    """Work of one urgency, with its words as they are today."""

    title: str
    tone: str
    rows: list[tuple[str, Work]]
    more: int


@dataclass(frozen=True)
class Step:
    """One state in the small stepper; `css` is done, now or empty."""

    label: str
    css: str


@dataclass(frozen=True)
class ClassRow:
    """One class in hand."""

    training_class: TrainingClass
    words: str
    steps: list[Step]


@dataclass(frozen=True)
class Slot:
    """One session of today."""

    session: Session
    word: str
    tone: str


def grouped(rows: Iterable[Work], now: datetime) -> list[Group]:
    """Overdue, today, this week, later; empty groups are left out."""
    today = timezone.localdate(now)
    sunday = today + timedelta(days=6 - today.weekday())
    ordered = sorted(rows, key=lambda row: (row.day, isinstance(row.when, date) and not isinstance(row.when, datetime)))
    parts = (
        ("已逾期", "bad", [row for row in ordered if row.day < today]),
        ("今天", "warn", [row for row in ordered if row.day == today]),
        ("本周", "", [row for row in ordered if today < row.day <= sunday]),
        ("以后", "", [row for row in ordered if row.day > sunday]),
    )
    return [
        Group(title, tone, [(row.word(now), row) for row in found[:SHOWN]], max(len(found) - SHOWN, 0))
        for title, tone, found in parts
        if found
    ]


def work_of(user: User, town: Town, now: datetime) -> list[Work]:
    """Everything the clerks of a town have to do, from every floor."""
    today = timezone.localdate(now)
    upper = [Work(row.when, row.what, row.why, row.button, row.url) for row in desk_work(town, now)]
    own = [Work(row.when, row.what, row.why, row.button, row.url) for row in centre_work(user, town, today)]
    return [
        *upper,
        *own,
        *_rolls(user, town, now),
        *_closed_places(user, town, today),
        *_moves(user, town, today),
        *_plans(user, town, today),
        *_brands(user, town, today),
        *_imports(user, town),
        *_disclosures(user, town, today),
        *_questions(user, town, today),
    ]


def _rolls(user: User, town: Town, now: datetime) -> list[Work]:
    """Sessions that have begun and nobody was marked in."""
    marked = Mark.objects.filter(session=OuterRef("pk"))
    rows = (
        Session.objects.visible_to(user)
        .filter(training_class__town=town, training_class__state=State.RUNNING)
        .standing()
    )
    today = timezone.localdate(now)
    rows = rows.filter(~Exists(marked), day__lte=today).select_related("training_class")
    return [
        Work(
            session.start if session.day == today else session.day,
            f"点名：{session.training_class.title}，{session.day.month}月{session.day.day}日{session.get_half_display()}",
            f"没有点名，{session.hours.normalize():f} 学时不能入账",
            "去点名",
            reverse("trainings:session-roll", args=[session.pk]),
        )
        for session in rows
        if session.start <= now or session.day == today
    ]


def _closed_places(user: User, town: Town, today: date) -> list[Work]:
    """Sessions to come at a teaching point or reception site that was closed after they were planned."""
    rows = Session.objects.visible_to(user).standing().filter(training_class__town=town, day__gte=today)
    rows = rows.filter(Q(point__is_ready=False) | Q(site__is_working=False))
    return [
        Work(
            session.day,
            f"换地点：{session.training_class.title}，{session.day.month}月{session.day.day}日{session.get_half_display()}",
            session.closed_place,
            "去换",
            reverse("trainings:session-edit", args=[session.pk]),
        )
        for session in rows.select_related("training_class", "point", "site").order_by("day", "half", "pk")
    ]


def _moves(user: User, town: Town, today: date) -> list[Work]:
    """Classes that wait for their next step."""
    rows: list[Work] = []
    for row in TrainingClass.objects.visible_to(user).filter(town=town).in_hand():
        url = reverse("trainings:town-detail", args=[row.pk])
        lead = row.starts_on - timedelta(days=LEAD_DAYS)
        if row.state == State.DRAFT:
            why = f"退回意见：{row.return_comment}" if row.return_comment else "不送审，县里来不及在开班前批复"
            rows.append(Work(lead, f"送审：{row.title}", why, "去补齐", url))
        elif row.state == State.APPROVED:
            rows.append(Work(lead, f"开始报名：{row.title}", "已批准，支部还不能报名", "去开放报名", url))
        elif row.state == State.ENROLLING:
            rows.append(Work(row.starts_on, f"核对报名，开班：{row.title}", "不开班就不能点名", "核对", url))
        elif row.state == State.RUNNING and row.ends_on < today:
            rows.append(Work(row.ends_on, f"结班：{row.title}", "课已上完，结班后才开放测评、安排补课", "去结班", url))
        elif row.state == State.CLOSING:
            due = timezone.localdate(row.closing_at) + timedelta(days=ARCHIVE_DAYS) if row.closing_at else row.ends_on
            rows.append(Work(due, f"归档：{row.title}", "归档后学时才记入每个人的账", "看还缺什么", url))
    return rows


def _plans(user: User, town: Town, today: date) -> list[Work]:
    rows = YearPlan.objects.visible_to(user).filter(town=town, state=YearPlan.State.DRAFT)
    return [
        Work(
            max(date(plan.year, 1, 1) - timedelta(days=1), today),
            f"送审：{plan.year}年度培训计划",
            f"退回意见：{plan.comment}" if plan.comment else "计划批准后才能按计划开班",
            "看计划",
            reverse("trainings:town-plans"),
        )
        for plan in rows
    ]


def _brands(user: User, town: Town, today: date) -> list[Work]:
    """A brand the county sent back and nobody has taken up again."""
    newest = BrandRevision.objects.visible_to(user).filter(brand__town=town).order_by("-number").first()
    if newest is None or newest.state != BrandRevision.State.RETURNED:
        return []
    why = f"退回意见：{newest.comment}"
    return [Work(today, "修改品牌申报", why, "去修改", reverse("centres:town-brand"))]


def _imports(user: User, town: Town) -> list[Work]:
    rows = ImportRun.objects.visible_to(user).filter(town=town, state=ImportRun.State.PREVIEW).select_related("file")
    return [
        Work(
            timezone.localdate(run.created_at),
            f"确认导入{run.label}：{run.file}",
            "预览已经好了，确认后才保存",
            "看预览",
            reverse("people:town-import", args=[run.pk]),
        )
        for run in rows
    ]


def _disclosures(user: User, town: Town, today: date) -> list[Work]:
    """Accounts that came back, wait for another pair of eyes, or only have to be published."""
    said = {
        Disclosure.State.DRAFT: ("改好再提出", "去改"),
        Disclosure.State.PROPOSED: ("保密审查", "去审查"),
        Disclosure.State.APPROVED: ("公布", "去公布"),
    }
    rows = Disclosure.objects.visible_to(user).filter(town=town, state__in=said)
    rows = rows.exclude(state=Disclosure.State.DRAFT, comment="")
    return [
        Work(
            timezone.localdate(row.approved_at or row.proposed_at) if row.proposed_at else today,
            f"{said[Disclosure.State(row.state)][0]}：{row}",
            f"退回意见：{row.comment}" if row.comment else "没公布，本镇党员看不到",
            said[Disclosure.State(row.state)][1],
            reverse("centres:disclosure-detail", args=[row.pk]),
        )
        for row in rows.exclude(state=Disclosure.State.PROPOSED, proposed_by=user).order_by("pk")
    ]


def _questions(user: User, town: Town, today: date) -> list[Work]:
    rows = DisclosureQuestion.objects.visible_to(user).filter(disclosure__town=town).open()
    found = rows.aggregate(number=Count("pk"), first=Min("asked_at"))
    if not found["number"]:
        return []
    due = timezone.localdate(found["first"]) + timedelta(days=int(value("disclosure.answer_days", today)))
    why = "党员问了要有回音，答复后全镇党员都能看到"
    return [Work(due, f"答复账目提问：{found['number']} 个", why, "去答复", reverse("centres:town-disclosures"))]


def _steps(state: str) -> list[Step]:
    now = STEP_OF[State(state)]
    return [Step(label, "done" if place < now else "now" if place == now else "") for place, label in enumerate(STEPS)]


def classes_of(user: User, town: Town) -> tuple[list[ClassRow], int]:
    """Classes in hand, the furthest first, and how many are archived."""
    seated = Count("enrolments", filter=Q(enrolments__state=Enrolment.State.SEATED))
    rows = list(TrainingClass.objects.visible_to(user).filter(town=town).in_hand().annotate(seated=seated))
    rows.sort(key=lambda row: (-STEP_OF[State(row.state)], row.starts_on, row.pk))
    archived = TrainingClass.objects.visible_to(user).filter(town=town).held().count()
    return [ClassRow(row, _words(row, row.seated), _steps(row.state)) for row in rows], archived


def _words(row: TrainingClass, seated: int) -> str:
    days = span(row.starts_on, row.ends_on, year=False)
    if row.state == State.ENROLLING:
        return f"{days}，已报 {seated} / {row.capacity}"
    if row.state in (State.RUNNING, State.CLOSING):
        return f"{days}，{seated} 人"
    return f"{days}，名额 {row.capacity} 人，{row.get_state_display()}"


def today_of(user: User, town: Town, now: datetime) -> list[Slot]:
    """Sessions of today with what became of their roll."""
    today = timezone.localdate(now)
    rows = Session.objects.visible_to(user).filter(
        training_class__town=town, day=today, training_class__state__in=(State.RUNNING, State.ENROLLING)
    )
    rows = rows.standing().select_related("training_class", "lecturer", "room__centre", "point", "site")
    rows = rows.annotate(marked=Exists(Mark.objects.filter(session=OuterRef("pk"))))
    slots = []
    for session in sorted(rows, key=lambda one: one.start):
        if session.marked:
            slots.append(Slot(session, "已点名", "st-ok"))
        else:
            begun = session.start <= now
            slots.append(Slot(session, "待点名" if begun else "还没开始", "st-warn" if begun else ""))
    return slots


@dataclass(frozen=True)
class Next:
    """The session the clerk goes to next."""

    session: Session
    clock: str
    words: str
    people: int
    is_today: bool


def next_of(user: User, town: Town, now: datetime) -> Next | None:
    """The first session from today on that nobody was marked in, of a running class or one about to begin."""
    today = timezone.localdate(now)
    marked = Mark.objects.filter(session=OuterRef("pk"))
    seated = Count("training_class__enrolments", filter=Q(training_class__enrolments__state=Enrolment.State.SEATED))
    rows = Session.objects.visible_to(user).filter(
        ~Exists(marked), training_class__town=town, training_class__state=State.RUNNING, day__gte=today
    )
    rows = (
        rows.standing()
        .select_related("training_class", "lecturer", "room__centre", "point", "site")
        .annotate(people=seated)
    )
    found = sorted(rows.order_by("day")[:12], key=lambda one: one.start)
    if not found:
        return None
    first = found[0]
    return Next(
        first, f"{timezone.localtime(first.start):%H:%M}", _until(first.start, now), first.people, first.day == today
    )


def _until(start: datetime, now: datetime) -> str:
    days = (timezone.localdate(start) - timezone.localdate(now)).days
    if days == 1:
        return "明天"
    if days > 1:
        return f"{days} 天后"
    half = (
        "上午"
        if timezone.localtime(start).time() < time(12)
        else "下午"
        if timezone.localtime(start).time() < time(18)
        else "晚上"
    )
    minutes = int((start - now).total_seconds() // 60)
    if minutes <= 0:
        return f"今天{half}，已经开课"
    return f"今天{half}，距开课 {minutes} 分钟" if minutes < 60 else f"今天{half}，还有 {minutes // 60} 小时"


@dataclass(frozen=True)
class HoursLine:
    """One rule over the town's members."""

    label: str
    found: Distribution
    bar: list[Segment]


def hours_of(user: User, town: Town, year: int) -> list[HoursLine]:
    """Progress of the town against each yearly rule."""
    members = Member.objects.visible_to(user).filter(branch__town=town).counted()
    return [
        HoursLine(
            f"{row.rule.audience}，{row.rule.min_hours.normalize():f} 学时"
            if row.rule.min_hours
            else row.rule.audience,
            row,
            divided([("f-ok", row.met), ("f-warn", row.near), ("f-bad", row.far), ("f-idle", row.none)]),
        )
        for row in sorted(hours_distribution(members, year), key=rule_place)
        if row.bound
    ]
