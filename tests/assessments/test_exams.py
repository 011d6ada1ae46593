"""Arranging and releasing."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from assessments.actions import release_results, set_up_exam, start_attempt
from assessments.models import Exam
from juxian.audit.models import AuditEntry
from juxian.messages.models import InboxMessage
from juxian.rules.models import Rule
from tests.assessments.conftest import SMALL, fill
from tests.factories import BankFactory

pytestmark = pytest.mark.db_engine


def _window():
    now = timezone.now()
    return {"opens_at": now, "closes_at": now + timedelta(hours=2)}


def test_set_up_takes_the_settings_of_the_county(running, bank, clerk):
    Rule.objects.create(
        key="exam.pass_mark", value=70, label="及格线", valid_from="2020-01-01", source="x", certainty="C"
    )
    exam = set_up_exam(training_class=running, bank=bank, by=clerk, **_window())
    assert (exam.pass_mark, exam.duration_minutes, exam.grace_seconds, exam.retake_max, exam.retake_days) == (
        70,
        60,
        60,
        2,
        14,
    )
    assert AuditEntry.objects.filter(action="assessments.exam_set_up").count() == 1


def test_set_up_names_every_kind_the_bank_is_short_of(running, town, clerk):
    poor = BankFactory(town=town, name="小题库")
    fill(poor, 3, 1, 10)
    with pytest.raises(ValidationError) as refusal:
        set_up_exam(training_class=running, bank=poor, by=clerk, **_window())
    assert refusal.value.messages == [
        "题库“小题库”的单选题不够：要 10 道，现有 3 道，还差 7 道。",
        "题库“小题库”的多选题不够：要 5 道，现有 1 道，还差 4 道。",
    ]
    assert Exam.objects.count() == 0


def test_retired_questions_are_not_counted(running, bank, clerk):
    bank.questions.filter(kind="multiple").update(retired_at=timezone.now())
    with pytest.raises(ValidationError) as refusal:
        set_up_exam(training_class=running, bank=bank, by=clerk, **_window())
    assert refusal.value.messages == [f"题库“{bank.name}”的多选题不够：要 5 道，现有 0 道，还差 5 道。"]


def test_set_up_refuses_nonsense_in_one_list(running, bank, clerk):
    now = timezone.now()
    with pytest.raises(ValidationError) as refusal:
        set_up_exam(
            training_class=running,
            bank=bank,
            by=clerk,
            opens_at=now,
            closes_at=now - timedelta(hours=1),
            settings={"duration_minutes": 1, "pass_mark": 101, "single_points": 0},
        )
    assert refusal.value.messages == [
        "截止时间要晚于开考时间。",
        "截止时间已经过去，请改到以后。",
        "时长应在 5 到 300 分钟之间。",
        "及格线应在 1 到 100 之间。",
        "单选题有 10 道，但每题分是 0。",
    ]


def test_set_up_is_for_the_clerks_of_the_town(running, bank, other_clerk):
    with pytest.raises(PermissionDenied):
        set_up_exam(training_class=running, bank=bank, by=other_clerk, **_window())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"state": "cancelled"}, "这个班已取消，不能再安排考试。"),
        ({"has_exam": False}, "这个班没有安排结业考试。要考的话，先在班次资料里勾选“安排结业考试”。"),
    ],
)
def test_set_up_refuses_a_class_without_exam(running, bank, clerk, change, words):
    type(running).objects.filter(pk=running.pk).update(**change)
    with pytest.raises(ValidationError) as refusal:
        set_up_exam(training_class=running, bank=bank, by=clerk, **_window())
    assert refusal.value.messages == [words]


def test_set_up_again_changes_the_same_exam_until_somebody_starts(exam, running, bank, clerk, people):
    window = {"opens_at": exam.opens_at, "closes_at": exam.closes_at + timedelta(hours=1)}
    again = set_up_exam(training_class=running, bank=bank, by=clerk, settings=SMALL | {"pass_mark": 80}, **window)
    assert (again.pk, again.pass_mark) == (exam.pk, 80)
    start_attempt(exam=exam, enrolment=people[0], by=None)
    window["closes_at"] += timedelta(hours=1)
    later = set_up_exam(training_class=running, bank=bank, by=clerk, settings={"pass_mark": 10}, **window)
    assert (later.pass_mark, later.closes_at) == (80, window["closes_at"])
    window["closes_at"] -= timedelta(minutes=1)
    with pytest.raises(ValidationError, match="只能往后延"):
        set_up_exam(training_class=running, bank=bank, by=clerk, **window)


def test_release_waits_for_everybody(exam, people, sit, clerk, time_machine):
    for enrolment in people[:4]:
        sit(enrolment)
    start_attempt(exam=exam, enrolment=people[4], by=None)
    with pytest.raises(ValidationError, match="还有 1 人正在答题"):
        release_results(exam=exam, by=clerk)
    sit(people[4])
    with pytest.raises(ValidationError, match="还有 1 人没考"):
        release_results(exam=exam, by=clerk)
    sit(people[5])
    assert release_results(exam=exam, by=clerk).released_at is not None


def test_release_tells_every_sitter_once(released, clerk, people):
    release_results(exam=released, by=clerk)
    told = InboxMessage.objects.filter(key__startswith="exam-result:")
    assert sorted(told.values_list("member_id", flat=True)) == sorted(row.member_id for row in people[:4])
    title = released.training_class.title
    mine = told.get(member=people[0].member)
    assert mine.body == f"{title}结业考试：100 分，60 分及格，及格。"
    assert AuditEntry.objects.filter(action="assessments.results_released").count() == 1


def test_release_is_for_the_clerks_of_the_town(exam, other_clerk, time_machine):
    time_machine.move_to(exam.closes_at)
    with pytest.raises(PermissionDenied):
        release_results(exam=exam, by=other_clerk)
