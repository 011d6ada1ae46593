"""Ratings of lessons in the demo county, and findings: one waits for a reply, one has one, one is decided."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from assessments.models import Improvement, LessonRemark, Survey, SurveyLesson, TeachingFinding
from juxian.demo.plot import SEED, Plot, save_all
from lecturers.models import Lecturer
from trainings.models import Session

LEVELS = ("very_good", "good", "fair", "poor")
USUAL, WEAK = (70, 22, 6, 2), (12, 28, 36, 24)
MOST, THRESHOLD = 14, 5
REMARKS = ("例子就是身边的事，听得懂。", "讲得有点快。", "下次多留点提问的时间。", "能不能把课件发给我们。")
COUNTY = "国庆前两堂课的课件还用着前年的数字，请说明。（演示）"
COURSE = "现场教学的环节安排得太满，学员反映听不完。（演示）"
REPLY = "当天上午下雨，路上耽误了半小时，后面压缩了。下次改成两个点。（演示）"


def write_ratings(plot: Plot) -> None:
    """Lessons of every survey with their counters; a few bulk writes."""
    chance = Random(f"{SEED}:ratings:{plot.at}:{plot.scale}")
    weak = _weak(plot)
    answered = Count("tickets", filter=Q(tickets__is_answered=True))
    number = dict(Survey.objects.annotate(answered=answered).order_by("pk").values_list("training_class", "answered"))
    surveys = dict(Survey.objects.values_list("training_class", "pk"))
    sessions = Session.objects.filter(training_class__in=surveys, lecturer__isnull=False).standing()
    lessons = save_all(
        SurveyLesson,
        [
            SurveyLesson(
                survey_id=surveys[one.training_class_id],
                session=one,
                topic=one.topic,
                threshold=THRESHOLD,
                **_counters(
                    chance, min(MOST, number[one.training_class_id]), WEAK if one.lecturer_id == weak else USUAL
                ),
            )
            for one in sessions.order_by("day", "half", "pk")
        ],
    )
    _remark(chance, lessons)
    _findings(plot, Lecturer.objects.get(pk=weak))


def _weak(plot: Plot) -> int:
    """The one whose lessons are liked less: somebody of the pool without an account, the one who taught most."""
    rows = Session.objects.filter(lecturer__user=None, day__year=plot.at.year, day__lt=plot.at, lecturer__isnull=False)
    most = rows.order_by().values("lecturer").annotate(n=Count("pk")).order_by("-n", "lecturer")
    found = most.values_list("lecturer", flat=True).first()
    return int(found or Lecturer.objects.filter(user=None).order_by("pk").values_list("pk", flat=True)[0])


def _counters(chance: Random, most: int, weights: tuple[int, ...]) -> dict[str, int]:
    chosen = chance.choices(LEVELS, weights, k=chance.randint(min(3, most), most))
    return {level: chosen.count(level) for level in LEVELS}


def _remark(chance: Random, lessons: list[Any]) -> None:
    rows = [
        LessonRemark(lesson=lesson, text=text)
        for lesson in lessons
        for text in chance.sample(REMARKS, k=min(chance.choice((0, 0, 0, 1, 2)), lesson.very_good))
    ]
    for row in rows:
        row.id = type(row.id)(int=chance.getrandbits(128), version=4)
    save_all(LessonRemark, rows)


def _findings(plot: Plot, weak: Lecturer) -> None:
    """Three in three states; the decided one comes from the low rating and asks for an improvement."""
    own = Lecturer.objects.select_related("town").get(user=plot.users["lecturer"])
    taught = own.courses.order_by("pk").first()
    text = f"{plot.at.year} 年学员评价平均分低于满分 4 分的 70%。（演示）"
    rows = [
        _finding(plot, -3, COUNTY, lecturer=own, town=own.town),
        _finding(plot, -40, text, lecturer=weak, town=weak.town),
    ]
    rows[1].origin, rows[1].opened_by = TeachingFinding.Origin.RATING, None
    _reply(plot, rows[1], -36, "今年换了新题目，还不熟，年内重新备课。（演示）", weak)
    rows[1].verdict, rows[1].reason = "improve", "题目好，备课不够。请党校老师带着试讲一次。（演示）"
    rows[1].decided_at, rows[1].decided_by = plot.moment(plot.day(-30), "15:00"), plot.users["county"]
    if taught:
        rows.append(_finding(plot, -8, COURSE, course=taught, town=taught.town))
        _reply(plot, rows[2], -6, REPLY, own)
    save_all(TeachingFinding, rows)
    Improvement.objects.create(
        finding=rows[1], what="重新备课，试讲一次再上。（演示）", owner="示例教研组", due_on=plot.day(20)
    )
    for row in rows:
        plot.note(row.opened_at, row.opened_by, "assessments.finding_opened", row, f"提出教学意见：{row.about}", "")


def _finding(plot: Plot, day: int, text: str, **about: Any) -> TeachingFinding:
    opened: datetime = plot.moment(plot.day(day), "10:00")
    due = plot.moment(timezone.localdate(opened) + timedelta(days=10), "23:59")
    return TeachingFinding(
        **about, origin=TeachingFinding.Origin.COUNTY, year=plot.at.year, text=text, opened_at=opened,
        opened_by=plot.users["county"], reply_due_at=due,
    )  # fmt: skip


def _reply(plot: Plot, row: TeachingFinding, day: int, text: str, who: Lecturer) -> None:
    row.reply, row.replied_at = text, plot.moment(plot.day(day), "20:00")
    row.replied_by = who.user or plot.users["county"]
    row.heard = "" if who.user else "电话"
