"""Topics of the demo county in every state, judged by users of other units; a few reviews of featured courses."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from centres.days import cn_date
from centres.models import BrandTheme
from courses.models import (
    Ballot,
    Course,
    CourseReview,
    Criterion,
    Judge,
    Panel,
    PanelCriterion,
    Score,
    Topic,
    TopicStep,
)
from courses.scoring import outcome_of
from juxian.demo.evidence import PAPER
from juxian.demo.papers import keep
from juxian.demo.people import HERO_TOWN
from juxian.demo.plot import SEED, Plot, save_all
from juxian.files.models import StoredFile
from juxian.people.models import Town, User
from juxian.rules.lookup import value
from lecturers.models import Lecturer

State, Verdict = Topic.State, CourseReview.Verdict
NUMBERS = ("min_judges", "drop_from", "drop_each", "pass_mark")
JUDGED, PASSES = (State.TRIAL, State.PASSED, State.FEATURED), (84, 97)
HANDED_IN = 3  # ballots of the panel that is open; the demo judge's is not among them
COMMENTS = ("故事讲得实，群众听得进。", "例子都是身边的，建议再压缩一节。", "条理清楚，现场问答安排得好。")
REASON = "村里党员问得最多的就是这件事，身边有现成的例子，讲了就能用。"
OUTLINE = "一、从身边一件事讲起\n二、政策怎么说\n三、我们怎么办\n四、现场问答"
# State, whether the demo clerk's town has it, days since it was proposed, theme, title.
TOPICS = (
    (State.FEATURED, True, 0, 0, ""),  # name, theme and day are those of its course
    (State.DROPPED, False, 90, 3, "红白事简办（示例）"),
    (State.PASSED, False, 75, 4, "医保报销怎么办（示例）"),
    (State.TRIAL, False, 66, 2, "茶园里的合作社（示例）"),
    (State.IMPROVE, True, 40, 5, "村里的代办员（示例）"),
    (State.VETTED, False, 35, 1, "一封家书（示例）"),
    (State.JUDGING, True, 30, 1, "支前小推车的故事（示例）"),
    (State.DECLARED, False, 28, 3, "村务公开栏怎么看（示例）"),
    (State.APPROVED, True, 24, 4, "邻里纠纷怎么调（示例）"),
    (State.RETURNED, True, 12, 2, "种好一亩田（示例）"),
    (State.PROPOSED, False, 4, 5, "留守老人怎么帮（示例）"),
)
# Audit code, words, comment, whether the county did it.
Step = tuple[str, str, str, bool]
ASKED: Step = ("topic_proposed", "提出选题", "", False)
DECLARED: Step = ("topic_declared", "申报课程", "", False)
WAY: tuple[Step, ...] = (
    ASKED,
    ("topic_decided", "选题通过", "选题贴近群众，同意。", True),
    DECLARED,
    ("topic_decided", "讲稿审核通过", "讲稿没有政策表述问题。", True),
    ("panel_opened", "第1次评审开始", "", True),
    ("panel_closed", "评审通过", "", True),
    ("topic_tried", "试讲通过", "镇党校教室：讲得生动，时间把握得好。", True),
    ("topic_featured", "入选精品课程", "", True),
)
LENGTH = {
    State.PROPOSED: 1, State.APPROVED: 2, State.DECLARED: 3, State.VETTED: 4, State.JUDGING: 5, State.TRIAL: 6,
    State.PASSED: 7, State.FEATURED: 8,
}  # fmt: skip
ASIDE: dict[Topic.State, tuple[Step, ...]] = {
    State.RETURNED: (ASKED, ("topic_decided", "选题退回", "题目太大，请只讲一件事。", True)),
    State.IMPROVE: (*WAY[:3], ("topic_decided", "讲稿退回修改", "第二节数字没有出处，请补上。", True)),
    State.DROPPED: (ASKED, ("topic_dropped", "撤回选题", "", False)),
}
APART = 5  # days from one step to the next
# Place among the featured courses, the oldest first, verdict, days ago, days until improved, what was improved.
REVIEWS = (
    (3, Verdict.KEEP, 35, 0, ""),
    (11, Verdict.KEEP, 34, 0, ""),
    (19, Verdict.IMPROVE, 70, -8, ""),
    (27, Verdict.IMPROVE, 33, 27, "换了今年的数字，补了两个本镇的例子。"),
)
SAID = {Verdict.KEEP: "学员反映好，内容没有过时。", Verdict.IMPROVE: "数字还是前年的，请更新，并换成本镇的例子。"}


@dataclass
class Round:
    """A topic, its place among the others, and its panel if it came to one."""

    topic: Topic
    clerk: User
    days: int
    panel: Panel | None = None

    def day_of(self, step: int) -> int:
        """How many days from the day of the play a step lies."""
        return step * APART - self.days


def write_reviews(plot: Plot) -> None:
    """Everything of it. Draws nothing from the plot's own random source."""
    random = Random(f"{SEED}:reviews:{plot.at}")
    rounds = _topics(plot)
    _panels(plot, random, [one for one in rounds if one.topic.state in (State.JUDGING, *JUDGED)])
    _steps(plot, rounds)
    _reviews(plot)


