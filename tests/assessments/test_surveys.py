"""The survey: who is asked, who is reminded, what is shown."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from assessments.actions import answer_survey, close_survey, open_survey
from assessments.actions.surveys import results
from assessments.kinds import send_reminders
from assessments.models import Survey, SurveyAnswer, SurveyQuestion, SurveyTicket
from juxian.audit.models import AuditEntry
from juxian.messages.models import InboxMessage
from juxian.obligations.models import Obligation
from juxian.obligations.registry import Done, Superseded
from juxian.obligations.sweep import sweep
from juxian.rules.models import Rule
from tests.assessments.conftest import mark, seat
from trainings.models import Session, TrainingClass

pytestmark = pytest.mark.db_engine


def fill_in(survey: Survey, number: int = 1, comment: str = "") -> None:
    """The next `number` people answer."""
    for ticket in SurveyTicket.objects.filter(survey=survey, is_answered=False).order_by("enrolment")[:number]:
        answer_survey(ticket=ticket, ratings={question["id"]: 4 for question in survey.questions}, comment=comment)


@pytest.fixture
def asked(running, clerk) -> Survey:
    """Ten people came, one did not; the class is closing and its survey is open."""
    morning = Session.objects.filter(training_class=running).first()
    people = [seat(running) for _ in range(11)]
    for enrolment in people[:10]:
        mark(morning, enrolment, "present", clerk)
    mark(morning, people[10], "absent", clerk)
    TrainingClass.objects.filter(pk=running.pk).update(state="closing", closing_at=timezone.now())
    sweep(timezone.now(), drain=True)
    return Survey.objects.get(training_class=running)


def test_closing_opens_the_survey_for_those_who_came(asked):
    assert SurveyTicket.objects.filter(survey=asked).count() == 10
    assert [question["text"] for question in asked.questions] == ["内容", "方法", "师资水平", "组织安排", "后勤"]
    assert asked.closes_at == asked.opens_at + timedelta(days=7)
    told = InboxMessage.objects.filter(key__startswith="survey:")
    assert told.count() == 10
    assert sweep(timezone.now(), drain=True) == {}
    assert Survey.objects.count() == 1


def test_a_running_class_is_asked_the_day_after_its_last_session(running, clerk, time_machine):
    mark(Session.objects.filter(training_class=running).first(), seat(running), "present", clerk)
    sweep(timezone.now(), drain=True)
    assert Survey.objects.count() == 0
    time_machine.shift(timedelta(days=1))
    sweep(timezone.now(), drain=True)
    assert SurveyTicket.objects.count() == 1


def test_an_attendance_put_right_later_brings_a_ticket(asked, clerk):
    late = seat(asked.training_class)
    mark(Session.objects.filter(training_class=asked.training_class).last(), late, "late", clerk)
    counts = sweep(timezone.now(), drain=True)
    assert counts["assessments.survey_ticket"] == {"created": 1, "done": 1}
    assert SurveyTicket.objects.filter(enrolment=late).count() == 1
    open_survey(training_class=asked.training_class, now=timezone.now())
    assert SurveyTicket.objects.count() == 11


def test_questions_are_frozen_when_the_survey_opens(asked):
    SurveyQuestion.objects.all().delete()
    fill_in(asked, 5)
    assert [row["text"] for row in results(asked)["rows"]] == ["内容", "方法", "师资水平", "组织安排", "后勤"]


def test_a_ticket_is_good_for_one_answer(asked):
    ticket = SurveyTicket.objects.filter(survey=asked).first()
    ratings = {question["id"]: 3 for question in asked.questions}
    assert answer_survey(ticket=ticket, ratings=ratings) is True
    assert answer_survey(ticket=ticket, ratings=ratings) is False
    assert SurveyAnswer.objects.count() == 1


def test_every_item_needs_a_rating_and_a_short_comment(asked):
    ticket = SurveyTicket.objects.filter(survey=asked).first()
    whole = {str(question["id"]): 3 for question in asked.questions}
    first = str(asked.questions[0]["id"])
    for ratings, comment in ((whole | {first: 5}, ""), (whole | {first: True}, ""), ({}, ""), (whole, "长" * 501)):
        with pytest.raises(ValidationError):
            answer_survey(ticket=ticket, ratings=ratings, comment=comment)
    assert SurveyAnswer.objects.count() == 0


def test_after_the_last_day_nothing_is_taken(asked, time_machine):
    ticket = SurveyTicket.objects.filter(survey=asked).first()
    time_machine.move_to(asked.closes_at)
    with pytest.raises(ValidationError, match="测评已经结束"):
        answer_survey(ticket=ticket, ratings={question["id"]: 3 for question in asked.questions})


def test_nothing_is_shown_below_five_and_then_in_batches(asked):
    shown = []
    for _ in range(10):
        fill_in(asked)
        shown.append(results(asked)["readable"])
    assert shown == [0, 0, 0, 0, 5, 5, 5, 5, 5, 10]


def test_below_five_neither_rows_nor_comments_leave(asked):
    fill_in(asked, 4, "认得出来的话")
    found = results(asked)
    assert (found["rows"], found["comments"], found["answered"]) == ([], [], 4)


def test_the_county_may_ask_for_more_than_five_but_not_for_fewer(asked):
    rule = Rule.objects.create(
        key="survey.min_group", value=2, label="最少份数", valid_from="2020-01-01", source="x", certainty="C"
    )
    fill_in(asked, 4)
    assert results(asked)["readable"] == 0
    Rule.objects.filter(pk=rule.pk).update(value=7)
    fill_in(asked, 2)
    assert results(asked)["readable"] == 0
    fill_in(asked, 1)
    assert results(asked)["readable"] == 7


def test_at_the_end_a_small_rest_joins_only_a_large_enough_group(asked, time_machine):
    fill_in(asked, 7)
    assert close_survey(survey_id=asked.pk, now=timezone.now()) == 5
    time_machine.move_to(asked.closes_at)
    assert sweep(timezone.now(), drain=True)["assessments.survey_close"] == {"created": 1, "done": 1}
    assert results(asked)["readable"] == 7
    assert "assessments.survey_close" not in sweep(timezone.now(), drain=True)


def test_at_the_end_fewer_than_five_stay_hidden_for_ever(asked, time_machine):
    fill_in(asked, 4)
    time_machine.move_to(asked.closes_at + timedelta(days=30))
    sweep(timezone.now(), drain=True)
    assert (results(asked)["readable"], SurveyAnswer.objects.filter(is_readable=True).count()) == (0, 0)


def _reminded() -> list[int]:
    rows = Obligation.objects.filter(kind="assessments.survey_remind", state="done")
    return sorted(rows.values_list("stage", flat=True))


def test_reminders_go_to_those_who_came_and_have_not_answered(asked, time_machine):
    fill_in(asked, 4)
    sweep(timezone.now(), drain=True)
    assert _reminded() == []
    time_machine.shift(timedelta(days=1))
    sweep(timezone.now(), drain=True)
    assert sweep(timezone.now(), drain=True) == {}
    assert _reminded() == [1] * 6
    fill_in(asked, 6)
    time_machine.shift(timedelta(days=2))
    sweep(timezone.now(), drain=True)
    assert _reminded() == [1] * 6
    assert InboxMessage.objects.filter(key__startswith="survey-remind:").count() == 6


@pytest.mark.trust("A6")
def test_after_an_outage_only_the_newest_reminder_is_sent(asked, time_machine):
    time_machine.shift(timedelta(days=5))
    sweep(timezone.now(), drain=True)
    assert _reminded() == [5] * 10
    states = Obligation.objects.filter(kind="assessments.survey_remind").values_list("stage", "state")
    assert sorted(set(states)) == [(1, "superseded"), (3, "superseded"), (5, "done")]
    assert InboxMessage.objects.filter(key__startswith="survey-remind:").count() == 10


REMINDING = 5


@pytest.mark.parametrize("number", [1, 3])
def test_reminding_three_takes_as_many_queries_as_reminding_one(asked, number, django_assert_num_queries):
    rows = [
        Obligation(subject_id=pk, stage=1)
        for pk in SurveyTicket.objects.filter(survey=asked).values_list("enrolment_id", flat=True)[:number]
    ]
    now = timezone.now()
    send_reminders(rows, now)
    InboxMessage.objects.all().delete()
    with django_assert_num_queries(REMINDING):
        outcomes = send_reminders(rows, now)
    assert outcomes == [Done()] * number
    assert InboxMessage.objects.filter(key__startswith="survey-remind:").count() == number


def test_a_reminder_that_lost_its_reason_keeps_its_place_in_the_batch(asked):
    first, second = SurveyTicket.objects.filter(survey=asked).order_by("enrolment_id")[:2]
    SurveyTicket.objects.filter(pk=first.pk).update(is_answered=True)
    rows = [Obligation(subject_id=pk, stage=1) for pk in (first.enrolment_id, second.enrolment_id, 0)]
    gone = Superseded("不再需要提醒")
    assert send_reminders(rows, timezone.now()) == [gone, Done(), gone]
    told = InboxMessage.objects.get(key__startswith="survey-remind:")
    assert told.key == f"survey-remind:{asked.pk}:{second.enrolment_id}:1"


def test_no_reminder_after_the_end(asked, time_machine):
    time_machine.move_to(asked.closes_at)
    sweep(timezone.now(), drain=True)
    assert _reminded() == []


def test_answering_leaves_no_trail_beside_the_two_tables(asked):
    before = (AuditEntry.objects.count(), InboxMessage.objects.count(), Obligation.objects.count())
    marked = list(Obligation.objects.values_list("pk", "state", "done_at"))
    read = list(InboxMessage.objects.values_list("pk", "read_at"))
    fill_in(asked, 6)
    assert (AuditEntry.objects.count(), InboxMessage.objects.count(), Obligation.objects.count()) == before
    assert list(Obligation.objects.values_list("pk", "state", "done_at")) == marked
    assert list(InboxMessage.objects.values_list("pk", "read_at")) == read


def test_neither_table_has_a_time_or_leads_to_the_other():
    kinds = {"DateTimeField", "DateField", "TimeField"}
    for model in (SurveyTicket, SurveyAnswer):
        assert {field.get_internal_type() for field in model._meta.get_fields()} & kinds == set()
    linked = {field.related_model for field in SurveyAnswer._meta.get_fields() if field.is_relation}
    assert linked == {Survey}
