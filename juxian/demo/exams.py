"""The question bank, exams, attempts and retakes of the demo county."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from assessments.grading import grade
from assessments.models import Answer, Attempt, Exam, Question, QuestionBank, Retake
from assessments.papers import Paper, draw
from assessments.questions import TRUE_FALSE as WORDS
from assessments.questions import digest
from juxian.demo.outline import Outline, State
from juxian.demo.plot import Plot, save_all
from juxian.demo.questions import MULTIPLE, SINGLE, TRUE_FALSE
from juxian.rules.lookup import value
from trainings.models import Enrolment

PAPERS = 5  # different papers drawn per exam; neighbours hold different ones
HERO_SCORE = Decimal(54)
Kind = Question.Kind


@dataclass
class Sitting:
    """One attempt on its way, with the choices that make its score."""

    attempt: Attempt
    choices: dict[int, list[int]]


@dataclass
class Results:
    """What the exams left behind: enrolments that have not passed when their class was archived."""

    failed: set[int] = field(default_factory=set)
    sittings: list[Sitting] = field(default_factory=list)
    retakes: list[Retake] = field(default_factory=list)


def write_bank(plot: Plot) -> QuestionBank:
    """One bank of the county with eighty invented questions."""
    bank = QuestionBank.objects.create(code="DEMO-01", name="党员教育基础题库（示例）")
    rows: list[tuple[str, str, list[str], int]] = [(Kind.SINGLE, stem, list(options), 1) for stem, *options in SINGLE]
    rows += [(Kind.MULTIPLE, stem, [*right, *wrong], len(right)) for stem, right, wrong in MULTIPLE]
    questions = [
        Question(
            bank=bank,
            kind=kind,
            stem=stem,
            options=options,
            answer=list(range(right)),
            digest=digest(kind, stem, options),
        )
        for kind, stem, options, right in rows
    ]
    questions += [
        Question(
            bank=bank,
            kind=Kind.TRUE_FALSE,
            stem=stem,
            options=list(WORDS),
            answer=[0 if right else 1],
            digest=digest(Kind.TRUE_FALSE, stem, WORDS),
        )
        for stem, right in TRUE_FALSE
    ]
    save_all(Question, questions)
    return bank


def write_exams(plot: Plot, bank: QuestionBank, outlines: list[Outline]) -> Results:
    """Exams of archived and closing classes with everything that follows; of running ones the date only."""
    results = Results()
    for outline in outlines:
        if not outline.has_exam or outline.state not in (State.RUNNING, State.CLOSING, State.ARCHIVED):
            continue
        exam = _exam(plot, bank, outline)
        exam.save()
        if exam.released_at:
            _sit(plot, exam, outline, results)
    save_all(Attempt, [sitting.attempt for sitting in results.sittings])
    save_all(Retake, results.retakes)
    answers = [
        Answer(
            attempt=one.attempt,
            number=number,
            choice=choice,
            client_seq=number,
            saved_at=one.attempt.finished_at or one.attempt.closes_at,
        )
        for one in results.sittings
        for number, choice in one.choices.items()
    ]
    save_all(Answer, answers)
    return results


def _exam(plot: Plot, bank: QuestionBank, outline: Outline) -> Exam:
    """Open on the last afternoon until the next evening; of running classes in the hero's town it is open now."""
    day, clerk = outline.ends_on, plot.clerk(outline.town)
    exam = Exam(
        training_class=outline.row,
        bank=bank,
        opens_at=plot.moment(day, "15:00"),
        closes_at=plot.moment(day + timedelta(days=1), "08:00"),
        duration_minutes=value("exam.duration_minutes", plot.at),
        pass_mark=value("exam.pass_mark", plot.at),
        grace_seconds=value("exam.grace_seconds", plot.at),
        retake_max=value("retake.max_times", plot.at),
        retake_days=value("retake.days", plot.at),
    )
    if outline.state == State.RUNNING:
        if plot.hero and outline.town.pk == plot.hero.branch.town_id:
            exam.opens_at = plot.moment(plot.at, "00:00")
        exam.closes_at = plot.moment(day + timedelta(days=2), "20:00")
    else:
        exam.released_at, exam.released_by = plot.moment(day + timedelta(days=2), "09:00"), clerk
        plot.note(
            exam.released_at,
            clerk,
            "assessments.results_released",
            outline.row,
            f"公布考试成绩：{outline.title}",
            outline.town.code,
        )
    return exam


