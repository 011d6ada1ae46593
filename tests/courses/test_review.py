"""From a topic over the judges to a featured course; who may judge; what a ballot may be; the yearly review."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from courses import due, rereview
from courses.actions import judging, rereviews, topics
from courses.models import Ballot, Course, CourseReview, Criterion, Judge, Material, Panel, Score, Topic
from courses.scoring import kept, outcome_of, weighted
from juxian.files.store import store
from juxian.messages.models import InboxMessage
from juxian.people.models import Grant
from juxian.rules.models import Rule
from lecturers.models import Appointment
from tests.factories import (
    BranchFactory,
    CourseFactory,
    GrantFactory,
    LecturerFactory,
    MemberFactory,
    ThemeFactory,
    UserFactory,
)

SAID = {"form": "classroom", "hours": Decimal(2), "summary": "讲清楚党章", "outline": "一、二、三"}


@pytest.fixture
def criteria(db):
    rows = [("政治导向", 60), ("讲授效果", 40)]
    return [Criterion.objects.create(name=n, weight=w, order=w, valid_from=date(2020, 1, 1)) for n, w in rows]


@pytest.fixture
def speaker(db):
    lecturer = LecturerFactory(name="示例主讲", unit="示例学校 教师")
    Appointment.objects.create(lecturer=lecturer, tier="pool", starts_on=date(2020, 1, 1))
    return lecturer


@pytest.fixture
def proposed(town, clerk):
    return topics.propose(town=town, title="党章里的纪律", theme=ThemeFactory(), reason="新党员多", by=clerk)


@pytest.fixture
def vetted(proposed, clerk, county, speaker):
    topics.decide(topic=proposed, agrees=True, comment="", by=county)
    script = store([b"%PDF-1.4 a"], name="a.pdf", kind="pdf")
    topics.declare(topic=proposed, lecturers=[speaker], script=script, by=clerk, **SAID)
    return topics.decide(topic=proposed, agrees=True, comment="可以", by=county)


@pytest.fixture
def panel(vetted, county, criteria):
    return judging.open_panel(topic=vetted, ends_on=timezone.localdate() + timedelta(days=9), by=county)


def invited(panel, county, number) -> list[Judge]:
    users = [UserFactory(name=f"示例评委{place}") for place in range(number)]
    return [judging.invite(panel=panel, username=one.username, unit="示例党校", by=county) for one in users]


def given(panel, points) -> dict[int, int]:
    return {one.pk: points for one in panel.criteria.all()}


def cast(judge, points) -> Ballot:
    return judging.cast(judge=judge, points=given(judge.panel, points), comment="", by=judge.user)


def refused(code, act, **kwargs) -> str:
    with pytest.raises(ValidationError) as caught:
        act(**kwargs)
    error = caught.value
    assert getattr(error, "code", None) == code
    return error.messages[0]


def test_a_topic_becomes_featured(panel, county, town):
    for judge, points in zip(invited(panel, county, 5), (60, 90, 84, 86, 100), strict=True):
        cast(judge, points)
    judging.close_panel(panel=panel, by=county)
    panel.refresh_from_db()
    outcome = outcome_of(panel)
    assert (outcome.score, outcome.passes) == (Decimal("86.67"), True)
    assert [sheet.dropped for sheet in outcome.sheets] == [True, False, False, False, True]
    topic = Topic.objects.get()
    trial = {"topic": topic, "place": "示例教室", "comment": "好", "passes": True, "by": county}
    with pytest.raises(ValidationError, match="评审才通过，试讲不能更早"):
        topics.record_trial(on=timezone.localdate() - timedelta(days=1), **trial)
    topics.record_trial(on=timezone.localdate(), **trial)
    course = topics.feature(topic=topic, by=county)
    assert topics.feature(topic=topic, by=county) == course
    assert list(Course.objects.featured(timezone.localdate())) == [course]
    assert (course.title, course.town, course.versions.get().outline) == ("党章里的纪律", town, "一、二、三")
    assert [one.file for one in Material.objects.filter(version__course=course)] == [topic.script]
    assert [one.words for one in topic.steps.order_by("id")][-2:][1] == "入选精品课程"


def test_judging_ends_in_reason(vetted, county, criteria):
    with pytest.raises(ValidationError, match="评分截止日期最晚到"):
        judging.open_panel(topic=vetted, ends_on=timezone.localdate() + timedelta(days=91), by=county)


def test_a_second_tab_of_the_ballot_hears_why_nothing_was_kept(panel, county, client):
    (judge,) = invited(panel, county, 1)
    cast(judge, 90)
    client.force_login(judge.user)
    sent = {f"c{pk}": points for pk, points in given(panel, 60).items()}
    page = client.post(f"/judge/{judge.pk}/", sent | {"comment": ""})
    assert "您已经交过这次的评分" in page.content.decode()
    assert set(Score.objects.values_list("points", flat=True)) == {90}


def test_below_the_mark_it_is_to_be_mended(panel, county):
    for judge in invited(panel, county, 5):
        cast(judge, 70)
    judging.close_panel(panel=panel, by=county)
    assert Topic.objects.get().state == Topic.State.IMPROVE


def test_too_few_ballots_close_nothing(panel, county):
    for judge in invited(panel, county, 4):
        cast(judge, 90)
    text = refused("few", judging.close_panel, panel=panel, by=county)
    assert text == "交了评分的评委只有 4 位，至少要 5 位。请等评委交表，或再请人。"
    assert Topic.objects.get().state == Topic.State.JUDGING


def test_numbers_are_those_of_the_day_it_opened(panel, county, criteria):
    Rule.objects.create(key="review.pass_mark", value=99, valid_from=date(2020, 1, 1), source="县里", certainty="C")
    Criterion.objects.update(weight=1)
    panel.refresh_from_db()
    assert (panel.pass_mark, sorted(panel.criteria.values_list("weight", flat=True))) == (80, [40, 60])


@pytest.mark.parametrize(
    ("totals", "drop_from", "drop_each", "left"),
    [
        ([1, 2, 3, 4], 5, 1, [1, 2, 3, 4]),
        ([5, 1, 4, 2, 3], 5, 1, [2, 3, 4]),
        ([7, 7, 7, 7, 7], 5, 2, [7]),
        ([1, 2, 3, 4], 3, 2, [1, 2, 3, 4]),
        ([1, 2, 3], 3, 0, [1, 2, 3]),
    ],
)
def test_highest_and_lowest_are_dropped_from_a_number_on(totals, drop_from, drop_each, left):
    numbers = [Decimal(one) for one in totals]
    places = kept(numbers, drop_from=drop_from, drop_each=drop_each)
    assert sorted(numbers[place] for place in places) == left


def test_points_are_weighted():
    assert weighted([(80, 60), (95, 40)]) == Decimal("86.00")


def _of_the_town(town, speaker):
    """Everybody who must not judge, each with the sentence's end."""
    clerk = GrantFactory(user=UserFactory(), kind=Grant.Kind.CLERK, town=town).user
    member = MemberFactory(branch=BranchFactory(town=town), user=UserFactory()).user
    lecturer = LecturerFactory(user=UserFactory(), town=town).user
    speaker.user = UserFactory()
    speaker.save()
    return [(clerk, "党校"), (member, "党校"), (lecturer, "党校"), (speaker.user, "党校")]


