"""Findings about lecturers and courses: heard before they are decided."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from assessments.actions import decide_finding, finish_improvement, open_finding, reply_to_finding
from assessments.models import Improvement, Survey, SurveyLesson, TeachingFinding
from juxian.audit.models import AuditEntry
from juxian.messages.models import InboxMessage
from juxian.obligations.sweep import sweep
from lecturers.models import Lecturer
from tests.factories import ClassFactory, CourseFactory, LecturerFactory, SessionFactory, UserFactory

pytestmark = pytest.mark.db_engine


@pytest.fixture
def lecturer(town) -> Lecturer:
    return LecturerFactory(name="示例讲师", town=town, user=UserFactory())


@pytest.fixture
def finding(lecturer, county) -> TeachingFinding:
    return open_finding(about=lecturer, text="课件过时", by=county, now=timezone.now())


PLAN = {"what": "换新课件", "owner": "示例责任人"}


def plan() -> dict:
    return PLAN | {"due_on": timezone.localdate() + timedelta(days=20)}


def test_those_concerned_and_the_town_are_told_once(finding, lecturer, county, town):
    assert open_finding(about=lecturer, text="课件过时", by=county, now=timezone.now()) == finding
    told = InboxMessage.objects.filter(key__startswith="teaching-finding:").values_list("user", "town")
    assert set(told) == {(lecturer.user_id, None), (None, town.pk)}


def test_only_the_county_raises_and_decides(finding, lecturer, clerk):
    with pytest.raises(PermissionDenied):
        open_finding(about=lecturer, text="不行", by=clerk, now=timezone.now())
    with pytest.raises(PermissionDenied):
        decide_finding(finding=finding, verdict="noted", reason="知道", by=clerk)


def test_nobody_is_decided_about_unheard(finding, county, time_machine):
    with pytest.raises(ValidationError, match="还没有听取申辩"):
        decide_finding(finding=finding, verdict="noted", reason="知道", by=county)
    time_machine.move_to(finding.reply_due_at + timedelta(minutes=1))
    assert decide_finding(finding=finding, verdict="noted", reason="知道", by=county).verdict == "noted"


def test_the_database_refuses_a_decision_unheard(finding, county):
    rows = TeachingFinding.objects.filter(pk=finding.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(decided_at=timezone.now(), decided_by=county, verdict="noted", reason="知道")


def test_a_reply_opens_the_way_and_is_kept_as_it_was_given(finding, lecturer, county):
    reply_to_finding(finding=finding, text=" 已经换了 ", by=lecturer.user)
    again = reply_to_finding(finding=finding, text="已经换了", by=lecturer.user)
    assert (again.reply, again.heard) == ("已经换了", "")
    with pytest.raises(ValidationError, match="已经申辩过"):
        reply_to_finding(finding=finding, text="改口", by=lecturer.user)
    decided = decide_finding(finding=finding, verdict="improve", reason="还要更新", by=county, plan=plan())
    assert decide_finding(finding=finding, verdict="improve", reason="x", by=county) == decided
    with pytest.raises(ValidationError, match="已经决定"):
        decide_finding(finding=finding, verdict="noted", reason="x", by=county)
    assert Improvement.objects.get().owner == "示例责任人"
    assert AuditEntry.objects.filter(action__startswith="assessments.finding").count() == 3


def test_after_the_decision_no_reply_is_taken(finding, lecturer, county, time_machine):
    time_machine.move_to(finding.reply_due_at + timedelta(minutes=1))
    decide_finding(finding=finding, verdict="dismissed", reason="查无此事", by=county)
    with pytest.raises(ValidationError, match="已经作出决定"):
        reply_to_finding(finding=finding, text="晚了", by=lecturer.user)


def test_the_database_keeps_reply_and_decision_as_they_are(finding, lecturer, county, time_machine):
    rows, said = TeachingFinding.objects.filter(pk=finding.pk), {"replied_at": timezone.now(), "replied_by": county}
    reply_to_finding(finding=finding, text="已经换了", by=lecturer.user)
    writes = [lambda: rows.update(reply="改口"), lambda: rows.update(text="别的意见"), lambda: rows.delete()]
    for write in writes:
        with pytest.raises(IntegrityError, match="不能修改或删除"), transaction.atomic():
            write()
    other = open_finding(about=lecturer, text="迟到", by=county, now=timezone.now())
    rows = TeachingFinding.objects.filter(pk=other.pk)
    time_machine.move_to(other.reply_due_at + timedelta(minutes=1))
    decide_finding(finding=other, verdict="noted", reason="知道", by=county)
    for write in (*writes, lambda: rows.update(verdict="improve"), lambda: rows.update(reply="晚了", **said)):
        with pytest.raises(IntegrityError, match="不能修改或删除"), transaction.atomic():
            write()


def test_a_town_writes_a_reply_down_and_says_how_it_was_heard(finding, clerk, other_clerk):
    with pytest.raises(PermissionDenied):
        reply_to_finding(finding=finding, text="他说", by=other_clerk, heard="电话")
    with pytest.raises(ValidationError, match="怎样听取"):
        reply_to_finding(finding=finding, text="他说", by=clerk)
    assert reply_to_finding(finding=finding, text="他说", by=clerk, heard="电话").heard == "电话"


def test_an_improvement_needs_what_who_and_when(finding, lecturer, county):
    reply_to_finding(finding=finding, text="好", by=lecturer.user)
    with pytest.raises(ValidationError, match="请写明责任人、完成期限"):
        decide_finding(finding=finding, verdict="improve", reason="要改", by=county, plan={"what": "课件"})
    past = plan() | {"due_on": timezone.localdate() - timedelta(days=1)}
    with pytest.raises(ValidationError, match="不能早于今天"):
        decide_finding(finding=finding, verdict="improve", reason="要改", by=county, plan=past)
    assert TeachingFinding.objects.get().decided_at is None


def test_an_improvement_is_registered_once(finding, lecturer, county, clerk, other_clerk):
    reply_to_finding(finding=finding, text="好", by=lecturer.user)
    decide_finding(finding=finding, verdict="improve", reason="要改", by=county, plan=plan())
    with pytest.raises(PermissionDenied):
        finish_improvement(finding=finding, outcome="改了", by=other_clerk)
    first = finish_improvement(finding=finding, outcome="改了", by=clerk)
    assert finish_improvement(finding=finding, outcome="又改", by=clerk).done_at == first.done_at


def test_the_lecturers_of_a_course_may_reply_for_it(town, county, lecturer):
    course = CourseFactory(town=town)
    course.lecturers.add(lecturer)
    finding = open_finding(about=course, text="案例太旧", by=county, now=timezone.now())
    assert TeachingFinding.objects.mine(lecturer.user).get() == finding
    assert reply_to_finding(finding=finding, text="在换", by=lecturer.user).replied_at is not None


def _low(lecturer: Lecturer, number: int, **counts: int) -> None:
    now = timezone.now()
    for _ in range(number):
        session = SessionFactory(
            training_class=ClassFactory(town=lecturer.town), lecturer=lecturer, day=timezone.localdate()
        )
        survey = Survey.objects.create(
            training_class=session.training_class, questions=[], opens_at=now, closes_at=now - timedelta(days=1)
        )
        SurveyLesson.objects.create(survey=survey, session=session, topic="课", threshold=5, **counts)


def test_a_low_rating_of_enough_answers_raises_a_finding_once_a_year(lecturer):
    other = LecturerFactory(town=lecturer.town)
    _low(other, 1, poor=19)
    sweep(timezone.now(), drain=True)
    assert TeachingFinding.objects.count() == 0
    SurveyLesson.objects.update(poor=19, fair=1)
    for _ in range(2):
        sweep(timezone.now(), drain=True)
    found = TeachingFinding.objects.get()
    assert (found.lecturer, found.origin, found.opened_by) == (other, "rating", None)
    assert found.text == "2026 年学员评价平均 1.05 分（20 份），低于满分 4 分的 70%。"


def _told(code: str) -> int:
    return InboxMessage.objects.filter(key__startswith=code).count()


def test_reminders_of_reply_decision_and_improvement(finding, lecturer, county, time_machine):
    time_machine.move_to(finding.reply_due_at - timedelta(hours=30))
    sweep(timezone.now(), drain=True)
    assert (_told("assessments.finding_reply"), _told("assessments.finding_decide")) == (1, 0)
    time_machine.move_to(finding.reply_due_at + timedelta(hours=12))
    sweep(timezone.now(), drain=True)
    assert _told("assessments.finding_decide") == 1
    decide_finding(finding=finding, verdict="improve", reason="要改", by=county, plan=plan())
    time_machine.shift(timedelta(days=22))
    for _ in range(2):
        sweep(timezone.now(), drain=True)
    assert (_told("assessments.finding_decide"), _told("assessments.improvement_due")) == (1, 1)


# Pages ------------------------------------------------------------------------------------------------
def test_the_lecturer_replies_on_the_page(finding, lecturer, client):
    page = reverse("assessments:teach-finding", args=[finding.pk])
    client.force_login(LecturerFactory(user=UserFactory()).user)
    assert client.get(page).status_code == 404
    client.force_login(lecturer.user)
    assert client.post(page, {"text": "已经换了"}).status_code == 302
    finding.refresh_from_db()
    assert (finding.reply, finding.replied_by) == ("已经换了", lecturer.user)


def test_the_county_decides_on_the_page_and_the_town_registers_what_became_better(
    finding, lecturer, county, clerk, client
):
    reply_to_finding(finding=finding, text="好", by=lecturer.user)
    client.force_login(county)
    sent = {"verdict": "improve", "reason": "要改", "what": "课件", "owner": "示例", "due_on": "2026-12-20"}
    assert client.post(reverse("assessments:finding-decide", args=[finding.pk]), sent).status_code == 302
    client.force_login(clerk)
    page = reverse("assessments:finding-improved", args=[finding.pk])
    assert client.post(page, {"outcome": "换了"}).status_code == 302
    assert Improvement.objects.get().outcome == "换了"


def test_the_county_raises_one_on_the_page(lecturer, county, client):
    client.force_login(county)
    page = reverse("assessments:lecturer-finding-add", args=[lecturer.pk])
    assert client.post(page, {"text": "迟到"}).status_code == 302
    assert TeachingFinding.objects.get().text == "迟到"


def test_a_finding_is_its_towns_and_the_countys(finding, clerk, other_clerk, county, client):
    found = []
    for user in (clerk, other_clerk, county):
        client.force_login(user)
        found.append(client.get(reverse("assessments:town-finding", args=[finding.pk])).status_code)
    assert found == [200, 404, 200]


LIST = 7


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_takes_as_many_queries_for_three_as_for_one(
    number, lecturer, county, client, django_assert_num_queries
):
    for place in range(number):
        open_finding(about=lecturer, text=f"意见{place}", by=county, now=timezone.now())
    client.force_login(county)
    client.get(reverse("assessments:town-findings"))
    with django_assert_num_queries(LIST):
        page = client.get(reverse("assessments:town-findings"))
    assert len(page.context["page"].object_list) == number
