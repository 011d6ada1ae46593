"""What the assessments put into the file of a class, and what stays hidden."""

import io
from datetime import timedelta

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from assessments import filed
from assessments.actions import answer_survey
from assessments.models import Survey, SurveyTicket
from juxian.obligations.sweep import sweep
from juxian.papers import Item
from tests.assessments.conftest import mark, seat
from trainings.models import Session, TrainingClass
from trainings.registry import registry


def cells(item: Item) -> list[list[object]]:
    return [list(row) for row in load_workbook(io.BytesIO(item.content())).active.values]


def told(items: list[Item]) -> str:
    """All words of these papers, read from what is handed to the setter; each is set as well."""
    assert [item.content()[:4] for item in items] == [b"%PDF"] * len(items)
    return repr([item.content.args[0] for item in items])


def test_they_are_registered() -> None:
    assert {code: registry.papers[code] for code in filed.PAPERS} == filed.PAPERS


def test_nothing_of_an_exam_leaves_before_its_release(exam, people, sit) -> None:
    """Its twin is the next test: after the release the same makers give the papers."""
    sit(people[0])
    assert filed.exam_paper(exam.training_class) == []
    assert filed.scores(exam.training_class) == []


def test_after_the_release_paper_and_scores_are_there(released, people) -> None:
    training_class = released.training_class
    (paper,) = filed.exam_paper(training_class)
    words = told([paper])
    assert paper.path == "试卷.pdf"
    assert words.count("示例题") == len({one["id"] for attempt in released.attempts.all() for one in attempt.paper})
    _, sheet = filed.scores(training_class)
    rows = cells(sheet)
    assert rows[0] == ["序号", "姓名", "党支部", "首考", "补考", "最终成绩", "结论"]
    by_name = {row[1]: row[3:] for row in rows[1:]}
    assert by_name[people[0].member.name] == ["100", None, "100", "及格"]
    assert by_name[people[2].member.name][3] == "未及格"
    assert by_name[people[5].member.name] == ["缺考", None, None, "未及格"]


def test_retakes_and_make_ups_are_listed(released) -> None:
    sweep(timezone.now(), drain=True)
    items = filed.remedies(released.training_class)
    words = told(items)
    assert words.count("第 1 次补考，成绩不及格") == 2
    assert words.count("第 1 次补考，未参加考试") == 2


@pytest.fixture
def asked(running, clerk) -> Survey:
    """Ten people came; the class is closing and its survey is open."""
    morning = Session.objects.filter(training_class=running).first()
    for _ in range(10):
        mark(morning, seat(running), "present", clerk)
    TrainingClass.objects.filter(pk=running.pk).update(state="closing", closing_at=timezone.now())
    sweep(timezone.now(), drain=True)
    return Survey.objects.get(training_class=running)


@pytest.mark.parametrize(("number", "shown"), [(4, False), (5, True)])
def test_survey_results_start_at_five(asked, number, shown, time_machine) -> None:
    for ticket in SurveyTicket.objects.filter(survey=asked, is_answered=False).order_by("enrolment")[:number]:
        ratings = {question["id"]: 4 for question in asked.questions}
        answer_survey(ticket=ticket, ratings=ratings, comment="KANARI")
    time_machine.shift(timedelta(days=8))
    sweep(timezone.now(), drain=True)
    words = told(filed.survey(asked.training_class))
    assert ("KANARI" in words, "可汇总的答卷不足 5 份" in words) == (shown, not shown)
    assert words.count("4.00") == (5 if shown else 0)


def test_a_class_without_exam_or_survey_has_no_papers(running) -> None:
    assert [maker(running) for maker in filed.PAPERS.values()] == [[], [], [], []]
