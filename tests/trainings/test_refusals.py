"""What a clerk is kept from, and told why: dates, withdrawn papers, shut forms, counts that disagree."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from juxian.audit.models import AuditEntry
from juxian.files.store import path_of
from tests.factories import ClassFactory, PlanLineFactory, SessionFactory, YearPlanFactory
from tests.trainings.conftest import seated, sessions_of
from trainings import actions
from trainings.gates import missing_at
from trainings.models import DossierEntry, DossierItem, Enrolment, PlanLine, TrainingClass, YearPlan
from trainings.registry import Gate
from trainings.views.stages import steps
from trainings.words import cn_day, span

State = TrainingClass.State


def texts(act) -> list[str]:
    with pytest.raises(ValidationError) as refusal:
        act()
    return refusal.value.messages


@pytest.fixture
def browser(client, clerk):
    client.force_login(clerk)
    return client


def page(browser, name, *args, **query):
    return browser.get(reverse(f"trainings:{name}", args=args), query)


def post(browser, name, *args, data=None):
    return browser.post(reverse(f"trainings:{name}", args=args), data or {}, follow=True)


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


# dates -----------------------------------------------------------------------------------------------


def move_to(training_class: TrainingClass, day: date) -> None:
    TrainingClass.objects.filter(pk=training_class.pk).update(starts_on=day, ends_on=day)


def test_class_does_not_start_before_its_first_day(browser, enrolling, people, clerk, tomorrow):
    actions.enrol(training_class=enrolling, members=people, source="list", by=clerk)
    move_to(enrolling, tomorrow)
    sentence = f"这个班{cn_day(tomorrow)}开始，当天起才能开班。"
    assert texts(lambda: actions.start_class(training_class=enrolling, by=clerk)) == [sentence]
    assert page(browser, "town-detail", enrolling.pk).context["move"].waits == sentence
    move_to(enrolling, timezone.localdate())
    assert page(browser, "town-detail", enrolling.pk).context["move"].waits == ""
    assert actions.start_class(training_class=enrolling, by=clerk).state == State.RUNNING


def fields(first: date, last: date) -> dict:
    return {"title": "秋季班", "audience": "党员", "starts_on": first, "ends_on": last, "capacity": 5}


def test_class_is_not_opened_in_the_past(town, clerk, line):
    today = timezone.localdate()
    yesterday = today - timedelta(days=1)
    sentence = f"{cn_day(yesterday)}已经过了，开始日期要选今天或以后。"
    assert texts(lambda: actions.open_class(town=town, by=clerk, **fields(yesterday, today))) == [sentence]
    assert texts(lambda: actions.open_class_from_line(line=line, by=clerk, starts_on=yesterday)) == [sentence]
    assert TrainingClass.objects.count() == 0
    draft = actions.open_class(town=town, by=clerk, **fields(today, today))
    assert texts(lambda: actions.change_class(training_class=draft, by=clerk, starts_on=yesterday)) == [sentence]


def test_late_draft_is_not_submitted(draft, clerk):
    yesterday = timezone.localdate() - timedelta(days=1)
    TrainingClass.objects.filter(pk=draft.pk).update(starts_on=yesterday)
    sentence = f"{cn_day(yesterday)}已经过了，开始日期要改到今天或以后。"
    assert texts(lambda: actions.submit_class(training_class=draft, by=clerk)) == [sentence]


def test_class_is_at_most_sixty_days_long(town, clerk):
    today = timezone.localdate()
    assert actions.open_class(town=town, by=clerk, **fields(today, today + timedelta(days=59))).pk
    too_long = {**fields(today, today + timedelta(days=60)), "title": "长班"}
    assert texts(lambda: actions.open_class(town=town, by=clerk, **too_long)) == [
        "从开始到结束有 61 天，一个班最长 60 天。请核对年份和月份，长的分成几期办。"
    ]


@pytest.mark.parametrize(
    ("first", "last", "long", "short"),
    [
        (date(2026, 12, 1), date(2026, 12, 1), "2026年12月1日", "12月1日"),
        (date(2026, 12, 1), date(2026, 12, 3), "2026年12月1日至3日", "12月1日至3日"),
        (date(2026, 11, 30), date(2026, 12, 2), "2026年11月30日至12月2日", "11月30日至12月2日"),
        (date(2026, 12, 20), date(2027, 1, 5), "2026年12月20日至2027年1月5日", "2026年12月20日至2027年1月5日"),
        (date(2026, 12, 1), date(2027, 12, 3), "2026年12月1日至2027年12月3日", "2026年12月1日至2027年12月3日"),
    ],
)
def test_ranges_say_the_end_year(first, last, long, short):
    assert (span(first, last), span(first, last, year=False)) == (long, short)


def test_steps_say_when_they_were_entered(running):
    today = timezone.localdate()
    day = f"{today.month}月{today.day}日"
    assert [step.small for step in steps(running)] == ["", day, day, day, "", ""]


# plans -----------------------------------------------------------------------------------------------


def test_line_with_a_class_is_not_removed(browser, town):
    line = PlanLineFactory(plan=YearPlanFactory(town=town))
    opened = ClassFactory(town=town, line=line, state=State.CANCELLED)
    assert said(post(browser, "line-delete", line.pk)) == [f"“{line.title}”已开班（{opened.code}），不能去掉。"]
    assert PlanLine.objects.count() == 1


def test_removing_a_line_asks_first(browser, town):
    line = PlanLineFactory(plan=YearPlanFactory(town=town))
    asked = page(browser, "line-delete", line.pk)
    assert (asked.context["title"], PlanLine.objects.count()) == (f"去掉“{line.title}”", 1)
    post(browser, "line-delete", line.pk)
    assert PlanLine.objects.count() == 0


@pytest.mark.parametrize(("today", "planned", "year"), [(9, True, 2026), (10, True, 2027), (10, False, 2026)])
def test_year_to_plan(browser, town, time_machine, today, planned, year):
    time_machine.move_to(f"2026-{today:02d}-05 12:00+08:00")
    if planned:
        YearPlanFactory(town=town, year=2026)
    assert page(browser, "town-plans").context["year"] == year


def test_opening_a_known_year_says_so(browser, town):
    YearPlanFactory(town=town, year=2027, state=YearPlan.State.APPROVED)
    assert said(post(browser, "plan-open", data={"year": "2027"})) == ["2027 年的计划已有，状态“已批准”。"]


def test_plans_without_a_free_line_lead_to_a_class_beside_the_plan(browser, line, clerk):
    assert page(browser, "town-plans").context["none_free"] is False
    actions.open_class_from_line(line=line, by=clerk, starts_on=timezone.localdate())
    assert page(browser, "town-plans").context["none_free"] is True


def test_sent_plan_is_withdrawn_once(browser, town, clerk, county, other_clerk):
    plan = actions.open_plan(town=town, year=2027, by=clerk)
    line = actions.add_line(plan=plan, by=clerk, title="班", audience="党员", month=3, days=Decimal(1), people=9)
    actions.submit_plan(plan=plan, by=clerk)
    for name, key in (("line-add", plan.pk), ("line-edit", line.pk), ("line-delete", line.pk)):
        shut = page(browser, name, key)
        assert shut.context["text"] == "大店镇2027年度培训计划已送审，不能再改。要改先撤回，或请县里退回。"
        assert "form" not in shut.context
    with pytest.raises(PermissionDenied):
        actions.withdraw_plan(plan=plan, by=other_clerk)
    assert said(post(browser, "plan-withdraw", plan.pk)) == ["已撤回，改好后再送审。"]
    before = AuditEntry.objects.filter(action="plan.withdraw").count()
    back = actions.withdraw_plan(plan=plan, by=clerk)
    assert (back.state, back.submitted_by, back.submitted_at) == ("draft", None, None)
    assert (before, AuditEntry.objects.filter(action="plan.withdraw").count()) == (1, 1)
    actions.submit_plan(plan=plan, by=clerk)
    actions.approve_plan(plan=plan, by=county)
    assert texts(lambda: actions.withdraw_plan(plan=plan, by=clerk)) == ["大店镇2027年度培训计划已批准，不能撤回。"]


def test_line_of_nothing_is_told_at_both_fields(browser, town):
    plan = YearPlanFactory(town=town)
    data = {"title": "班", "audience": "党员", "month": "3", "days": "0", "people": "-5"}
    form = post(browser, "line-add", plan.pk, data=data).context["form"]
    assert form.errors == {"days": ["天数要大于 0。"], "people": ["计划人数要大于 0。"]}


# classes ---------------------------------------------------------------------------------------------


def test_sent_class_is_withdrawn_once(browser, draft, clerk, county, other_clerk):
    actions.submit_class(training_class=draft, by=clerk)
    session = sessions_of(draft)[0]
    for name, key in (("town-edit", draft.pk), ("session-add", draft.pk), ("session-edit", session.pk)):
        assert "form" not in page(browser, name, key).context
    with pytest.raises(PermissionDenied):
        actions.withdraw_class(training_class=draft, by=other_clerk)
    assert page(browser, "town-detail", draft.pk).context["may_withdraw"] is True
    assert said(post(browser, "class-move", draft.pk, "withdraw")) == ["已撤回，改好后再送审。"]
    back = actions.withdraw_class(training_class=draft, by=clerk)
    assert (back.state, back.submitted_by, back.submitted_at) == (State.DRAFT, None, None)
    assert AuditEntry.objects.filter(action="class.withdraw").count() == 1
    assert "form" in page(browser, "session-edit", session.pk).context
    actions.submit_class(training_class=draft, by=clerk)
    actions.approve_class(training_class=draft, by=county)
    assert texts(lambda: actions.withdraw_class(training_class=draft, by=clerk)) == [
        "“秋季轮训班”现在是“已批准”，只有“已送审”时才能这样做。"
    ]


def test_archived_class_shows_no_form_that_cannot_be_saved(browser, archived):
    sentence = "“秋季轮训班”现在是“已归档”，只有“报名中、进行中”时才能这样做。"
    row = seated(archived)[0]
    assert page(browser, "enrolment-cancel", row.pk).context["text"] == sentence
    assert post(browser, "enrolment-cancel", row.pk, data={"reason": "病"}).context["text"] == sentence
    assert Enrolment.objects.get(pk=row.pk).state == Enrolment.State.SEATED


def test_headcount_that_differs_is_warned_of(browser, running):
    session = sessions_of(running)[0]
    people = {f"m{row.pk}": "present" for row in seated(running)}
    other = post(browser, "session-roll", session.pk, data=people | {"key": "a", "headcount": "2"})
    assert said(other) == ["点名已保存。", "点名到课 3 人，现场清点 2 人，不一致，请核对。"]
    assert said(post(browser, "session-roll", session.pk, data=people | {"key": "b", "headcount": "3"})) == [
        "点名已保存。"
    ]


def test_sessions_ahead_hold_the_closing_but_are_no_work_yet(browser, running, clerk, tomorrow):
    SessionFactory(training_class=running, day=tomorrow, topic="明天的课")
    today = timezone.localdate()
    past = SessionFactory(training_class=running, day=today - timedelta(days=1), topic="昨天的课")
    shown = page(browser, "town-detail", running.pk).context["missing"]
    morning, afternoon = sessions_of(running)[1:3]
    links = [reverse("trainings:session-roll", args=[one.pk]) for one in (morning, afternoon, past)]
    assert [item.link for item in shown] == links
    for number, session in enumerate((morning, afternoon, past)):
        statuses = {row.pk: "present" for row in seated(running)}
        actions.save_roster(session=session, statuses=statuses, key=f"k{number}", by=clerk)
    context = page(browser, "town-detail", running.pk).context
    assert (context["missing"], context["move"].waits) == ([], "还有 1 次课没上，上完再结班。")
    assert texts(lambda: actions.begin_closing(training_class=running, by=clerk)) == [
        f"{tomorrow.month}月{tomorrow.day}日上午“明天的课”还没上。"
    ]


# dossier ---------------------------------------------------------------------------------------------


def test_each_missing_paper_leads_to_its_own_form(closing):
    links = {item.text: item.link for item in missing_at(Gate.ARCHIVE, closing)}
    budget = DossierItem.objects.get(code="budget")
    assert links["还没写“培训小结”，请写小结。"] == f"/town/trainings/{closing.pk}/edit/#id_summary"
    assert links["档案还缺“经费预算”：上传，或写明原因后略过。"] == (
        f"/town/trainings/{closing.pk}/papers/{budget.pk}/add/"
    )


def test_lost_paper_is_answered_with_a_sentence(browser, closing):
    item = DossierItem.objects.get(code="budget")
    post(browser, "paper-add", closing.pk, item.pk, data={"file": SimpleUploadedFile("预算.pdf", b"%PDF-1.4 x")})
    entry = DossierEntry.objects.select_related("file").get()
    path_of(entry.file).unlink()
    lost = page(browser, "paper-file", entry.pk)
    assert (lost.status_code, lost.context["text"]) == (
        404,
        "文件“预算.pdf”在服务器上已损坏或丢失，请重新上传，或请管理员从备份恢复。",
    )


def test_enrolling_says_how_many_seats_are_left(browser, enrolling, people):
    url = reverse("trainings:town-enrol", args=[enrolling.pk])
    assert "还剩 3 个名额" in browser.get(url).content.decode()
    picked = {"member": [str(member.pk) for member in people]}
    assert said(post(browser, "town-enrol", enrolling.pk, data=picked)) == ["录取 3 人，名额已满，候补 2 人。"]
