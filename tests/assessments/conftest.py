"""A running class with an exam, six people with accounts, and a bank of questions."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count

import pytest
from django.utils import timezone

from assessments import questions
from assessments.actions import release_results, set_up_exam, start_attempt, submit_attempt
from assessments.models import Attempt, Exam, Question, QuestionBank
from assessments.reference import load_reference
from juxian.people.models import Town, User
from tests.factories import (
    BankFactory,
    BranchFactory,
    ClassFactory,
    EnrolmentFactory,
    MemberFactory,
    SessionFactory,
    UserFactory,
)
from trainings.models import Enrolment, Mark, MarkStatus, Session, TrainingClass
from trainings.reference import load_reference as load_trainings

_numbers = count(1)


def make_question(bank: QuestionBank, kind: str = "single", key: str = "") -> Question:
    """A usable question; `key` is a canary put into the right option."""
    number = next(_numbers)
    options = ["正确", "错误"] if kind == "true_false" else [f"{key}选项{number}甲", "乙", "丙", "丁"]
    answer = [0, 2] if kind == "multiple" else [0]
    stem = f"示例题{number}"
    return Question.objects.create(
        bank=bank,
        kind=kind,
        stem=stem,
        options=options,
        answer=answer,
        digest=questions.digest(kind, stem, options),
    )


def fill(bank: QuestionBank, singles: int, multiples: int, judgements: int) -> None:
    """That many questions of each kind."""
    for kind, number in (("single", singles), ("multiple", multiples), ("true_false", judgements)):
        for _ in range(number):
            make_question(bank, kind)


def seat(training_class: TrainingClass, *, user: User | None = None) -> Enrolment:
    """A seated person with an account."""
    branch = BranchFactory(town=training_class.town)
    member = MemberFactory(branch=branch, user=user or UserFactory())
    return EnrolmentFactory(training_class=training_class, member=member, created_by=training_class.created_by)


def mark(session: Session, enrolment: Enrolment, code: str, by: User) -> Mark:
    """One roster mark."""
    status = MarkStatus.objects.get(code=code)
    key = f"t{next(_numbers)}"
    return Mark.objects.create(session=session, enrolment=enrolment, status=status, key=key, by=by, at=timezone.now())


def right(attempt: Attempt, *, wrong: int = 0) -> list[dict]:
    """Answers that earn everything but the first `wrong` questions."""
    rows = []
    for place, question in enumerate(attempt.paper):
        good = question["answer"]
        bad = next([index] for index in range(len(question["options"])) if [index] != good)
        rows.append({"number": question["number"], "choice": bad if place < wrong else good, "seq": 1})
    return rows


@pytest.fixture(autouse=True)
def _morning(time_machine) -> None:
    """Ten in the morning of a Monday, so that no test straddles midnight."""
    time_machine.move_to(datetime(2026, 11, 23, 2, 0, tzinfo=UTC))


@pytest.fixture
def references(db) -> None:
    load_reference()
    load_trainings()


@pytest.fixture
def bank(town: Town) -> QuestionBank:
    made = BankFactory(town=town)
    fill(made, 30, 10, 20)
    return made


@pytest.fixture
def running(town: Town, clerk: User, references: None) -> TrainingClass:
    """A one-day class of two sessions that runs today."""
    made = ClassFactory(town=town, state="running", created_by=clerk, contact="示例干事")
    SessionFactory(training_class=made, half="am", hours=Decimal(4))
    SessionFactory(training_class=made, half="pm", hours=Decimal(4))
    return made


@pytest.fixture
def people(running: TrainingClass) -> list[Enrolment]:
    return [seat(running) for _ in range(6)]


SMALL = {
    "single_count": 4,
    "single_points": 2,
    "multiple_count": 2,
    "multiple_points": 3,
    "true_false_count": 2,
    "true_false_points": 3,
}


@pytest.fixture
def exam(running: TrainingClass, bank: QuestionBank, people: list[Enrolment], clerk: User) -> Exam:
    """Open since a minute, for two hours; eight questions, twenty points."""
    now = timezone.now()
    return set_up_exam(
        training_class=running,
        bank=bank,
        opens_at=now - timedelta(minutes=1),
        closes_at=now + timedelta(hours=2),
        settings=SMALL,
        by=clerk,
    )


Sit = Callable[..., Attempt]


@pytest.fixture
def sit(exam: Exam) -> Sit:
    """Somebody sits with that many questions wrong."""

    def _sit(enrolment: Enrolment, wrong: int = 0) -> Attempt:
        attempt = start_attempt(exam=exam, enrolment=enrolment, by=enrolment.member.user)
        return submit_attempt(attempt=attempt, answers=right(attempt, wrong=wrong), by=enrolment.member.user)

    return _sit


@pytest.fixture
def released(exam: Exam, people: list[Enrolment], sit: Sit, clerk: User, time_machine) -> Exam:
    """Two passed, two failed, two did not come; the results are out."""
    for enrolment in people[:2]:
        sit(enrolment)
    for enrolment in people[2:4]:
        sit(enrolment, wrong=7)
    time_machine.move_to(exam.closes_at)
    return release_results(exam=exam, by=clerk)