def test_invited_again_with_another_unit_is_not_swallowed(panel, county):
    (judge,) = invited(panel, county, 1)
    again = {"panel": panel, "username": judge.user.username, "by": county}
    assert judging.invite(unit=" 示例党校 ", **again) == judge
    told = "示例评委0已经是这次评审的评委，单位登记的是“示例党校”，没有再改。要改，先移出再请。"
    assert refused("invited", judging.invite, unit="示例农校", **again) == told
    cast(judge, 90)
    assert refused("invited", judging.invite, unit="示例农校", **again).endswith("评分已经交了，单位不能再改。")
    assert Judge.objects.get().unit == "示例党校"


def test_a_judge_from_the_owners_unit_is_refused(panel, county, clerk, town, speaker):
    people = _of_the_town(town, speaker)
    people += [(clerk, "党校"), (UserFactory(), "大店镇 党委"), (UserFactory(), "示例学校")]
    for user, unit in people:
        refused("own_unit", judging.invite, panel=panel, username=user.username, unit=unit, by=county)
    assert Judge.objects.count() == 0


def test_twin_without_the_rule_they_would_be_invited(panel, county, town, speaker, monkeypatch):
    monkeypatch.setattr(judging, "conflict", lambda **_: "")
    for user, unit in _of_the_town(town, speaker):
        judging.invite(panel=panel, username=user.username, unit=unit, by=county)
    assert Judge.objects.count() == 4