def _topics(plot: Plot) -> list[Round]:
    script = keep(plot, PAPER, "讲稿（演示）.pdf", "pdf")
    themes = {one.slot: one for one in BrandTheme.objects.all()}
    home = next(town for town in plot.towns if town.code == HERO_TOWN)
    others = iter([town for town in plot.towns if town != home])
    rounds = []
    for state, at_home, days, slot, title in TOPICS:
        town = home if at_home else next(others)
        row = Topic(town=town, state=state, title=title, theme=themes.get(slot), reason=REASON)
        row.proposed_by = plot.clerk(town)
        if state == State.FEATURED:
            days = (plot.at - _is_course(row, town)).days + APART * (len(WAY) - 1)
        rounds.append(Round(row, plot.clerk(town), days))
        if _declared(state):
            _declare(row, plot.clerk(town), script)
    save_all(Topic, [one.topic for one in rounds])
    teaches = Topic.lecturers.through
    free = list(Lecturer.objects.filter(user=None, town=None).order_by("pk"))
    save_all(
        teaches,
        [
            teaches(topic=one.topic, lecturer=free[place % len(free)])
            for place, one in enumerate(rounds)
            if one.topic.declared_by
        ],
    )
    return rounds


def _declared(state: Topic.State) -> bool:
    return state == State.IMPROVE or LENGTH.get(state, 0) >= LENGTH[State.DECLARED]


def _is_course(row: Topic, town: Town) -> date:
    """One of the courses that are there came this way; the day it was featured."""
    course = Course.objects.filter(town=town).select_related("theme").order_by("featured_on", "pk")[0]
    row.course, row.title, row.theme = course, course.title, course.theme
    featured_on: date = course.featured_on
    return featured_on


def _declare(row: Topic, clerk: User, script: StoredFile) -> None:
    row.declared_by, row.script, row.outline = clerk, script, OUTLINE
    row.summary = "用身边的人和事讲清政策，四节课，留时间答疑。（演示）"


def _panels(plot: Plot, random: Random, rounds: list[Round]) -> None:
    """One panel a topic with today's numbers; all judges voted, but for the one that is open."""
    numbers = {name: value(f"review.{name}", plot.at) for name in NUMBERS}
    for one in rounds:
        opened_on = plot.day(one.day_of(4))
        ends_on = opened_on + timedelta(days=value("review.panel_days", plot.at))
        one.panel = Panel(topic=one.topic, number=1, ends_on=ends_on, **numbers)
        one.panel.opened_at = plot.moment(opened_on, "09:30")
        if one.topic.state != State.JUDGING:
            one.panel.closed_at = plot.moment(plot.day(one.day_of(5)), "16:00")
    panels = save_all(Panel, [one.panel for one in rounds])
    criteria = _copied(plot, panels)
    judges = [judge for one in rounds for judge in _judges(plot, one)]
    save_all(Judge, judges)
    voted = [judge for panel in panels for judge in _voting(panel, judges)]
    ballots = [_ballot(judge, place) for place, judge in enumerate(voted)]
    scores = [
        Score(ballot=ballot, criterion=criterion, points=random.randint(*PASSES))
        for ballot in save_all(Ballot, ballots)
        for criterion in criteria
        if criterion.panel == ballot.judge.panel
    ]
    save_all(Score, scores)