def _sit(plot: Plot, exam: Exam, outline: Outline, results: Results) -> None:
    """Everybody who came sits once; the weak and the absent go on to retakes."""
    papers = [draw(exam, chance=plot.random) for _ in range(PAPERS)]
    spare = [draw(exam, [paper], chance=plot.random) for paper in papers]
    came = len(outline.people) - outline.strangers
    for place, enrolment in enumerate(outline.enrolments):
        if place >= came:
            _owe(plot, exam, outline, enrolment, None, None, results)
            continue
        paper = papers[place % PAPERS]
        hero = enrolment.member == plot.hero and outline.state == State.CLOSING
        skill = 0.5 if hero else plot.random.uniform(0.62, 0.99)
        sitting = _sitting(plot, exam, enrolment, 0, paper, skill, exam.opens_at)
        if hero:
            _set_score(sitting, HERO_SCORE)
        results.sittings.append(sitting)
        if (sitting.attempt.score or 0) < exam.pass_mark:
            _owe(plot, exam, outline, enrolment, sitting, spare[place % PAPERS], results)


def _sitting(
    plot: Plot, exam: Exam, enrolment: Enrolment, number: int, paper: Paper, skill: float, opens: datetime
) -> Sitting:  # fmt: skip
    choices = {question["number"]: _choice(plot, question, skill) for question in paper}
    started = opens + timedelta(minutes=plot.random.randint(0, 20))
    deadline = started + timedelta(minutes=exam.duration_minutes)
    attempt = Attempt(
        exam=exam,
        enrolment=enrolment,
        sitting=number,
        paper=paper,
        started_at=started,
        deadline_at=deadline,
        closes_at=deadline + timedelta(seconds=exam.grace_seconds),
        finished_at=started + timedelta(minutes=plot.random.randint(15, max(16, exam.duration_minutes - 5))),
        closed_by=Attempt.ClosedBy.MEMBER,
        score=grade(paper, choices),
    )
    return Sitting(attempt, choices)


def _choice(plot: Plot, question: dict[str, Any], skill: float) -> list[int]:
    right: list[int] = question["answer"]
    if plot.random.random() < skill:
        return right
    wrong = [index for index in range(len(question["options"])) if index not in right]
    return [plot.random.choice(wrong)] if wrong else right[:1]


def _set_score(sitting: Sitting, wanted: Decimal) -> None:
    """Answer right from the front until the score is reached; the points make 54 out of 4s, 6s and 3s."""
    paper = sitting.attempt.paper
    sitting.choices = {}
    for kind, count in ((Kind.SINGLE, 9), (Kind.MULTIPLE, 1), (Kind.TRUE_FALSE, 4)):
        for place, question in enumerate([one for one in paper if one["kind"] == kind]):
            right = question["answer"]
            wrong = [index for index in range(len(question["options"])) if index not in right][:1]
            sitting.choices[question["number"]] = right if place < count else wrong or right[:1]
    sitting.attempt.score = grade(paper, sitting.choices)
    if sitting.attempt.score != wanted:
        raise ValueError(f"the blueprint no longer makes {wanted} points")


def _owe(
    plot: Plot,
    exam: Exam,
    outline: Outline,
    enrolment: Enrolment,
    last: Sitting | None,
    paper: Paper | None,
    results: Results,
) -> None:  # fmt: skip
    """Retakes until one is passed, none is left, or the time for it has not run out yet."""
    opens = exam.released_at or exam.closes_at
    for sequence in range(1, exam.retake_max + 1):
        due = plot.moment((opens + timedelta(days=exam.retake_days)).date(), "23:59")
        retake = Retake(
            exam=exam,
            enrolment=enrolment,
            sequence=sequence,
            reason=Retake.Reason.WEAK if last else Retake.Reason.ABSENT,
            after=last.attempt if last else None,
            opens_at=opens,
            due_at=due,
        )
        results.retakes.append(retake)
        if due.date() >= plot.at:
            results.failed.add(enrolment.pk)
            return
        if last is None or paper is None:
            retake.state, retake.closed_at, opens = Retake.State.EXPIRED, due, due
            continue
        sat = _sitting(plot, exam, enrolment, sequence, paper, 0.9, opens + timedelta(days=3))
        results.sittings.append(sat)
        passed = (sat.attempt.score or 0) >= exam.pass_mark
        retake.state = Retake.State.PASSED if passed else Retake.State.FAILED
        retake.closed_at = sat.attempt.finished_at
        if passed:
            return
        last, opens = sat, retake.closed_at or due
    results.failed.add(enrolment.pk)
