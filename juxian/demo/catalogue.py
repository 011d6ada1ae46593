"""What the catalogue knows of the demo county's courses: form, summary, audiences, tasks; names given free; borrowings."""

from datetime import date, timedelta
from random import Random

from django.db.models import F

from courses.models import Audience, Borrowing, ContentTask, Course
from juxian.demo.people import HERO_TOWN
from juxian.demo.plot import SEED, Plot, save_all
from juxian.people.models import Town
from lecturers.models import Lecturer
from trainings.models import Session

Form, State = Course.Form, Borrowing.State
FORMS = {"现场课": Form.ON_SITE, "微课": Form.MICRO}  # every other kind is a lesson in a classroom
MANNERS = {
    "专题课": "由主讲老师系统讲一讲“{topic}”，留出时间提问讨论",
    "现场课": "走到现场，边看边讲“{topic}”",
    "案例课": "用身边的几个案例讲“{topic}”，分组讨论",
    "微课": "十几分钟讲清“{topic}”里的一件事，可以放在支部会上学",
}
# By slot of the theme: the tasks a course of it serves, first the one all its courses serve; and whom they suit.
TASKS = {
    1: ("革命传统", "党的宗旨", "政治理论"),
    2: ("知识技能", "形势政策"),
    3: ("党章党规党纪", "政治教育和政治训练"),
    4: ("形势政策", "知识技能", "党的宗旨"),
    5: ("党的宗旨", "知识技能"),
}
AUDIENCES = {
    1: ("农村", "社区", "机关", "企业", "两新组织", "事业单位"),
    2: ("农村", "流动党员"),
    3: ("机关", "农村", "事业单位", "企业"),
    4: ("社区", "农村", "两新组织"),
    5: ("社区", "机关", "事业单位", "农村"),
}
AGREED = 3  # of four lecturers so many let the public read their names
OTHERS = 8  # borrowings in which the clerk's town has no part
WHY = (
    "用在党员冬训班，讲给村支部书记听。",
    "用在农村党员轮训班，请主讲来讲半天。",
    "用在发展对象培训班，配合现场教学。",
)
NO = "这门课正在修改，改好以后再借，请到下半年再提。"


def write_catalogue(plot: Plot) -> None:
    """Everything of it. Draws nothing from the plot's own random source."""
    random = Random(f"{SEED}:catalogue:{plot.at}")  # noqa: S311 invented courses
    courses = list(Course.objects.select_related("theme", "town").order_by("pk"))
    _describe(courses)
    _sort(random, courses)
    keys = list(Lecturer.objects.order_by("pk").values_list("pk", flat=True))
    Lecturer.objects.filter(pk__in=[pk for place, pk in enumerate(keys) if place % 4 < AGREED]).update(public_name=True)
    _borrow(plot, random, courses)


def _describe(courses: list[Course]) -> None:
    """Form and summary, as the title says: 茶园管理（现场课）."""
    for course in courses:
        topic, _, kind = course.title.removesuffix("）").partition("（")
        course.form = FORMS.get(kind, Form.CLASSROOM)
        course.summary = f"{MANNERS[kind].format(topic=topic)}。（示例课程）"
    Course.objects.bulk_update(courses, ["form", "summary"])


def _sort(random: Random, courses: list[Course]) -> None:
    """One or two tasks and one to three audiences for each."""
    tasks = {one.name: one.pk for one in ContentTask.objects.all()}
    audiences = {one.name: one.pk for one in Audience.objects.all()}
    served, suited = Course.tasks.through, Course.audiences.through
    of_tasks, of_audiences = [], []
    for course in courses:
        first, *more = TASKS[course.theme.slot]
        fit = AUDIENCES[course.theme.slot]
        names = [first, *random.sample(more, random.randint(0, 1))]
        of_tasks += [served(course_id=course.pk, contenttask_id=tasks[name]) for name in names if name in tasks]
        names = random.sample(fit, random.randint(1, min(3, len(fit))))
        of_audiences += [
            suited(course_id=course.pk, audience_id=audiences[name]) for name in names if name in audiences
        ]
    save_all(served, of_tasks)
    save_all(suited, of_audiences)


def _borrow(plot: Plot, random: Random, courses: list[Course]) -> None:
    """What sessions use of other towns was lent to them. The clerk of one town has a request to answer and one under
    way, and has got both answers; a few borrowings lie between other towns."""
    rows = _lent(plot, {one.pk: one for one in courses})
    known = {(row.course_id, row.host_id) for row in rows if row.year == plot.at.year}
    hero = next(town for town in plot.towns if town.code == HERO_TOWN)
    owned = sorted((one for one in courses if one.town_id), key=lambda one: one.town_id or 0)
    mine, others = [one for one in owned if one.town_id == hero.pk], [one for one in owned if one.town_id != hero.pk]
    hosts = random.sample([town for town in plot.towns if town != hero and (mine[0].pk, town.pk) not in known], 4)
    free = [one for one in others if (one.pk, hero.pk) not in known]
    pairs = [(mine[0], town) for town in hosts] + [(one, hero) for one in random.sample(free, 4)]
    for course in random.sample(others, OTHERS):
        towns = [
            one for one in plot.towns if one.pk not in (course.town_id, hero.pk) and (course.pk, one.pk) not in known
        ]
        pairs.append((course, random.choice(towns)))
    lent = (State.REQUESTED, State.REQUESTED, State.GRANTED, State.REFUSED)
    taken = (State.REQUESTED, State.GRANTED, State.REFUSED, State.WITHDRAWN)
    states = [*lent, *taken, *[tuple(State)[place % len(State)] for place in range(OTHERS)]]
    rows += [
        _borrowing(plot, course, host, state, place)
        for place, ((course, host), state) in enumerate(zip(pairs, states, strict=True))
    ]
    save_all(Borrowing, rows)


def _lent(plot: Plot, courses: dict[int, Course]) -> list[Borrowing]:
    """A granted borrowing for each course, host and year that sessions use, asked for a month before the first."""
    towns = {town.pk: town for town in plot.towns}
    lessons = Session.objects.exclude(course_version=None).exclude(
        course_version__course__town=F("training_class__town")
    )
    days = lessons.order_by("day", "pk").values_list("course_version__course", "training_class__town", "day")
    first: dict[tuple[int, int, int], date] = {}
    for course, host, day in days:
        first.setdefault((course, host, day.year), min(day, plot.at))
    rows = []
    for place, ((course, host, year), day) in enumerate(first.items()):
        row = _borrowing(plot, courses[course], towns[host], State.GRANTED, place)
        asked = day - timedelta(days=30)
        row.year, row.requested_at = year, plot.moment(asked, "09:40")
        row.decided_at = plot.moment(asked + timedelta(days=3), "15:10")
        rows.append(row)
    return rows


def _borrowing(plot: Plot, course: Course, host: Town, state: Borrowing.State, place: int) -> Borrowing:
    """Asked in the last days where it waits, else some months ago; answered three days later."""
    asked = plot.day(-1 - place % 3 if state == State.REQUESTED else max(-20 - 12 * place, -300))
    row = Borrowing(
        course=course,
        owner=course.town,
        host=host,
        year=plot.at.year,
        purpose=WHY[place % len(WHY)],
        state=state,
        requested_by=plot.clerk(host),
        requested_at=plot.moment(asked, "09:40"),
    )
    if course.town and state in (State.GRANTED, State.REFUSED):
        row.decided_by = plot.clerk(course.town)
        row.decided_at = plot.moment(plot.day((asked - plot.at).days + 3), "15:10")
        row.reason = NO if state == State.REFUSED else ""
    return row
