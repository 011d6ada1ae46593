"""What exams and surveys add to the way of a class."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from assessments import gates, kinds
from assessments.actions import release_results, set_up_exam, start_attempt, submit_attempt
from assessments.gates import exam_before_archive, exam_before_close, exam_count, exam_passed, survey_count
from assessments.models import Exam, Retake, Survey
from juxian.obligations.sweep import sweep
from tests.assessments.conftest import SMALL, mark, right
from trainings.actions import archive_class, begin_closing
from trainings.models import DossierItem, Enrolment, Session, TrainingClass
from trainings.registry import registry

pytestmark = pytest.mark.db_engine


def _texts(found) -> list[str]:
    return [missing.text for missing in found]


def test_a_class_with_an_exam_closes_only_when_one_is_arranged(running, bank, clerk, people):
    assert len(exam_before_close(running)) == 1
    TrainingClass.objects.filter(pk=running.pk).update(has_exam=False)
    running.refresh_from_db()
    assert exam_before_close(running) == []
    assert exam_before_archive(running) == []


def test_the_archive_waits_for_the_end_and_the_release(exam, running, clerk, time_machine):
    assert _texts(exam_before_archive(running)) == ["考试到 11月23日 12:00 才截止。"]
    time_machine.move_to(exam.closes_at)
    assert _texts(exam_before_archive(running)) == ["考试成绩还没公布。"]
    release_results(exam=exam, by=clerk)
    assert exam_before_archive(running) == []


def test_completion_asks_for_a_passed_sitting(released, people):
    found = [exam_passed(Enrolment.objects.get(pk=row.pk)) for row in people]
    assert found == ["", "", "考试未及格。", "考试未及格。", "没有参加考试。", "没有参加考试。"]


def test_the_tab_counts_open_retakes(released, running):
    assert exam_count(running) == "已公布"
    sweep(timezone.now(), drain=True)
    assert (exam_count(running), survey_count(running)) == ("待补考 4", "")


def test_a_class_goes_to_the_archive_with_retakes_open(released, running, people, clerk):
    """Closing rings for the survey; open retakes do not hold the archive; a later pass mends the outcome."""
    for enrolment in people:
        for session in Session.objects.filter(training_class=running):
            mark(session, enrolment, "present", clerk)
    begin_closing(training_class=running, by=clerk)
    with pytest.raises(ValidationError, match="满意度测评还没开放"):
        archive_class(training_class=running, by=clerk)
    sweep(timezone.now(), drain=True)
    assert Survey.objects.filter(training_class=running).count() == 1
    assert survey_count(running) == "0 / 6"
    made = [code for code in ("exam_paper", "scores", "makeup", "survey") if registry.dossier[code](running)]
    assert made == ["exam_paper", "scores", "makeup", "survey"]
    DossierItem.objects.filter(is_generated=False).update(is_active=False)
    DossierItem.objects.exclude(code__in=made).update(is_active=False)
    archive_class(training_class=running, by=clerk)
    assert Retake.objects.open().count() == 4
    people[2].refresh_from_db()
    assert (people[2].outcome, people[2].outcome_note) == ("not_completed", "考试未及格。")
    attempt = start_attempt(exam=released, enrolment=people[2], by=None)
    submit_attempt(attempt=attempt, answers=right(attempt), by=None)
    people[2].refresh_from_db()
    assert people[2].outcome == "completed"


def test_registering_again_adds_nothing():
    before = (len(registry.closing), len(registry.completion), len(registry.tabs))
    gates.register()
    kinds.register()
    assert (len(registry.closing), len(registry.completion), len(registry.tabs)) == before


def test_everybody_done_may_be_released_before_the_end(running, bank, people, clerk):
    now = timezone.now()
    made = set_up_exam(
        training_class=running, bank=bank, opens_at=now, closes_at=now + timedelta(hours=2), settings=SMALL, by=clerk
    )
    for enrolment in people:
        submit_attempt(attempt=start_attempt(exam=made, enrolment=enrolment, by=None), by=None)
    assert release_results(exam=Exam.objects.get(), by=clerk).released_at is not None
