"""What is said of single lessons: counted without a person, shown whole and late, credited to who taught."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from assessments import ratings
from assessments.actions import answer_survey, open_survey
from assessments.actions.surveys import results
from assessments.models import LessonRemark, Survey, SurveyAnswer, SurveyLesson, SurveyTicket
from assessments.models.lessons import SETTLED
from courses.facts import facts_of as facts_of_courses
from juxian.audit.models import AuditEntry
from juxian.people.facts import Rating
from juxian.people.panels import panels_for
from lecturers.facts import facts_of
from lecturers.models import Lecturer
from tests.assessments.conftest import mark, seat
from tests.factories import ClassFactory, LecturerFactory, SessionFactory
from trainings.models import Session

pytestmark = pytest.mark.db_engine


@pytest.fixture
def taught(running, clerk) -> Survey:
    """Six people came to both lessons of a class, two more to the first only."""
    sessions = list(Session.objects.filter(training_class=running).order_by("day", "half"))[:2]
    Session.objects.filter(training_class=running).exclude(pk__in=[one.pk for one in sessions]).delete()
    for session, lecturer in zip(
        sessions, (LecturerFactory(name="示例甲"), LecturerFactory(name="示例乙")), strict=True
    ):
        Session.objects.filter(pk=session.pk).update(lecturer=lecturer)
    people = [seat(running) for _ in range(8)]
    for place, person in enumerate(people):
        for session in sessions[: 2 if place < 6 else 1]:
            mark(session, person, "present", clerk)
    return open_survey(training_class=running, now=timezone.now())


def answer(survey: Survey, ratings_: list[int], lesson: SurveyLesson, remark: str = "") -> None:
    """The next people answer, and rate one lesson."""
    tickets = SurveyTicket.objects.filter(survey=survey, is_answered=False).order_by("enrolment")
    for ticket, rating in zip(list(tickets), ratings_, strict=False):
        whole = {question["id"]: 3 for question in survey.questions}
        answer_survey(ticket=ticket, ratings=whole, lessons={lesson.pk: (rating, remark)})


def close(survey: Survey, time_machine) -> None:
    time_machine.move_to(survey.closes_at + SETTLED)


def first(survey: Survey) -> SurveyLesson:
    return SurveyLesson.objects.filter(survey=survey).order_by("session__day", "session__half")[0]


def test_the_survey_asks_about_each_lesson_once(taught):
    open_survey(training_class=taught.training_class, now=timezone.now())
    assert [one.session.lecturer.name for one in SurveyLesson.objects.filter(survey=taught)] == ["示例甲", "示例乙"]


def test_a_rating_is_a_counter_and_leaves_no_row_and_no_trail(taught):
    before = AuditEntry.objects.count()
    answer(taught, [4, 4, 1], first(taught))
    lesson = first(taught)
    assert (lesson.very_good, lesson.good, lesson.fair, lesson.poor) == (2, 0, 0, 1)
    assert (LessonRemark.objects.count(), AuditEntry.objects.count()) == (0, before)
    assert all(set(one.ratings) == {str(row["id"]) for row in taught.questions} for one in SurveyAnswer.objects.all())


def test_nothing_leads_from_a_remark_or_a_counter_to_a_person_or_a_time():
    linked = {field.name for field in LessonRemark._meta.get_fields()}
    assert linked == {"id", "lesson", "text"}
    kinds = {"DateTimeField", "DateField", "TimeField"}
    assert {field.get_internal_type() for field in SurveyLesson._meta.get_fields()} & kinds == set()
    related = {field.related_model for field in SurveyLesson._meta.get_fields() if field.is_relation}
    assert related == {Survey, Session, LessonRemark}


def test_remarks_get_fresh_keys_at_each_answer_even_at_one_without_a_remark(taught):
    answer(taught, [4], first(taught), "讲得实在")
    key = LessonRemark.objects.get().pk
    answer(taught, [3], first(taught))
    assert LessonRemark.objects.get().pk != key


def test_every_counter_is_written_at_each_answer(taught, monkeypatch):
    """So the last writer of a row tells nothing about which lessons the last answer was about."""
    written: list[set[int]] = []
    real = type(SurveyLesson.objects.all()).bulk_update

    def spy(self, rows, fields, **options):
        written.append({row.pk for row in rows})
        return real(self, rows, fields, **options)

    monkeypatch.setattr(type(SurveyLesson.objects.all()), "bulk_update", spy)
    answer(taught, [4], first(taught))
    assert written == [set(SurveyLesson.objects.filter(survey=taught).values_list("pk", flat=True))]


def test_only_lessons_attended_can_be_rated(taught):
    last = SurveyTicket.objects.filter(survey=taught).order_by("enrolment").last()
    second = SurveyLesson.objects.filter(survey=taught).exclude(pk=first(taught).pk).get()
    whole = {question["id"]: 3 for question in taught.questions}
    with pytest.raises(ValidationError, match="不在您上过的课里"):
        answer_survey(ticket=last, ratings=whole, lessons={second.pk: (4, "")})
    with pytest.raises(ValidationError, match="也选一下"):
        answer_survey(ticket=last, ratings=whole, lessons={first(taught).pk: (None, "好")})
    assert SurveyAnswer.objects.count() == 0


def test_lessons_are_shown_only_after_the_end_and_from_five_on(taught, time_machine):
    answer(taught, [4, 4, 4, 4, 4, 1], first(taught), "好")
    second = SurveyLesson.objects.filter(survey=taught).exclude(pk=first(taught).pk).get()
    SurveyLesson.objects.filter(pk=second.pk).update(poor=4)
    assert results(taught)["lessons"] == []
    time_machine.move_to(taught.closes_at)
    assert results(taught)["lessons"] == []
    close(taught, time_machine)
    (shown,) = results(taught)["lessons"]
    assert (shown["lesson"].pk, shown["n"], shown["mean"], shown["counts"]) == (first(taught).pk, 6, 3.5, [5, 0, 0, 1])
    assert shown["remarks"] == ["好"] * 6


def test_sums_are_made_of_whole_shown_lessons_so_a_difference_never_tells_a_small_group(taught, time_machine):
    answer(taught, [4] * 5, first(taught))
    lecturer = first(taught).session.lecturer
    there = ClassFactory(town=taught.training_class.town)
    other = SessionFactory(training_class=there, lecturer=lecturer, half="xv")
    small = Survey.objects.create(
        training_class=other.training_class, questions=[], opens_at=taught.opens_at, closes_at=taught.closes_at
    )
    SurveyLesson.objects.create(survey=small, session=other, topic="小课", threshold=5, poor=4)
    close(taught, time_machine)
    assert ratings.ratings_of_lecturers([lecturer.pk]) == {lecturer.pk: Rating(4.0, 5)}
    SurveyLesson.objects.filter(survey=small).update(poor=5)
    assert ratings.ratings_of_lecturers([lecturer.pk]) == {lecturer.pk: Rating(2.5, 10)}


def test_a_higher_threshold_of_the_county_holds_and_a_lower_one_is_refused(taught, time_machine):
    answer(taught, [4] * 5, first(taught))
    SurveyLesson.objects.filter(survey=taught).update(threshold=6)
    close(taught, time_machine)
    assert results(taught)["lessons"] == []
    with pytest.raises(IntegrityError), transaction.atomic():
        SurveyLesson.objects.filter(survey=taught).update(threshold=4)


def test_ratings_go_to_who_really_taught(taught, time_machine):
    answer(taught, [4] * 5, first(taught))
    planned, stand_in = first(taught).session.lecturer, LecturerFactory(name="示例代课")
    Session.objects.filter(pk=first(taught).session_id).update(lecturer=stand_in)
    close(taught, time_machine)
    assert facts_of("rating", [planned.pk, stand_in.pk]) == {stand_in.pk: Rating(4.0, 5)}


def test_years_with_trend_and_the_panel(taught, time_machine, county):
    lecturer = first(taught).session.lecturer
    answer(taught, [4] * 6, first(taught))
    past = SessionFactory(
        training_class=ClassFactory(town=taught.training_class.town),
        lecturer=lecturer,
        day=timezone.localdate() - timedelta(days=365),
    )
    old = Survey.objects.create(
        training_class=past.training_class, questions=[], opens_at=taught.opens_at, closes_at=taught.opens_at
    )
    SurveyLesson.objects.create(survey=old, session=past, topic="旧课", threshold=5, good=5)
    close(taught, time_machine)
    assert [(one.year, one.mean, one.n, one.lessons, one.change) for one in ratings.years_of(lecturer)] == [
        (2026, 4.0, 6, 1, 1.0),
        (2025, 3.0, 5, 1, None),
    ]
    rows = {panel.title: panel.rows for panel in panels_for(lecturer, county)}["学员评价"]
    assert [row.value for row in rows] == ["4.00 分（6 份），比上年高 1.00，1 堂课", "3.00 分（5 份），1 堂课"]


RATINGS = 2


@pytest.mark.parametrize("number", [1, 3])
def test_facts_of_three_take_as_many_queries_as_of_one(db, number, django_assert_num_queries):
    pks = [LecturerFactory().pk for _ in range(number)]
    with django_assert_num_queries(RATINGS):
        facts_of("rating", pks)
    with django_assert_num_queries(RATINGS):
        facts_of_courses("rating", pks)


def test_a_member_rates_lessons_on_the_page_and_may_leave_them_out(taught, client):
    ticket = SurveyTicket.objects.filter(survey=taught).order_by("enrolment").first()
    client.force_login(ticket.enrolment.member.user)
    page = reverse("assessments:me-survey", args=[ticket.pk])
    lessons = list(SurveyLesson.objects.filter(survey=taught))
    assert [one.pk for one, _, _ in client.get(page).context["form"].taught()] == [one.pk for one in lessons]
    sent = {f"r{question['id']}": 4 for question in taught.questions} | {
        f"l{lessons[0].pk}": 2,
        f"m{lessons[0].pk}": "慢一点",
    }
    assert client.post(page, sent).status_code == 302
    assert list(SurveyLesson.objects.values_list("pk", "fair")) == [(lessons[0].pk, 1), (lessons[1].pk, 0)]
    assert LessonRemark.objects.get().text == "慢一点"


def test_a_lecturer_sees_only_the_own_lessons_and_others_get_nothing(taught, client, time_machine, clerk):
    answer(taught, [4] * 5, first(taught), "好课")
    close(taught, time_machine)
    lecturer: Lecturer = first(taught).session.lecturer
    user = SurveyTicket.objects.filter(survey=taught)[0].enrolment.member.user
    page = reverse("assessments:teach-lessons")
    client.force_login(user)
    assert client.get(page).status_code == 403
    Lecturer.objects.filter(pk=lecturer.pk).update(user=user)
    assert [one["remarks"] for one in client.get(page).context["lessons"]] == [["好课"] * 5]
    Lecturer.objects.filter(pk=lecturer.pk).update(user=None)
    Lecturer.objects.filter(name="示例乙").update(user=user)
    assert client.get(page).context["lessons"] == []


def test_a_town_sees_the_sums_of_all_towns_but_lessons_of_its_own(taught, client, time_machine, clerk, other_clerk):
    answer(taught, [4] * 5, first(taught), "好课")
    close(taught, time_machine)
    page = reverse("assessments:town-lecturer-ratings", args=[first(taught).session.lecturer_id])
    shown = []
    for user in (clerk, other_clerk):
        client.force_login(user)
        context = client.get(page).context
        shown.append((context["now"], len(context["lessons"])))
    assert shown == [(Rating(4.0, 5), 1), (Rating(4.0, 5), 0)]