def test_who_came_to_the_unit_since_hands_in_nothing(panel, county, town):
    (judge,) = invited(panel, county, 1)
    GrantFactory(user=judge.user, kind=Grant.Kind.CLERK, town=town)
    judge = Judge.objects.get()
    refused("own_unit", judging.cast, judge=judge, points=given(panel, 90), comment="", by=judge.user)
    assert Ballot.objects.count() == 0


def test_a_ballot_is_handed_in_once(panel, county):
    (judge,) = invited(panel, county, 1)
    ballot = cast(judge, 90)
    assert cast(judge, 90) == ballot
    refused("twice", judging.cast, judge=judge, points=given(panel, 91), comment="", by=judge.user)
    with pytest.raises(IntegrityError), transaction.atomic():
        Ballot.objects.create(judge=judge)
    assert set(Score.objects.values_list("points", flat=True)) == {90}


def test_nobody_changes_a_ballot(panel, county):
    (judge,) = invited(panel, county, 1)
    cast(judge, 90)
    for act in (
        lambda: Score.objects.update(points=1),
        lambda: Score.objects.all().delete(),
        lambda: Ballot.objects.update(comment="改"),
    ):
        with pytest.raises(DatabaseError, match="已交的评分不能修改或删除"), transaction.atomic():
            act()
    refused("handed_in", judging.remove_judge, judge=judge, by=county)


def test_a_ballot_is_whole_in_time_and_ones_own(panel, county):
    (judge,) = invited(panel, county, 1)
    half = dict(list(given(panel, 90).items())[:1])
    for points in (half, given(panel, 101), given(panel, -1)):
        refused("points", judging.cast, judge=judge, points=points, comment="", by=judge.user)
    with pytest.raises(PermissionDenied):
        judging.cast(judge=judge, points=given(panel, 90), comment="", by=county)
    Panel.objects.update(ends_on=timezone.localdate() - timedelta(days=1))
    refused("late", judging.cast, judge=judge, points=given(panel, 90), comment="", by=judge.user)


