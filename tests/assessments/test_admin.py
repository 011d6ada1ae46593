"""The county's admin: opens, reads in few queries, shows no key and no early score."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from assessments.models import Attempt, MakeUp, Retake, Survey, SurveyAnswer, SurveyQuestion, SurveyTicket
from juxian.obligations.sweep import sweep
from tests.factories import BankFactory, ClassFactory

pytestmark = pytest.mark.db_engine

NAMES = ["questionbank", "question", "exam", "attempt", "answer", "retake", "makeup", "surveyquestion", "survey"]


@pytest.fixture
def filled(released, people, running):
    sweep(timezone.now(), drain=True)
    MakeUp.objects.create(enrolment=people[0], missed_hours=4, due_on=timezone.localdate())
    now = timezone.now()
    Survey.objects.create(training_class=running, questions=[], opens_at=now, closes_at=now + timedelta(days=1))


@pytest.mark.parametrize("name", NAMES)
def test_every_page_opens_for_the_county_and_not_for_a_clerk(client, county, clerk, filled, name):
    model = next(model for model in admin.site._registry if model._meta.model_name == name)
    row = model.objects.first()
    pages = [
        reverse(f"admin:assessments_{name}_changelist"),
        reverse(f"admin:assessments_{name}_change", args=[row.pk]),
    ]
    client.force_login(county)
    assert [client.get(page).status_code for page in pages] == [200, 200]
    client.force_login(clerk)
    assert [client.get(page).status_code for page in pages] == [403, 403]


def test_tickets_and_answers_of_surveys_are_not_in_the_admin():
    assert {SurveyTicket, SurveyAnswer} & set(admin.site._registry) == set()


@pytest.mark.trust("C9", "C10")
def test_attempts_show_no_paper_and_no_score_before_release(client, county, exam, people, sit):
    attempt = sit(people[0], wrong=1)
    client.force_login(county)
    page = client.get(reverse("admin:assessments_attempt_change", args=[attempt.pk])).content.decode()
    rows = client.get(reverse("admin:assessments_attempt_changelist")).content.decode()
    for text in (page, rows):
        assert "90.00" not in text
        assert "待公布" in text
    assert not [question["stem"] for question in attempt.paper if question["stem"] in page]


@pytest.mark.trust("C15")
def test_moved_rows_cannot_be_changed_by_hand(client, county, filled):
    client.force_login(county)
    for model in (Attempt, Retake, MakeUp):
        name = model._meta.model_name
        page = reverse(f"admin:assessments_{name}_change", args=[model.objects.first().pk])
        assert client.post(page, {"state": "passed", "score": "100"}).status_code == 403


def test_sittings_are_told_in_words():
    told = [admin.site._registry[Attempt].which(Attempt(sitting=number)) for number in (0, 1, 2)]
    assert told == ["首考", "第 1 次补考", "第 2 次补考"]


def test_survey_items_are_the_countys_to_edit(client, county, references):
    client.force_login(county)
    client.post(reverse("admin:assessments_surveyquestion_add"), {"text": "教材", "order": "9", "is_active": "on"})
    assert SurveyQuestion.objects.filter(text="教材").count() == 1


@pytest.mark.parametrize("number", [1, 3])
def test_lists_keep_their_number_of_queries(client, county, people, sit, town, number, django_assert_num_queries):
    for enrolment in people[:number]:
        sit(enrolment)
    for _ in range(number):
        BankFactory(town=town)
    client.force_login(county)
    client.get("/admin/assessments/attempt/")
    with django_assert_num_queries(7):
        client.get("/admin/assessments/questionbank/")
    with django_assert_num_queries(9):
        client.get("/admin/assessments/attempt/")


def test_a_survey_tells_its_items_in_words(client, county, references):
    survey = Survey.objects.create(
        training_class=ClassFactory(),
        questions=[{"id": 1, "text": "内容"}, {"id": 2, "text": "方法"}],
        opens_at=timezone.now(),
        closes_at=timezone.now(),
    )
    client.force_login(county)
    page = client.get(reverse("admin:assessments_survey_change", args=[survey.pk])).content.decode()
    assert ("内容、方法" in page, "&quot;id&quot;" in page) == (True, False)
