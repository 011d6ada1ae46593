"""Writing outlines as rows: plans, classes, timetables, enrolments, marks, hours."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

from courses.models import CourseVersion
from juxian.demo.outline import Outline, State
from juxian.demo.people import HERO_TOWN
from juxian.demo.plot import Plot, save_all
from juxian.demo.supply import Supply
from juxian.demo.words import SESSION_TOPICS
from juxian.people.models import Branch
from trainings.actions.opening import SAFETY
from trainings.models import DossierEntry, DossierItem, Enrolment, PlanLine, Quota, Session, TrainingClass, YearPlan

PURPOSE = "学习党的创新理论和党章党规，提高党员参加村级事务、服务群众的本领。（演示）"
SUMMARY = "按计划完成全部课次，学员出勤正常，讨论积极。下一期增加现场教学。（演示）"
WAIVED = "演示数据，没有原件"
BORROWED = 0.08  # of sessions, about so many use any town's course
HELD_STATES = (State.RUNNING, State.CLOSING, State.ARCHIVED)
SEATED_STATES = (State.ENROLLING, *HELD_STATES)
REACHED = {  # how far a class in a state has come
    State.DRAFT: 0,
    State.SUBMITTED: 1,
    State.APPROVED: 2,
    State.ENROLLING: 3,
    State.RUNNING: 4,
    State.CLOSING: 5,
    State.ARCHIVED: 6,
    State.CANCELLED: 2,
}


def write_plans(plot: Plot, outlines: list[Outline]) -> None:
    """An approved plan per town and year with a line for every class, and one line nobody has opened yet."""
    county = plot.users["county"]
    plans: dict[tuple[int, int], YearPlan] = {}
    planned = [outline for outline in outlines if _is_planned(plot, outline)]
    for outline in planned:
        key = (outline.town.pk, outline.starts_on.year)
        if key not in plans:
            plans[key] = YearPlan(
                town=outline.town,
                year=outline.starts_on.year,
                state=YearPlan.State.APPROVED,
                submitted_by=plot.clerk(outline.town),
                submitted_at=plot.moment(plot.day(-340)),
                decided_by=county,
                decided_at=plot.moment(plot.day(-330)),
            )
    save_all(YearPlan, list(plans.values()))
    lines = []
    for outline in planned:
        outline.line = _line(plans[outline.town.pk, outline.starts_on.year], outline)
        lines.append(outline.line)
    for (_, year), plan in plans.items():
        if plan.town.code == HERO_TOWN or (year == plot.at.year and plot.towns.index(plan.town) % 4 == 3):
            lines.append(
                PlanLine(
                    plan=plan,
                    title="年末集中补训班",
                    audience="学时不足的党员",
                    month=12,
                    days=Decimal(1),
                    people=40,
                )
            )
        for action, moment, by, word in (
            ("plan.open", plot.day(-345), plot.clerk(plan.town), f"新建{plan}"),
            ("plan.submit", plot.day(-340), plot.clerk(plan.town), f"送审{plan}"),
            ("plan.approved", plot.day(-330), county, f"{plan}已批准"),
        ):
            plot.note(plot.moment(moment), by, action, plan, word, plan.town.code)
    save_all(PlanLine, lines)
    _next_year(plot)


def _is_planned(plot: Plot, outline: Outline) -> bool:
    """The held classes and some of those enrolling come from the plan; the rest was opened beside it."""
    enrolling = outline.state == State.ENROLLING and plot.towns.index(outline.town) % 2 == 0
    return outline.state == State.ARCHIVED or enrolling


def _line(plan: YearPlan, outline: Outline) -> PlanLine:
    return PlanLine(
        plan=plan,
        title=outline.title,
        audience=outline.audience,
        month=outline.starts_on.month,
        days=Decimal(len(outline.half_days)) / 2,
        people=outline.capacity,
    )


def _next_year(plot: Plot) -> None:
    """Plans of the coming year: four wait for the county, four are drafts."""
    year = plot.at.year + 2 if YearPlan.objects.filter(year=plot.at.year + 1).exists() else plot.at.year + 1
    for index, town in enumerate(plot.towns):
        if index % 4 > 1:
            continue
        plan = YearPlan.objects.create(town=town, year=year)
        plot.note(plot.moment(plot.day(-9)), plot.clerk(town), "plan.open", plan, f"新建{plan}", town.code)
        PlanLine.objects.bulk_create(
            PlanLine(plan=plan, title=title, audience="全体党员", month=month, days=Decimal(2), people=120)
            for title, month in (("春季轮训班", 3), ("七一前集中培训", 6), ("秋季轮训班", 9))
        )
        if index % 4 == 0:
            plan.state, plan.submitted_by = YearPlan.State.SUBMITTED, plot.clerk(town)
            plan.submitted_at = plot.moment(plot.day(-3))
            plan.save()
            plot.note(plan.submitted_at, plot.clerk(town), "plan.submit", plan, f"送审{plan}", town.code)


def write_classes(plot: Plot, outlines: list[Outline]) -> None:
    """The class rows with who and when of every step they have taken, and the audit rows of those steps."""
    numbers: Counter[str] = Counter()
    for outline in outlines:
        prefix = f"JN{outline.starts_on.year}-{outline.town.code[6:9]}-"
        numbers[prefix] += 1
        outline.row = _class(plot, outline, f"{prefix}{numbers[prefix]:02d}")
    save_all(TrainingClass, [outline.row for outline in outlines])
    for outline in outlines:
        _note_steps(plot, outline)


def _class(plot: Plot, outline: Outline, code: str) -> TrainingClass:
    clerk, reached = plot.clerk(outline.town), REACHED[outline.state]
    row = TrainingClass(
        town=outline.town,
        line=outline.line,
        code=code,
        title=outline.title,
        audience=outline.audience,
        purpose="" if outline.state == State.DRAFT else PURPOSE,
        level=outline.level,
        starts_on=outline.starts_on,
        ends_on=outline.ends_on,
        capacity=outline.capacity,
        contact=clerk.name,
        safety_note=SAFETY,
        summary=SUMMARY if reached == 6 else "",
        has_exam=outline.has_exam,
        state=outline.state,
        created_by=clerk,
    )
    start = min(outline.starts_on, plot.at)
    if reached >= 1:
        row.submitted_by, row.submitted_at = clerk, plot.moment(min(start - timedelta(days=20), plot.day(-2)))
    if reached >= 2:
        row.approved_by = plot.users["county"]
        row.approved_at = plot.moment(min(start - timedelta(days=17), plot.day(-1)))
    if reached >= 3:
        row.enrolling_at = plot.moment(start - timedelta(days=15))
    if reached >= 4:
        row.running_at = plot.moment(outline.starts_on, "08:00")
    if reached >= 5:
        row.closing_at = plot.moment(outline.ends_on + timedelta(days=1), "10:00")
    if reached >= 6:
        row.archived_by, row.archived_at = clerk, plot.moment(outline.ends_on + timedelta(days=6), "16:00")
    if outline.state == State.CANCELLED:
        row.cancelled_at, row.cancel_reason = plot.moment(plot.day(-1)), "讲师临时有任务，改到下一期（演示）"
    return row


def _note_steps(plot: Plot, outline: Outline) -> None:
    row, clerk = outline.row, plot.clerk(outline.town)
    name = f"{row.code}“{row.title}”"
    opened = plot.moment(min(outline.starts_on, plot.at) - timedelta(days=25))
    steps = [
        (opened, clerk, "class.open", f"建班{name}"),
        (row.submitted_at, clerk, "class.submit", f"{name}送审"),
        (row.approved_at, row.approved_by, "class.approve", f"{name}已批准"),
        (row.enrolling_at, clerk, "class.enrolling", f"{name}开始报名"),
        (row.running_at, clerk, "class.start", f"{name}开班"),
        (row.closing_at, clerk, "class.closing", f"{name}进入结班"),
        (row.archived_at, clerk, "class.archive", f"{name}归档"),
        (row.cancelled_at, clerk, "class.cancel", f"{name}取消：{row.cancel_reason}"),
    ]
    for at, by, action, summary in steps:
        if at:
            plot.note(at, by, action, row, summary, outline.town.code)


def write_sessions(plot: Plot, supply: Supply, outlines: list[Outline]) -> None:
    """Timetables: a free lecturer and a free room for every half-day, one half-day at a teaching point."""
    for outline in outlines:
        for place in range(len(outline.half_days)):
            outline.sessions.append(_session(plot, supply, outline, place))
    save_all(Session, [session for outline in outlines for session in outline.sessions])


def _session(plot: Plot, supply: Supply, outline: Outline, place: int) -> Session:
    day, half = outline.half_days[place]
    session = Session(
        training_class=outline.row,
        day=day,
        half=half,
        topic=SESSION_TOPICS[place % len(SESSION_TOPICS)],
        mode=Session.Mode.DISCUSSION if SESSION_TOPICS[place % len(SESSION_TOPICS)] == "研讨交流" else "classroom",
        hours=Decimal(4),
        cancelled_at=outline.row.cancelled_at,
    )
    if outline.state == State.DRAFT:
        return session
    session.lecturer = supply.lecturer(plot, day, half)
    session.course_version = _version(plot, supply, place, outline.town.pk)
    if place == 3 and supply.points[outline.town.pk]:
        session.mode, session.point = Session.Mode.ON_SITE, supply.points[outline.town.pk][0]
    else:
        session.room = supply.room(outline.town.pk, day, half, outline.capacity)
    if session.room is None and session.point is None:
        session.point = supply.points[outline.town.pk][-1]
    return session


def _version(plot: Plot, supply: Supply, place: int, town_id: int) -> CourseVersion:
    """Mostly a course of the town's own, now and then another town's: those are borrowed later (`catalogue`)."""
    slots = sorted(supply.versions)
    every = supply.versions[slots[place % len(slots)]]
    own = [one for rows in supply.versions.values() for one in rows if one.course.town_id == town_id]
    fitting = [one for one in own if one in every]
    return plot.random.choice(every if plot.random.random() < BORROWED else fitting or own)


def write_enrolments(plot: Plot, outlines: list[Outline]) -> None:
    """Seats by list; enrolling classes also have quotas and two people on the waiting list."""
    rows = []
    for outline in outlines:
        if outline.state not in SEATED_STATES:
            continue
        outline.enrolments = [
            Enrolment(
                training_class=outline.row,
                member=member,
                town=outline.town,
                branch=member.branch,
                state=Enrolment.State.SEATED,
                source=Enrolment.Source.LIST,
                created_by=plot.clerk(outline.town),
            )
            for member in outline.people
        ]
        rows += outline.enrolments
    save_all(Enrolment, rows)
    for outline in outlines:
        if outline.enrolments:
            opened = outline.row.enrolling_at
            Enrolment.objects.filter(training_class=outline.row).update(created_at=opened)
            summary = f"“{outline.row.title}”录取 {len(outline.enrolments)} 人，候补 0 人"
            plot.note(
                opened or plot.moment(plot.at),
                plot.clerk(outline.town),
                "class.enrol",
                outline.row,
                summary,
                outline.town.code,
            )
    _write_quotas(plot, outlines)


def _write_quotas(plot: Plot, outlines: list[Outline]) -> None:
    quotas = []
    for outline in outlines:
        if outline.state != State.ENROLLING:
            continue
        branches = list(Branch.objects.filter(town=outline.town).order_by("name")[:8])
        quotas += [Quota(training_class=outline.row, branch=branch, seats=2) for branch in branches]
    save_all(Quota, quotas)


def write_dossiers(plot: Plot, outlines: list[Outline]) -> None:
    """Required papers nobody generates are waived in the archived classes: a demo has no originals."""
    items = list(DossierItem.objects.filter(need=DossierItem.Need.REQUIRED, is_generated=False))
    rows = [
        DossierEntry(training_class=outline.row, item=item, waived_reason=WAIVED, by=plot.clerk(outline.town))
        for outline in outlines
        if outline.state == State.ARCHIVED
        for item in items
    ]
    save_all(DossierEntry, rows)
    for outline in outlines:
        if outline.state == State.ARCHIVED:
            DossierEntry.objects.filter(training_class=outline.row).update(at=outline.row.archived_at)