def test_towns_propose_and_only_the_county_decides(proposed, clerk, other_clerk, town):
    with pytest.raises(PermissionDenied):
        topics.decide(topic=proposed, agrees=True, comment="", by=clerk)
    with pytest.raises(PermissionDenied):
        topics.feature(topic=proposed, by=clerk)
    with pytest.raises(PermissionDenied):
        topics.propose(town=town, title="别镇", theme=ThemeFactory(), reason="x", by=other_clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Topic.objects.update(state=Topic.State.FEATURED)


def test_judges_see_their_panel_and_nobody_elses(client, panel, county, clerk):
    judge, other = invited(panel, county, 2)
    client.force_login(judge.user)
    assert client.get("/").headers["Location"] == reverse("courses:judge-list")
    page = client.get(reverse("courses:judge-list"))
    assert page.context["waiting"] == [judge]
    assert client.get(reverse("courses:judge-ballot", args=[other.pk])).status_code == 404
    script = client.get(reverse("courses:judge-script", args=[judge.pk]))
    assert b"".join(script.streaming_content) == b"%PDF-1.4 a"
    assert client.get(reverse("courses:topic", args=[panel.topic_id])).status_code == 403
    sent = {f"c{pk}": "88" for pk in given(panel, 88)} | {"comment": "讲得清楚"}
    assert client.post(reverse("courses:judge-ballot", args=[judge.pk]), sent).status_code == 302
    assert judge.ballot.comment == "讲得清楚"
    client.force_login(clerk)
    assert client.get(reverse("courses:judge-list")).status_code == 403


def test_the_whole_way_in_pages(client, clerk, county, town, speaker, criteria):
    theme = ThemeFactory()
    client.force_login(clerk)
    said = {"title": "地头讲堂", "theme": theme.pk, "reason": "种植户想听"}
    assert client.post(reverse("courses:topic-add"), said).status_code == 302
    topic = Topic.objects.get()

    def post(user, name, sent, pk=topic.pk) -> None:
        client.force_login(user)
        assert client.post(reverse(f"courses:{name}", args=[pk]), sent).status_code == 302

    post(county, "topic-decide", {"decision": "return", "comment": "再具体些"})
    post(clerk, "topic-edit", said | {"title": "地头讲堂二"})
    post(county, "topic-decide", {"decision": "agree"})
    script = SimpleUploadedFile("稿.pdf", b"%PDF-1.4 x\nstartxref\n0\n%%EOF\n")
    post(clerk, "topic-declare", SAID | {"lecturers": [speaker.pk], "script": script})
    post(county, "topic-decide", {"decision": "agree"})
    post(county, "panel-open", {"ends_on": timezone.localdate().isoformat()})
    panel = Panel.objects.get()
    judge = UserFactory(name="示例评委")
    post(county, "judge-invite", {"username": judge.username, "unit": "示例党校"}, panel.pk)
    assert Judge.objects.get().user == judge
    post(county, "judge-remove", {}, Judge.objects.get().pk)
    for one in invited(panel, county, 5):
        cast(one, 90)
    post(county, "panel-close", {}, panel.pk)
    trial = {"on": timezone.localdate().isoformat(), "place": "示例教室", "comment": "好", "passes": "yes"}
    post(county, "topic-trial", trial)
    post(county, "topic-feature", {})
    assert Course.objects.get().title == "地头讲堂二"
    client.force_login(clerk)
    page = client.get(reverse("courses:topic", args=[topic.pk]))
    assert (page.context["rounds"][0]["names"], page.context["topic"].state) == (False, "featured")
    assert "示例评委" not in page.content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_lists_cost_the_same(client, county, town, number, django_assert_num_queries):
    for place in range(number):
        Topic.objects.create(town=town, title=f"题{place}", theme=ThemeFactory(), reason="因", proposed_by=county)
        CourseReview.objects.create(
            course=CourseFactory(town=town), verdict="keep", comment="好", on=date(2022, 1, 1), by=county
        )
    client.force_login(county)
    for name, cost in (("topics", 8), ("reviews", 10)):
        with django_assert_num_queries(cost):
            client.get(reverse(f"courses:{name}"))


def test_a_featured_course_is_reviewed_every_year(county, clerk, town):
    today = timezone.localdate()
    course = CourseFactory(town=town, featured_on=today - timedelta(days=365))
    CourseFactory(featured_on=today - timedelta(days=300))
    assert [one.course for one in rereview.due(today, today)] == [course]
    until = today + timedelta(days=30)
    row = rereviews.review(course=course, verdict="improve", comment="加本地事例", improve_by=until, by=county)
    assert rereview.due(today, today) == []
    assert [one.due_on for one in rereview.due(today, until)] == [until]
    rereviews.tell_improved(row=row, text="加了两个", by=clerk)
    rereviews.review(course=course, verdict="keep", comment="可以", improve_by=None, by=county)
    assert rereview.due(today, until) == []
    rereviews.review(course=course, verdict="retire", comment="过时", improve_by=None, by=county)
    course.refresh_from_db()
    assert course.retired_on == today
    with pytest.raises(ValidationError):
        rereviews.review(course=course, verdict="keep", comment="再用", improve_by=None, by=county)
    with pytest.raises(PermissionDenied):
        rereviews.review(course=course, verdict="keep", comment="再用", improve_by=None, by=clerk)


def test_due_reviews_are_told_once_a_month(county, town, time_machine):
    time_machine.move_to("2026-11-05 02:00:00+00:00", tick=False)
    now = timezone.now()
    assert list(due.reviews_due(now)) == []
    CourseFactory(town=town, featured_on=date(2025, 11, 20))
    (draft,) = due.reviews_due(now)
    assert (draft.subject_id, timezone.localtime(draft.due_at).isoformat()) == (202611, "2026-11-01T09:00:00+08:00")
    for _ in range(2):
        due.tell_reviews(draft, now, None)
    titles = sorted(InboxMessage.objects.values_list("title", flat=True))
    assert titles == ["2026年11月该复审 1 堂精品课程", "本镇 1 堂精品课程2026年11月复审"]
