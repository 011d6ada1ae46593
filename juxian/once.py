"""A roster taken through a whole class with the portal's own actions, on a scratch database (`bin/run --once`).

The clock is moved through the days of the class, so that reminders, retakes and make-ups come when they are due.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import time_machine
from django.core.exceptions import ValidationError
from django.db.models import Count, Sum
from django.utils import timezone

from assessments.actions import (
    answer_survey,
    complete_make_up,
    release_results,
    set_up_exam,
    start_attempt,
    submit_attempt,
)
from assessments.actions.banks import add_question
from assessments.models import Attempt, MakeUp, Question, QuestionBank, Retake, Survey, SurveyTicket
from centres.models import BrandTheme, Centre, Room
from courses.models import Course, CourseVersion
from juxian.demo.people import id_number
from juxian.demo.questions import SINGLE
from juxian.messages.models import InboxMessage
from juxian.obligations.models import Obligation
from juxian.obligations.sweep import sweep
from juxian.people.imports.save import ROSTER
from juxian.people.models import Branch, Grant, Member, Town, User
from juxian.sheets import Preview, commit, no_progress
from juxian.sheets.write import workbook
from lecturers.models import Lecturer, LecturerKind
from trainings import actions
from trainings.dossier import missing_papers
from trainings.models import Enrolment, HourEntry, Mark, Session, TrainingClass

HOME = "371327102"
SAMPLE = 300
SESSIONS = 4  # half-days; somebody who misses one of four is beyond the limit of a seventh
FULL_PAPER = 5
Say = Callable[[str], None]


class Once:
    """One run: the two people who act, the class, and what came out."""

    def __init__(self, say: Say) -> None:
        self.say = say
        self.first_day = timezone.localdate() + timedelta(days=7)
        self.counts: dict[str, int] = {}
        self.county = _user("county", "县委组织部", Grant.Kind.COUNTY, None)

    @contextmanager
    def at(self, day: int, hour: int, minute: int = 0) -> Iterator[None]:
        """The clock runs from the `day`-th day of the class (0 is the first), local time."""
        moment = timezone.make_aware(datetime.combine(self.first_day + timedelta(days=day), time(hour, minute)))
        with time_machine.travel(moment, tick=True):
            yield

    def run(self, roster: Path) -> dict[str, int]:
        """The whole way; returns the counts."""
        self.read(roster)
        self.plan()
        self.enrol()
        self.teach()
        self.examine()
        self.close()
        self.remind()
        self.remedy()
        self.archive()
        return self.counts | self.result()

    # 1. people ---------------------------------------------------------------------------------------
    def read(self, roster: Path) -> None:
        """Import the roster; the town with most people holds the class."""
        found = read_roster(roster)
        self.counts |= found.counts()
        towns = Member.objects.values("branch__town").annotate(people=Count("pk")).order_by("-people", "branch__town")
        first = towns.first()
        if first is None:
            raise ValidationError("名册里没有可以导入的人。")
        self.town = Town.objects.get(pk=first["branch__town"])
        self.clerk = _user(f"clerk-{self.town.code}", f"{self.town.name}干事", Grant.Kind.CLERK, self.town)
        self.say(
            f"导入名册：{found.rows} 行，新增 {found.created}，未通过 {found.rejected}。开班的是{self.town.name}。"
        )

    # 2. plan, class, timetable, exam -----------------------------------------------------------------
    def plan(self) -> None:
        """A plan line the county approves, a class from it with timetable and exam, approved too."""
        self.people = list(
            Member.objects.counted().filter(branch__town=self.town).select_related("branch").order_by("pk")
        )
        with self.at(-3, 9):
            plan = actions.open_plan(town=self.town, year=self.first_day.year, by=self.clerk)
            line = actions.add_line(
                plan=plan, by=self.clerk, title="党员集中轮训班", audience="全镇党员", theme=BrandTheme.objects.first(),
                month=self.first_day.month, days=Decimal(SESSIONS) / 2, people=len(self.people),
            )  # fmt: skip
            actions.submit_plan(plan=plan, by=self.clerk)
            actions.approve_plan(plan=plan, by=self.county)
            last_day = self.first_day + timedelta(days=(SESSIONS - 1) // 2)
            training_class = actions.open_class_from_line(
                line=line, by=self.clerk, purpose="学习党的创新理论，练就干事本领。", starts_on=self.first_day,
                ends_on=last_day, capacity=len(self.people), contact="镇党委组织委员", safety_note="注意往返安全。",
            )  # fmt: skip
            self._timetable(training_class)
            self._exam(training_class, last_day)
            actions.submit_class(training_class=training_class, by=self.clerk)
            actions.approve_class(training_class=training_class, by=self.county)
        self.training_class = training_class
        self.say(f"计划和班次已由县里批准：{training_class.code}“{training_class.title}”。")

    def _timetable(self, training_class: TrainingClass) -> None:
        kind, _ = LecturerKind.objects.get_or_create(name="业务骨干")
        lecturer = Lecturer.objects.create(name="示例讲师", kind=kind)
        course = Course.objects.create(code="ONCE", title="党的创新理论", theme=BrandTheme.objects.earliest("slot"))
        version = CourseVersion.objects.create(course=course, number=1, published_on=timezone.localdate())
        centre = Centre.objects.get(town=self.town)
        room = Room.objects.create(centre=centre, name="大礼堂", capacity=training_class.capacity)
        for number in range(SESSIONS):
            actions.add_session(
                training_class=training_class, by=self.clerk, day=self.first_day + timedelta(days=number // 2),
                half=(Session.Half.MORNING, Session.Half.AFTERNOON)[number % 2], topic=f"第{number + 1}讲",
                course_version=version, lecturer=lecturer, room=room, hours=Decimal(4),
            )  # fmt: skip

    def _exam(self, training_class: TrainingClass, last_day: date) -> None:
        bank = QuestionBank.objects.create(code="ONCE", name="结业题库", town=self.town)
        for stem, *options in SINGLE[: 3 * FULL_PAPER]:
            add_question(
                bank=bank, kind=Question.Kind.SINGLE, stem=stem, options=options, answer=[0], by=self.clerk
            )  # fmt: skip
        opens = timezone.make_aware(datetime.combine(last_day, time(17)))
        self.exam = set_up_exam(
            training_class=training_class, bank=bank, opens_at=opens, closes_at=opens + timedelta(hours=3),
            by=self.clerk, settings={"single_count": FULL_PAPER, "single_points": 20, "multiple_count": 0,
            "true_false_count": 0},
        )  # fmt: skip

    # 3. people in seats ------------------------------------------------------------------------------
    def enrol(self) -> None:
        """Quotas by branch, then everybody by list."""
        with self.at(-2, 9):
            actions.open_enrolment(training_class=self.training_class, by=self.clerk)
            for branch_id, seats in sorted(Counter(member.branch_id for member in self.people).items()):
                branch = Branch.objects.get(pk=branch_id)
                actions.set_quota(training_class=self.training_class, branch=branch, seats=seats, by=self.clerk)
            done = actions.enrol(
                training_class=self.training_class, members=self.people, source=Enrolment.Source.QUOTA, by=self.clerk
            )  # fmt: skip
        self.seated = sorted(done.seated, key=lambda row: row.pk)
        self.say(f"录取 {len(done.seated)} 人，候补 {len(done.waiting)} 人。")

    # 4. half-days and marks --------------------------------------------------------------------------
    def teach(self) -> None:
        """Every tenth person misses the second half-day, every twentieth all of them."""
        with self.at(0, 8):
            actions.start_class(training_class=self.training_class, by=self.clerk)
        for number, session in enumerate(Session.objects.filter(training_class=self.training_class).standing()):
            with self.at(number // 2, (9, 14)[number % 2]):
                statuses = {
                    row.pk: "absent" if place % 20 == 19 or (number == 1 and place % 10 == 9) else "present"
                    for place, row in enumerate(self.seated)
                }
                actions.save_roster(session=session, statuses=statuses, key=f"once-{number}", by=self.clerk)
        self.say(f"上了 {SESSIONS} 个半天，逐人点名。")

    # 5. exam -----------------------------------------------------------------------------------------
    def examine(self) -> None:
        """Every eighth person fails, every fifteenth does not sit, everybody else passes; results are released."""
        with self.at((SESSIONS - 1) // 2, 17, 5):
            for place, row in enumerate(self.seated):
                if place % 15 != 14:
                    self._sit(row, right=1 if place % 8 == 7 else FULL_PAPER)
        with self.at((SESSIONS - 1) // 2, 20, 30):
            release_results(exam=self.exam, by=self.clerk)
            sweep(timezone.now(), drain=True)
        self.say(f"考试 {Attempt.objects.count()} 人，成绩已公布；系统安排补考 {Retake.objects.count()} 人。")

    def _sit(self, enrolment: Enrolment, right: int) -> Attempt:
        attempt = start_attempt(exam=self.exam, enrolment=enrolment, by=enrolment.member.user)
        answers = []
        for place, question in enumerate(attempt.paper):
            wrong = [index for index in range(len(question["options"])) if index not in question["answer"]][:1]
            choice = question["answer"] if place < right else wrong
            answers.append({"number": question["number"], "choice": choice, "seq": place + 1})
        return submit_attempt(attempt=attempt, answers=answers, by=enrolment.member.user)

    # 6. what follows ---------------------------------------------------------------------------------
    def close(self) -> None:
        """The class closes; the sweep opens the survey and states who owes a make-up."""
        with self.at((SESSIONS - 1) // 2, 21):
            actions.begin_closing(training_class=self.training_class, by=self.clerk)
            sweep(timezone.now(), drain=True)
        with self.at(2, 10):
            for place, ticket in enumerate(SurveyTicket.objects.select_related("survey").order_by("pk")):
                if place % 3 != 2:
                    ratings = {str(question["id"]): 4 - place % 2 for question in ticket.survey.questions}
                    answer_survey(ticket=ticket, ratings=ratings)
        self.say(
            f"满意度测评开放 {SurveyTicket.objects.count()} 份，已答 {_answered()} 份；补课 {MakeUp.objects.count()} 人。"
        )

    def remind(self) -> None:
        """A week of sweeps: those who attended and have not answered are reminded."""
        for day in range(2, 8):
            with self.at(day, 9, 30):
                sweep(timezone.now(), drain=True)
        self.counts["reminders"] = Obligation.objects.filter(kind="assessments.survey_remind", state="done").count()
        self.say(f"提醒未答的人 {self.counts['reminders']} 次。")

    def remedy(self) -> None:
        """Everybody with a retake passes it, on another paper; every second make-up is done."""
        self.counts["retakes"] = Retake.objects.count()
        with self.at(7, 15):
            for retake in list(Retake.objects.open().select_related("enrolment__member__user")):
                self._sit(retake.enrolment, right=FULL_PAPER)
            for place, make_up in enumerate(MakeUp.objects.open().order_by("pk")):
                if place % 2 == 0:
                    complete_make_up(make_up=make_up, note="已到镇党校补课。", by=self.clerk)
        self.say(f"补考 {self.counts['retakes']} 人，及格 {_passed_retakes()} 人。")

    def archive(self) -> None:
        """The summary is written, papers nobody has here are waived with a reason, hours are posted."""
        with self.at(8, 9):
            actions.change_class(training_class=self.training_class, by=self.clerk, summary="全程有序，应训尽训。")
            for item in missing_papers(TrainingClass.objects.get(pk=self.training_class.pk)):
                actions.waive_paper(
                    training_class=self.training_class, item=item, reason="演练，没有纸质材料", by=self.clerk
                )
            actions.archive_class(training_class=self.training_class, by=self.clerk)
            sweep(timezone.now(), drain=True)
        self.say("班次已归档，学时已入账。")

    def result(self) -> dict[str, int]:
        """What stands in the tables at the end."""
        outcomes = Counter(Enrolment.objects.values_list("outcome", flat=True))
        return {
            "enrolled": Enrolment.objects.seated().count(),
            "sessions": Session.objects.standing().count(),
            "marks": Mark.objects.effective().count(),
            "present": Mark.objects.effective().filter(status__counts_present=True).count(),
            "attempts": Attempt.objects.count(),
            "passed": Attempt.objects.filter(sitting=0, score__gte=self.exam.pass_mark).count(),
            "failed": Attempt.objects.filter(sitting=0, score__lt=self.exam.pass_mark).count(),
            "retakes_passed": _passed_retakes(),
            "make_ups": MakeUp.objects.count(),
            "make_ups_done": MakeUp.objects.filter(state=MakeUp.State.DONE).count(),
            "surveys": Survey.objects.count(),
            "survey_tickets": SurveyTicket.objects.count(),
            "survey_answers": _answered(),
            "messages": InboxMessage.objects.count(),
            "completed": outcomes[Enrolment.Outcome.COMPLETED],
            "not_completed": outcomes[Enrolment.Outcome.NOT_COMPLETED],
            "hour_entries": HourEntry.objects.count(),
            "hours": int(HourEntry.objects.aggregate(total=Sum("hours"))["total"] or 0),
            "archived": TrainingClass.objects.held().count(),
            "parked": Obligation.objects.parked().count(),
        }


def _answered() -> int:
    return SurveyTicket.objects.filter(is_answered=True).count()


def _passed_retakes() -> int:
    return Retake.objects.filter(state=Retake.State.PASSED).count()


def _user(username: str, name: str, kind: str, town: Town | None) -> User:
    user = User.objects.create_user(username, name=name)
    Grant.objects.create(user=user, kind=kind, town=town, starts_on=timezone.localdate(), reason="演练")
    return user


def read_roster(path: Path) -> Preview:
    """Import through the one engine; refused rows stay out. A file without a town column is taken as one town's."""
    options: dict[str, Any] = {"town": "", "create_branches": True}
    try:
        found = ROSTER.read(path, options, no_progress)
    except ValidationError:
        options["town"] = HOME
        found = ROSTER.read(path, options, no_progress)
    result, _ = commit(ROSTER, found, options, by=None, accept_valid=True)
    return result


def sample_roster(path: Path, rows: int = SAMPLE) -> Path:
    """A roster of invented people of one town, as a clerk would bring it."""
    heads = [
        "姓名",
        "性别",
        "公民身份号码",
        "所在镇街",
        "所在党支部",
        "人员类别",
        "加入党组织日期",
        "转为正式党员日期",
        "联系电话",
    ]
    town = Town.objects.get(code=HOME)
    lines = []
    for number in range(rows):
        birth = date(1960, 1, 1) + timedelta(days=24 * number)
        male = number % 3 != 0
        lines.append(
            [
                f"示例{number + 1:03d}", "男" if male else "女", id_number(birth, number, male=male), town.name,
                f"示例第{number % 12 + 1}党支部", "正式党员", "2000-07-01", "2001-07-01", f"1990000{number:04d}",
            ]
        )  # fmt: skip
    path.write_bytes(workbook("党员名册", heads, lines))
    return path