def _copied(plot: Plot, panels: list[Panel]) -> list[PanelCriterion]:
    standing = list(Criterion.objects.in_force(plot.at))
    rows = [
        PanelCriterion(panel=panel, name=one.name, hint=one.hint, weight=one.weight, order=place)
        for panel in panels
        for place, one in enumerate(standing)
    ]
    return save_all(PanelCriterion, rows)


def _judges(plot: Plot, one: Round) -> list[Judge]:
    """Five of other units: the inspector, three towns' clerks, the demo judge."""
    towns = [town for town in plot.towns if town.pk != one.topic.town_id][-3:]
    invited = [
        (plot.users["inspector"], "县委组织部"),
        *[(plot.clerk(town), town.name) for town in towns],
        (plot.users["judge"], "示例党校"),
    ]
    at = plot.moment(plot.day(one.day_of(4)), "10:00")
    return [Judge(panel=one.panel, user=user, unit=unit, invited_at=at) for user, unit in invited]


def _voting(panel: Panel, judges: list[Judge]) -> list[Judge]:
    own = [judge for judge in judges if judge.panel == panel]
    return own[:HANDED_IN] if panel.is_open else own


def _ballot(judge: Judge, place: int) -> Ballot:
    at = judge.invited_at + timedelta(days=1 + place % 3, hours=place % 5)
    return Ballot(judge=judge, comment=COMMENTS[place % len(COMMENTS)], at=at)


def _steps(plot: Plot, rounds: list[Round]) -> None:
    """What happened to each, in the words of the actions."""
    county, rows, told = plot.users["county"], [], []
    for one in rounds:
        state = State(one.topic.state)
        way = ASIDE.get(state) or WAY[: LENGTH[state]]
        for place, (code, words, comment, by_county) in enumerate(way):
            by = county if by_county else one.clerk
            said = comment or _counted(one, code)
            at = plot.moment(plot.day(one.day_of(place)), f"{10 + place % 6}:20")
            rows.append(TopicStep(topic=one.topic, words=words, comment=said, by=by, by_name=str(by), at=at))
            told.append((code, f"“{one.topic}”{words}" + (f"：{said}" if said else "")))
    for row, (code, summary) in zip(save_all(TopicStep, rows), told, strict=True):
        plot.note(row.at, row.by, f"courses.{code}", row.topic, summary, row.topic.town.code)


def _counted(one: Round, code: str) -> str:
    """What only rows can tell: the last day, the score, the course's number."""
    if one.panel and code == "panel_opened":
        return f"评分截止 {cn_date(one.panel.ends_on)}"
    if one.panel and code == "panel_closed":
        found = outcome_of(one.panel)
        return f"{found.handed_in} 位评委，得分 {found.score}，通过分 {one.panel.pass_mark}"
    return f"编号 {one.topic.course.code}" if one.topic.course and code == "topic_featured" else ""


def _reviews(plot: Plot) -> None:
    """Courses of other towns, and one of the demo clerk's that is to improve."""
    by, rows = plot.users["county"], []
    old = Course.objects.featured(plot.at).select_related("town").order_by("featured_on", "pk")
    home = old.filter(town__code=HERO_TOWN)[1]
    others = list(old.exclude(town__code=HERO_TOWN)[:30])
    chosen = [(others[place], *rest) for place, *rest in REVIEWS]
    for course, verdict, ago, until, improved in [*chosen, (home, Verdict.IMPROVE, 20, 22, "")]:
        improve_by = plot.day(until) if verdict == Verdict.IMPROVE else None
        rows.append(
            CourseReview(
                course=course, verdict=verdict, comment=SAID[verdict], on=plot.day(-ago), improve_by=improve_by,
                improved=improved, by=by, by_name=str(by),
            )
        )  # fmt: skip
    for row in save_all(CourseReview, rows):
        summary = f"复审“{row.course}”：{row.get_verdict_display()}。{row.comment}"
        town = row.course.town.code if row.course.town else ""
        plot.note(plot.moment(row.on, "11:00"), by, "courses.reviewed", row.course, summary, town)
