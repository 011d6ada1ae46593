"""Every page and button of the clerk's class pages."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from centres.models import ReceptionSite
from juxian.people.models import Grant
from tests.factories import (
    BranchFactory,
    ClassFactory,
    EnrolmentFactory,
    GrantFactory,
    LecturerFactory,
    MemberFactory,
    PlanLineFactory,
    SessionFactory,
    UserFactory,
    YearPlanFactory,
)
from tests.trainings.conftest import mark_all, seated, sessions_of, waive_rest
from trainings import actions
from trainings.models import (
    DossierEntry,
    DossierItem,
    Enrolment,
    HourEntry,
    Mark,
    MarkStatus,
    PlanLine,
    Quota,
    Session,
    TrainingClass,
    YearPlan,
)
from trainings.registry import Tab, registry

State = TrainingClass.State


def text(response) -> str:
    return response.content.decode()


def said(response) -> list[str]:
    """Messages shown after following the redirect."""
    return [str(message) for message in response.context["messages"]]


@pytest.fixture
def browser(client, clerk):
    client.force_login(clerk)
    return client


def post(browser, name, *args, data=None):
    return browser.post(reverse(f"trainings:{name}", args=args), data or {}, follow=True)


# plans -----------------------------------------------------------------------------------------------


def test_plan_from_opening_to_submission(browser, town):
    response = post(browser, "plan-open", data={"year": "2027"})
    plan = YearPlan.objects.get(town=town, year=2027)
    assert response.redirect_chain == [(f"/town/plans/{plan.pk}/", 302)]
    fields = {"title": "春训班", "audience": "农村党员", "month": "3", "days": "1.5", "people": "60"}
    assert said(post(browser, "line-add", plan.pk, data=fields)) == ["已加入“春训班”。"]
    line = PlanLine.objects.get()
    assert said(post(browser, "line-edit", line.pk, data=fields | {"people": "80"})) == ["已保存。"]
    assert PlanLine.objects.get().people == 80
    assert said(post(browser, "plan-submit", plan.pk)) == ["已送县里审批，批复后会发消息给您。"]
    assert said(post(browser, "line-delete", line.pk)) == [
        "大店镇2027年度培训计划已送审，不能再改。要改先撤回，或请县里退回。"
    ]
    assert PlanLine.objects.count() == 1
    refused = post(browser, "line-edit", line.pk, data=fields | {"people": "90"})
    assert refused.context["text"] == "大店镇2027年度培训计划已送审，不能再改。要改先撤回，或请县里退回。"
    assert PlanLine.objects.get().people == 80


def test_line_is_deleted_from_a_draft(browser, town):
    line = PlanLineFactory(plan=YearPlanFactory(town=town))
    assert said(post(browser, "line-delete", line.pk)) == [f"已去掉“{line.title}”。"]
    assert PlanLine.objects.count() == 0


def test_nonsense_year_is_answered(browser):
    assert said(post(browser, "plan-open", data={"year": "abc"})) == ["请填 2020 到 2100 之间的年份。"]


def test_county_approves_or_returns_a_plan_on_its_page(client, county, clerk, town):
    plan = actions.open_plan(town=town, year=2027, by=clerk)
    actions.add_line(plan=plan, by=clerk, title="春训班", audience="党员", month=3, days=Decimal(1), people=9)
    actions.submit_plan(plan=plan, by=clerk)
    client.force_login(county)
    assert post(client, "plan-return", plan.pk, data={"reason": ""}).context["form"].errors["reason"] == [
        "这一项要填。"
    ]
    assert said(post(client, "plan-return", plan.pk, data={"reason": "人太少"})) == ["已退回，并通知了镇里。"]
    assert YearPlan.objects.get().comment == "人太少"
    actions.submit_plan(plan=plan, by=clerk)
    assert said(post(client, "plan-approve", plan.pk)) == ["已批准，并通知了镇里。"]
    assert YearPlan.objects.get().state == "approved"


@pytest.mark.trust("B13")
@pytest.mark.parametrize("number", [1, 3])
def test_lists_cost_the_same(browser, town, number, django_assert_num_queries):
    for year in range(number):
        plan = YearPlanFactory(town=town, year=2026 + year)
        PlanLineFactory(plan=plan)
        EnrolmentFactory(training_class=ClassFactory(town=town))
    with django_assert_num_queries(7):
        assert len(browser.get(reverse("trainings:town-plans")).context["rows"]) == number
    with django_assert_num_queries(7):
        assert len(browser.get(reverse("trainings:town-list")).context["rows"]) == number


@pytest.mark.parametrize("number", [1, 3])
def test_plan_page_costs_the_same(browser, town, number, django_assert_num_queries):
    plan = YearPlanFactory(town=town, state=YearPlan.State.APPROVED)
    for _ in range(number):
        ClassFactory(town=town, line=PlanLineFactory(plan=plan))
    with django_assert_num_queries(8):
        assert len(browser.get(reverse("trainings:plan-detail", args=[plan.pk])).context["lines"]) == number


@pytest.mark.trust("B13")
@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("tab", ["timetable", "people", "sign", "dossier"])
def test_class_page_costs_the_same(browser, reference, town, number, tab, django_assert_num_queries):
    training_class = ClassFactory(town=town, state=State.RUNNING)
    halves = ["am", "pm", "xv"]
    for place in range(number):
        SessionFactory(training_class=training_class, half=halves[place])
        EnrolmentFactory(training_class=training_class)
    with django_assert_num_queries(24):
        page = browser.get(reverse("trainings:town-detail", args=[training_class.pk]), {"tab": tab})
    assert (page.context["tab"], len(page.context["sessions"])) == (tab, number)


# classes ---------------------------------------------------------------------------------------------


def class_fields(**changes) -> dict[str, str]:
    today = timezone.localdate().isoformat()
    return {
        "title": "秋季班",
        "audience": "农村党员",
        "purpose": "学习",
        "level": "town",
        "starts_on": today,
        "ends_on": today,
        "capacity": "40",
        "contact": "示例干事",
        "safety_note": "守纪律",
    } | changes


def test_class_from_a_line_is_prefilled_and_opened(browser, line):
    page = browser.get(reverse("trainings:line-open", args=[line.pk]))
    assert page.context["form"].initial["title"] == "秋季轮训班"
    response = post(browser, "line-open", line.pk, data=class_fields())
    made = TrainingClass.objects.get()
    assert (made.line, made.title, made.capacity, made.has_exam) == (line, "秋季班", 40, False)
    assert said(response) == [f"已建班 {made.code}，接着排课程表。"]


def test_class_beside_the_plan_and_its_wrong_dates(browser):
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
    page = post(browser, "class-open", data=class_fields(ends_on=yesterday))
    assert page.context["form"].non_field_errors() == ["结束日期不能早于开始日期。"]
    post(browser, "class-open", data=class_fields())
    assert TrainingClass.objects.get().line is None


def test_draft_is_edited_and_later_only_a_little(browser, draft, county, clerk):
    post(browser, "town-edit", draft.pk, data=class_fields(title="改名班"))
    assert TrainingClass.objects.get().title == "改名班"
    outside = (timezone.localdate() + timedelta(days=9)).isoformat()
    page = post(browser, "town-edit", draft.pk, data=class_fields(starts_on=outside, ends_on=outside))
    assert page.context["form"].errors["starts_on"] == ["有课次排在这个日期范围以外，先调整课程表。"]
    actions.submit_class(training_class=draft, by=clerk)
    actions.approve_class(training_class=draft, by=county)
    late = {"capacity": "41", "contact": "新人", "safety_note": "x", "summary": "办得好"}
    assert said(post(browser, "town-edit", draft.pk, data=late)) == ["已保存。"]
    changed = TrainingClass.objects.get()
    assert (changed.capacity, changed.contact, changed.summary) == (41, "新人", "办得好")


def test_whole_way_by_buttons(client, clerk, county, draft, people):
    client.force_login(clerk)
    post(client, "class-move", draft.pk, "submit")
    client.force_login(county)
    assert said(post(client, "class-move", draft.pk, "approve")) == ["已批准，并通知了镇里。"]
    client.force_login(clerk)
    post(client, "class-move", draft.pk, "enrolling")
    ticked = {"member": [str(member.pk) for member in people]}
    assert said(post(client, "town-enrol", draft.pk, data=ticked)) == ["录取 3 人，名额已满，候补 2 人。"]
    post(client, "class-move", draft.pk, "start")
    for session in sessions_of(draft):
        statuses = {f"m{row.pk}": "present" for row in seated(draft)}
        post(
            client, "session-roll", session.pk, data=statuses | {"key": f"k{session.pk}", "seen": "0", "headcount": "3"}
        )
    assert Session.objects.filter(training_class=draft, headcount=3).count() == 2
    post(client, "class-move", draft.pk, "closing")
    blocked = post(client, "class-move", draft.pk, "archive")
    assert len(said(blocked)) == 6
    assert blocked.context["gate_title"] == "归档"
    for item in DossierItem.objects.filter(
        code__in=["budget", "courseware", "photos", "survey", "accounts", "summary"]
    ):
        assert said(post(client, "paper-waive", draft.pk, item.pk, data={"reason": "演示"})) == [
            f"“{item.name}”已略过。"
        ]
    assert said(post(client, "class-move", draft.pk, "archive")) == ["已归档，学时已入账。"]
    assert HourEntry.objects.total() == 24


def test_clerk_does_not_approve(browser, draft, clerk):
    actions.submit_class(training_class=draft, by=clerk)
    assert post(browser, "class-move", draft.pk, "approve").status_code == 403
    assert browser.get(reverse("trainings:class-return", args=[draft.pk])).status_code == 403


def test_county_returns_a_class(client, county, draft, clerk):
    actions.submit_class(training_class=draft, by=clerk)
    client.force_login(county)
    assert said(post(client, "class-return", draft.pk, data={"reason": "换讲师"})) == ["已退回，并通知了镇里。"]
    assert TrainingClass.objects.get().return_comment == "换讲师"


def test_class_is_cancelled_with_a_reason(browser, draft):
    assert said(post(browser, "class-cancel", draft.pk, data={"reason": "大雪"})) == ["已取消，并通知了报名的学员。"]
    assert TrainingClass.objects.get().state == State.CANCELLED


def test_list_filters_by_state_and_words(browser, town, draft):
    ClassFactory(town=town, title="旧班", state=State.CANCELLED)

    def titles(**query) -> list[str]:
        page = browser.get(reverse("trainings:town-list"), query)
        return [row.title for row, _, _ in page.context["rows"]]

    assert titles() == ["秋季轮训班"]
    assert titles(state="cancelled") == ["旧班"]
    assert titles(state="all", q="旧") == ["旧班"]
    assert titles(q="没有") == []


def test_registered_tab_is_shown(browser, draft):
    registry.tabs.append(Tab("考试", "trainings:timetable-print", lambda c: "待补考 6"))
    tabs = browser.get(reverse("trainings:town-detail", args=[draft.pk])).context["tabs"]
    assert [(tab["label"], tab["n"]) for tab in tabs][3] == ("考试", "待补考 6")
    assert tabs[3]["url"] == f"/town/trainings/{draft.pk}/timetable/"


# sessions --------------------------------------------------------------------------------------------


def session_fields(training_class, **changes) -> dict[str, str]:
    return {
        "day": training_class.starts_on.isoformat(),
        "half": "xv",
        "hours": "2",
        "topic": "夜校",
        "mode": "classroom",
    } | changes


def test_session_is_added_changed_and_cancelled(browser, draft):
    assert said(post(browser, "session-add", draft.pk, data=session_fields(draft))) == ["已排进课程表。"]
    session = Session.objects.get(topic="夜校")
    assert said(post(browser, "session-edit", session.pk, data=session_fields(draft, topic="晚课"))) == [
        "课程表已修改。"
    ]
    assert Session.objects.get(pk=session.pk).topic == "晚课"
    assert said(post(browser, "session-cancel", session.pk)) == ["已取消这次课。"]
    assert Session.objects.get(pk=session.pk).cancelled_at is not None


def test_next_half_day_is_suggested_and_add_another_stays(browser, draft):
    page = browser.get(reverse("trainings:session-add", args=[draft.pk]))
    assert page.context["form"].initial["half"] == "xv"
    response = post(browser, "session-add", draft.pk, data=session_fields(draft) | {"add": "1"})
    assert response.redirect_chain == [(f"/town/trainings/{draft.pk}/sessions/add/", 302)]


def test_room_of_another_town_is_no_choice(browser, draft, other_town, room):
    from tests.factories import CentreFactory, RoomFactory  # noqa: PLC0415 only here

    foreign = RoomFactory(centre=CentreFactory(town=other_town))
    page = post(browser, "session-add", draft.pk, data=session_fields(draft, room=str(foreign.pk)))
    assert page.context["form"].errors["room"] == ["选的这一项已经没有了，或不能选。请刷新页面重新选。"]
    assert list(page.context["form"].fields["room"].queryset) == [room]


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({"half": "am"}, "half", "这个班在该半天已经排了课。"),
        ({"day": "2001-01-01"}, "day", "课次日期要在开班期间"),
        ({"hours": "9"}, "hours", "学时应大于 0，半天不超过 8。"),
        ({"room": "", "site": "site"}, "mode", "接收站点只用于集体收看"),
        ({"site": "site"}, "room", "教室、现场教学点和接收站点只能选一个。"),
    ],
)
def test_what_is_wrong_with_a_session_stands_at_its_field(browser, draft, room, said, field, words):
    site = ReceptionSite.objects.create(centre=room.centre, name="站", village="村", working_since=draft.starts_on)
    given = session_fields(draft, half="xv", room=str(room.pk)) | said
    if "site" in said:
        given["site"] = str(site.pk)
    form = post(browser, "session-add", draft.pk, data=given).context["form"]
    assert words in "".join(form.errors[field])
    assert form.non_field_errors() == []


def test_lecturer_without_an_appointment_is_no_choice(browser, draft):
    page = post(browser, "session-add", draft.pk, data=session_fields(draft, lecturer=str(LecturerFactory().pk)))
    assert list(page.context["form"].errors) == ["lecturer"]


def test_roll_page_starts_with_everybody_present(browser, running):
    session = sessions_of(running)[0]
    page = browser.get(reverse("trainings:session-roll", args=[session.pk]))
    assert [(status.code, count) for status, count in page.context["tally"]] == [
        ("present", 3),
        ("late", 0),
        ("leave", 0),
        ("absent", 0),
    ]
    assert page.context["unmarked"] == 3
    assert text(page).count(" checked") == 3


def test_roll_posted_twice_is_once_and_a_stale_page_overwrites_nobody(browser, running, county):
    session = sessions_of(running)[0]
    first, *rest = seated(running)
    actions.save_roster(session=session, statuses={first.pk: "absent"}, key="other", by=county)
    data = {f"m{row.pk}": "present" for row in [first, *rest]} | {"key": "mine", "seen": "0"}
    assert said(post(browser, "session-roll", session.pk, data=data))[1] == (
        f"别人刚改过 {first.member.name}，按他们记的保留。请核对。"
    )
    assert Mark.objects.count() == 3
    post(browser, "session-roll", session.pk, data=data)
    assert Mark.objects.count() == 3


def test_a_roll_before_the_session_begins_wants_a_tick(browser, running, clerk):
    first, second = sessions_of(running)
    Session.objects.filter(pk=second.pk).update(starts_at=None)
    data = {f"m{row.pk}": "present" for row in seated(running)} | {"key": "k"}
    url = reverse("trainings:session-roll", args=[second.pk])
    with time_machine.travel(second.start.replace(hour=12, minute=59), tick=False):
        browser.force_login(clerk)
        page = browser.get(url)
        assert (page.context["too_early"], 'name="early" required' in text(page)) == (True, True)
        assert said(post(browser, "session-roll", second.pk, data=data)) == [
            "这次课 13:30 才开始，点名没有保存。人已经到齐的，勾选“提前点名”再提交。"
        ]
        assert Mark.objects.count() == 0
        sign = browser.get(f"/town/trainings/{running.pk}/?tab=sign").context["sign"]
        assert [row["begun"] for row in sign] == [True, False]
        assert said(post(browser, "session-roll", second.pk, data=data | {"early": "on"})) == ["点名已保存。"]
    with time_machine.travel(second.start.replace(hour=13, minute=0), tick=False):
        assert browser.get(url).context["too_early"] is False
        assert said(post(browser, "session-roll", first.pk, data=data | {"key": "j"})) == ["点名已保存。"]
    assert Mark.objects.count() == 6


def test_roll_survives_nonsense(browser, running):
    session = sessions_of(running)[0]
    people = seated(running)
    data = {f"m{people[0].pk}": "present", "m99999": "present", "key": "x" * 500, "seen": "-1", "headcount": "很多"}
    assert said(post(browser, "session-roll", session.pk, data=data)) == [
        "点名已保存。",
        "现场清点“很多”没有记下，请填人数，如 1。点名已经保存。",
    ]
    assert Mark.objects.count() == 1
    bad = post(browser, "session-roll", session.pk, data={f"m{people[0].pk}": "'; DROP", "key": "y"})
    assert said(bad) == ["没有这种点名状态：'; DROP。"]


def test_roll_of_a_session_that_is_not_open_is_refused(browser, enrolling, people, clerk):
    actions.enrol(training_class=enrolling, members=people, source="list", by=clerk)
    session = sessions_of(enrolling)[0]
    url = reverse("trainings:session-roll", args=[session.pk])
    assert browser.get(url).context["is_open"] is False
    response = post(browser, "session-roll", session.pk, data={f"m{seated(enrolling)[0].pk}": "present"})
    when = f"{session.day.month}月{session.day.day}日上午“第上午讲”"
    assert said(response) == [f"{when}所在的班现在是“报名中”，开班后、归档前才能点名。"]
    assert Mark.objects.count() == 0


@pytest.mark.parametrize("number", [1, 3])
def test_roll_page_costs_the_same(browser, reference, town, number, django_assert_num_queries):
    session = SessionFactory(training_class=ClassFactory(town=town, state=State.RUNNING))
    for _ in range(number):
        EnrolmentFactory(training_class=session.training_class)
    with django_assert_num_queries(9):
        page = browser.get(reverse("trainings:session-roll", args=[session.pk]))
    assert page.context["total"] == number


def test_mark_is_corrected_after_the_archive(browser, archived):
    session, person = sessions_of(archived)[0], seated(archived)[0]
    page = browser.get(reverse("trainings:session-roll", args=[session.pk]))
    assert page.context["may_amend"] is True
    data = {"status": "absent", "reason": "那天没来"}
    assert said(post(browser, "session-amend", session.pk, person.pk, data=data)) == [
        f"已更正{person.member.name}，学时账已跟着调整。"
    ]
    assert HourEntry.objects.total() == 20


def test_sheets_and_prints(browser, running):
    session = sessions_of(running)[0]
    sheet = browser.get(reverse("trainings:session-sheet", args=[session.pk]))
    assert [len(people) for people in sheet.context["sheets"]] == [3]
    assert browser.get(reverse("trainings:timetable-print", args=[running.pk])).context["sessions"].count() == 2
    assert browser.get(reverse("trainings:roster-print", args=[running.pk])).context["total"] == 3


# seats -----------------------------------------------------------------------------------------------


def test_quotas_are_saved_together(browser, enrolling, people):
    first, second = people[0].branch, people[3].branch
    data = {f"b{first.pk}": "2", f"b{second.pk}": "1"}
    assert said(post(browser, "town-quotas", enrolling.pk, data=data)) == ["名额已保存。"]
    data = {f"b{first.pk}": "1", f"b{second.pk}": "2"}
    assert said(post(browser, "town-quotas", enrolling.pk, data=data)) == ["名额已保存。"]
    assert dict(Quota.objects.values_list("branch", "seats")) == {first.pk: 1, second.pk: 2}
    assert said(post(browser, "town-quotas", enrolling.pk, data=data | {f"b{first.pk}": "9"})) == [
        "各支部名额合计 11 人，超过本班名额 3 人。"
    ]
    assert said(post(browser, "town-quotas", enrolling.pk, data=data | {f"b{first.pk}": "两"})) == [
        "甲村党支部的名额请填数字，如 5。"
    ]


def test_enrolling_by_branch_search_and_due(browser, enrolling, people):
    url = reverse("trainings:town-enrol", args=[enrolling.pk])
    names = lambda **query: [member.name for member, *_ in browser.get(url, query).context["lines"]]  # noqa: E731
    assert names() == ["示例3", "示例4", "示例0", "示例1", "示例2"]
    assert names(branch=str(people[0].branch_id)) == ["示例0", "示例1", "示例2"]
    assert names(q="示例4") == ["示例4"]
    assert names(by="due") == ["示例3", "示例4", "示例0", "示例1", "示例2"]
    assert said(post(browser, "town-enrol", enrolling.pk)) == ["还没有勾选人，先勾选再点“录取”。"]
    post(browser, "town-enrol", enrolling.pk, data={"member": [people[0].pk]})
    assert names() == ["示例3", "示例4", "示例1", "示例2"]
    quota = post(browser, "town-enrol", enrolling.pk, data={"member": [people[1].pk], "source": "quota"})
    assert said(quota) == ["甲村党支部名额 0 人，已报 0 人，再报 1 人就超了。"]


def test_ticking_another_towns_member_enrols_nobody(browser, enrolling, other_town):
    stranger = MemberFactory(branch=BranchFactory(town=other_town))
    post(browser, "town-enrol", enrolling.pk, data={"member": [stranger.pk]})
    assert Enrolment.objects.count() == 0


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("mode", ["branch", "due"])
def test_enrol_page_costs_the_same(browser, reference, town, number, mode, django_assert_num_queries):
    training_class = ClassFactory(town=town, state=State.ENROLLING)
    SessionFactory(training_class=training_class)
    for _ in range(number):
        other = SessionFactory(training_class__town=town).training_class
        EnrolmentFactory(member=MemberFactory(branch=BranchFactory(town=town)), training_class=other)
    with django_assert_num_queries(15):
        page = browser.get(reverse("trainings:town-enrol", args=[training_class.pk]), {"by": mode})
    assert [len(busy) for *_, busy in page.context["lines"]] == [1] * number


def test_pasted_names(browser, enrolling, people):
    MemberFactory(branch=people[3].branch, name="示例0")
    page = post(browser, "enrol-names", enrolling.pk, data={"names": "示例0\n\n无此人\n示例1"})
    assert page.context["form"].non_field_errors() == [
        "第 1 行“示例0”有 2 位，请在姓名后写明党支部。",
        "第 3 行“无此人”在大店镇的名册里找不到。",
    ]
    assert Enrolment.objects.count() == 0
    response = post(browser, "enrol-names", enrolling.pk, data={"names": "示例0\t甲村党支部\n示例1"})
    assert said(response) == ["录取 2 人。"]
    assert {row.source for row in Enrolment.objects.all()} == {"import"}


def test_enrolment_is_cancelled_on_its_page(browser, enrolling, people, clerk):
    result = actions.enrol(training_class=enrolling, members=people, source="list", by=clerk)
    row = result.seated[0]
    assert said(post(browser, "enrolment-cancel", row.pk, data={"reason": "生病"})) == [
        f"已取消{row.member.name}的报名。"
    ]
    assert Enrolment.objects.get(pk=row.pk).state == "cancelled"


# papers ----------------------------------------------------------------------------------------------


def test_paper_is_uploaded_and_downloaded(browser, closing):
    item = DossierItem.objects.get(code="budget")
    upload = SimpleUploadedFile("预算.pdf", b"%PDF-1.4 hello")
    assert said(post(browser, "paper-add", closing.pk, item.pk, data={"file": upload})) == ["“经费预算”已归入。"]
    entry = DossierEntry.objects.get()
    response = browser.get(reverse("trainings:paper-file", args=[entry.pk]))
    assert b"".join(response.streaming_content) == b"%PDF-1.4 hello"
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    waive = post(browser, "paper-waive", closing.pk, item.pk, data={"reason": "没有"})
    assert waive.context["form"].non_field_errors() == ["“经费预算”已有文件，不用略过。"]


def test_wrong_file_is_refused_with_a_sentence(browser, closing):
    item = DossierItem.objects.get(code="budget")
    upload = SimpleUploadedFile("坏.exe", b"MZ....")
    page = post(browser, "paper-add", closing.pk, item.pk, data={"file": upload})
    assert page.context["form"].non_field_errors() == [
        "“坏.exe”不是 PDF、照片（JPG、PNG、WebP、HEIC）、Word（docx）或 Excel（xlsx）文件。"
    ]
    assert DossierEntry.objects.count() == 0


def test_archived_dossier_takes_nothing_more(browser, archived):
    item = DossierItem.objects.get(code="news")
    upload = SimpleUploadedFile("稿.pdf", b"%PDF-1.4")
    page = post(browser, "paper-add", archived.pk, item.pk, data={"file": upload})
    assert len(page.context["form"].non_field_errors()) == 1
    assert DossierEntry.objects.filter(item=item).count() == 0


# who may come in -------------------------------------------------------------------------------------

READS = ["town-detail", "timetable-print", "roster-print"]
WRITES = ["town-edit", "class-cancel", "town-quotas", "town-enrol", "enrol-names", "session-add"]


@pytest.mark.parametrize("name", READS + WRITES)
def test_class_pages_by_role(client, running, clerk, other_clerk, county, member, name):
    url = reverse(f"trainings:{name}", args=[running.pk])
    assert client.get(url).url == f"/login/?next={url}"
    auditor = GrantFactory(user=UserFactory(), kind=Grant.Kind.AUDITOR).user
    expected = [(clerk, 200), (county, 200), (other_clerk, 404), (member.user, 403)]
    for user, status in [*expected, (auditor, 200 if name in READS else 403)]:
        client.force_login(user)
        assert client.get(url).status_code == status


@pytest.mark.parametrize("name", ["session-sheet", "session-edit", "session-roll"])
def test_session_pages_by_role(client, running, clerk, other_clerk, member, name):
    url = reverse(f"trainings:{name}", args=[sessions_of(running)[0].pk])
    assert client.get(url).url == f"/login/?next={url}"
    for user, status in [(clerk, 200), (other_clerk, 404), (member.user, 403)]:
        client.force_login(user)
        assert client.get(url).status_code == status


def test_rows_below_by_role(client, closing, clerk, other_clerk, member):
    item = DossierItem.objects.get(code="news")
    session, person = sessions_of(closing)[0], seated(closing)[0]
    urls = [
        reverse("trainings:paper-add", args=[closing.pk, item.pk]),
        reverse("trainings:paper-waive", args=[closing.pk, item.pk]),
        reverse("trainings:enrolment-cancel", args=[person.pk]),
        reverse("trainings:session-amend", args=[session.pk, person.pk]),
        reverse("trainings:line-edit", args=[closing.line_id]),
        reverse("trainings:line-open", args=[closing.line_id]),
        reverse("trainings:line-add", args=[closing.line.plan_id]),
        reverse("trainings:plan-detail", args=[closing.line.plan_id]),
    ]
    for url in urls:
        client.logout()
        assert client.get(url).url == f"/login/?next={url}"
        for user, status in [(clerk, 200), (other_clerk, 404), (member.user, 403)]:
            client.force_login(user)
            assert (url, client.get(url).status_code) == (url, status)


def test_changing_by_get_or_from_elsewhere_is_refused(client, running, clerk, other_clerk):
    client.force_login(clerk)
    assert client.get(f"/town/trainings/{running.pk}/closing/").status_code == 405
    assert client.get(f"/town/trainings/{running.pk}/nonsense/").status_code == 404
    client.force_login(other_clerk)
    for path in (
        f"/town/trainings/{running.pk}/closing/",
        f"/town/sessions/{sessions_of(running)[0].pk}/cancel/",
        f"/town/plans/{running.line.plan_id}/submit/",
        f"/town/plan-lines/{running.line_id}/delete/",
    ):
        assert client.post(path).status_code == 404
    mark_all(running, clerk)
    waive_rest(running, clerk)


def test_lists_show_the_own_town_only(client, running, other_clerk, county):
    for user, count in ((other_clerk, 0), (county, 1)):
        client.force_login(user)
        assert len(client.get(reverse("trainings:town-list")).context["rows"]) == count
        assert len(client.get(reverse("trainings:town-plans")).context["rows"]) == count


NASTY = "{pk}<b>\"'&{0}"


def test_roll_rows_escape_names_and_leave_no_gap_open(browser, running):
    """Rows are set from patterns: neither a name nor a status may be read as markup or as a gap."""
    MarkStatus.objects.filter(code="late").update(name="{迟}<i>")
    person = seated(running)[0]
    type(person.member).objects.filter(pk=person.member_id).update(name=NASTY)
    session = sessions_of(running)[0]
    page = text(browser.get(reverse("trainings:session-roll", args=[session.pk])))
    assert page.count(escape(NASTY)) == 7  # shown, found by, spoken for the group and its four choices
    assert "<b>" not in page
    assert "<i>" not in page
    assert page.count("<span>&#123;迟&#125;&lt;i&gt;</span>") == 3
    assert page.count(f'name="m{person.pk}"') == 4
