"""Every gate lists all that is missing at once."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from tests.factories import LecturerFactory, RoomFactory
from tests.trainings.conftest import mark_all, seated, sessions_of, waive_rest
from trainings import actions
from trainings.gates import missing_at
from trainings.models import DossierItem, Session, TrainingClass
from trainings.registry import Gate, Missing, registry

State = TrainingClass.State


def texts(act) -> list[str]:
    with pytest.raises(ValidationError) as refusal:
        act()
    return refusal.value.messages


def test_bare_class_is_told_everything(line, clerk):
    bare = actions.open_class_from_line(line=line, by=clerk, starts_on=timezone.localdate(), contact="", safety_note="")
    assert texts(lambda: actions.submit_class(training_class=bare, by=clerk)) == [
        "还没写培训目的。",
        "还没写联系人。",
        "还没写安全及纪律要求。",
        "课程表是空的，至少排一次课。",
    ]
    assert TrainingClass.objects.get(pk=bare.pk).state == State.DRAFT


def test_class_without_lecturer_and_place_is_refused(draft, clerk, room):
    small = RoomFactory(centre=room.centre, capacity=2)
    first, second = sessions_of(draft)
    actions.change_session(session=first, by=clerk, lecturer=None)
    actions.change_session(session=second, by=clerk, room=None)
    day = f"{draft.starts_on.month}月{draft.starts_on.day}日"
    assert texts(lambda: actions.submit_class(training_class=draft, by=clerk)) == [
        f"{day}上午“第上午讲”还没选授课人。",
        f"{day}下午“第下午讲”还没选地点。",
    ]
    actions.change_session(session=second, by=clerk, room=small)
    assert texts(lambda: actions.submit_class(training_class=draft, by=clerk)) == [
        f"{day}上午“第上午讲”还没选授课人。",
        f"{day}下午“第下午讲”的{small}只能坐 2 人，少于名额 3 人。",
    ]


def test_each_missing_thing_leads_somewhere(draft, clerk):
    first, _ = sessions_of(draft)
    actions.change_session(session=first, by=clerk, lecturer=None)
    assert [item.link for item in missing_at(Gate.SUBMIT, draft)] == [f"/town/sessions/{first.pk}/edit/"]


def test_closing_lists_unmarked_and_future_sessions(running, clerk):
    morning, afternoon = sessions_of(running)
    tomorrow = timezone.localdate() + timedelta(days=1)
    Session.objects.filter(pk=afternoon.pk).update(day=tomorrow)
    people = seated(running)
    actions.save_roster(session=morning, statuses={people[0].pk: "present"}, key="a", by=clerk)
    today = timezone.localdate()
    assert texts(lambda: actions.begin_closing(training_class=running, by=clerk)) == [
        f"{today.month}月{today.day}日上午“第上午讲”还有 2 人没点名。",
        f"{tomorrow.month}月{tomorrow.day}日下午“第下午讲”还没上。",
    ]
    assert TrainingClass.objects.get(pk=running.pk).state == State.RUNNING


def test_cancelled_session_does_not_hold_closing(running, clerk):
    morning, afternoon = sessions_of(running)
    actions.cancel_session(session=afternoon, by=clerk)
    actions.save_roster(session=morning, statuses={row.pk: "late" for row in seated(running)}, key="a", by=clerk)
    assert actions.begin_closing(training_class=running, by=clerk).state == State.CLOSING


def test_archive_lists_every_missing_paper(closing, clerk):
    names = ["经费预算", "课件、讲义", "影像资料", "满意度测评表", "培训小结", "经费决算及票据"]
    wanted = [f"档案还缺“{name}”：上传，或写明原因后略过。" for name in names]
    wanted[names.index("培训小结")] = "还没写“培训小结”，请写小结。"
    assert texts(lambda: actions.archive_class(training_class=closing, by=clerk)) == wanted
    actions.change_class(training_class=closing, by=clerk, summary="办得很好")
    assert len(texts(lambda: actions.archive_class(training_class=closing, by=clerk))) == 5


def test_registered_checks_hold_the_gates_too(running, clerk):
    registry.gates[Gate.CLOSE].append(lambda c: [Missing("考试还没办。", "/x/")])
    mark_all(running, clerk)
    assert texts(lambda: actions.begin_closing(training_class=running, by=clerk)) == ["考试还没办。"]
    registry.gates[Gate.CLOSE].clear()
    followed = []
    registry.closing.append(followed.append)
    actions.begin_closing(training_class=running, by=clerk)
    actions.begin_closing(training_class=running, by=clerk)
    assert followed == [running]
    registry.gates[Gate.ARCHIVE].append(lambda c: [Missing("成绩还没公布。")])
    waive_rest(running, clerk)
    assert texts(lambda: actions.archive_class(training_class=running, by=clerk)) == ["成绩还没公布。"]


def test_registered_paper_counts_as_made(closing, clerk):
    registry.dossier["survey"] = lambda c: True
    missing = [item.text for item in missing_at(Gate.ARCHIVE, closing)]
    assert "档案还缺“满意度测评表”：上传，或写明原因后略过。" not in missing
    assert len(missing) == 5


def test_switched_off_item_is_not_asked_for(closing):
    DossierItem.objects.filter(code="accounts").update(is_active=False)
    assert len(missing_at(Gate.ARCHIVE, closing)) == 5


def test_moves_out_of_order_are_refused(draft, clerk, county):
    said = texts(lambda: actions.open_enrolment(training_class=draft, by=clerk))
    assert said == ["“秋季轮训班”现在是“草稿”，只有“已批准”时才能这样做。"]
    for act, by in (
        (actions.approve_class, county),
        (actions.start_class, clerk),
        (actions.begin_closing, clerk),
        (actions.archive_class, clerk),
    ):
        assert len(texts(lambda act=act, by=by: act(training_class=draft, by=by))) == 1
    assert TrainingClass.objects.get(pk=draft.pk).state == State.DRAFT


def test_class_does_not_start_without_anybody(enrolling, clerk):
    assert texts(lambda: actions.start_class(training_class=enrolling, by=clerk)) == ["还没有录取学员，先报名再开班。"]


def test_returned_class_is_a_draft_with_the_comment(draft, clerk, county):
    actions.submit_class(training_class=draft, by=clerk)
    assert texts(lambda: actions.return_class(training_class=draft, comment="", by=county)) == [
        "退回要写明意见，镇里才知道改什么。"
    ]
    returned = actions.return_class(training_class=draft, comment="换讲师", by=county)
    assert (returned.state, returned.return_comment, returned.submitted_by) == (State.DRAFT, "换讲师", None)
    assert actions.return_class(training_class=draft, comment="换讲师", by=county).return_comment == "换讲师"
    assert actions.submit_class(training_class=draft, by=clerk).return_comment == ""


def test_cancelled_class_tells_the_enrolled(running, clerk):
    assert texts(lambda: actions.cancel_class(training_class=running, reason=" ", by=clerk)) == ["取消要写明原因。"]
    assert actions.cancel_class(training_class=running, reason="大雪", by=clerk).state == State.CANCELLED
    assert actions.cancel_class(training_class=running, reason="又取消", by=clerk).cancel_reason == "大雪"
    member = seated(running)[0].member
    assert member.messages.filter(title="已取消：秋季轮训班").count() == 1


def test_marked_class_is_not_cancelled(running, clerk):
    mark_all(running, clerk)
    said = texts(lambda: actions.cancel_class(training_class=running, reason="大雪", by=clerk))
    assert said == ["已经点过名的班不能取消。可以取消剩下的课次，然后结班。"]


def test_codes_count_up_within_town_and_year(town, clerk):
    day = date(timezone.localdate().year + 1, 5, 4)
    fields = {"audience": "党员", "starts_on": day, "ends_on": day, "capacity": 5}
    codes = [actions.open_class(town=town, by=clerk, title=f"班{n}", **fields).code for n in range(3)]
    assert codes == [f"JN{day.year}-102-0{n}" for n in (1, 2, 3)]
    assert actions.open_class(town=town, by=clerk, title="班0", **fields).code == f"JN{day.year}-102-01"


def test_line_of_an_unapproved_plan_opens_nothing(town, clerk):
    plan = actions.open_plan(town=town, year=2027, by=clerk)
    line = actions.add_line(plan=plan, by=clerk, title="春训班", audience="党员", month=3, days=Decimal(1), people=9)
    said = texts(lambda: actions.open_class_from_line(line=line, by=clerk))
    assert said == ["大店镇2027年度培训计划还没批准，批准后才能开班。"]


def test_lecturer_and_room_are_not_in_two_places(draft, town, clerk, room):
    busy = sessions_of(draft)[0]
    other = actions.open_class(
        town=town, by=clerk, title="另一班", audience="党员", starts_on=busy.day, ends_on=busy.day, capacity=5
    )
    day = f"{busy.day.month}月{busy.day.day}日"
    said = texts(
        lambda: actions.add_session(
            training_class=other, by=clerk, day=busy.day, half="am", topic="课", lecturer=busy.lecturer, room=room
        )
    )
    assert said == [
        f"{day}上午，讲师{busy.lecturer}已排在“秋季轮训班”上课。请换一位讲师，或换个半天。",
        f"{day}上午，{room}已被“秋季轮训班”占用。请换个教室，或换个半天。",
    ]
    free = {"day": busy.day, "half": "xv", "topic": "课", "lecturer": busy.lecturer, "room": room}
    session = actions.add_session(training_class=other, by=clerk, **free)
    assert actions.add_session(training_class=other, by=clerk, **free) == session


def test_two_sessions_in_one_half_day_and_outside_the_dates_are_refused(draft, clerk, tomorrow):
    said = texts(
        lambda: actions.add_session(
            training_class=draft, by=clerk, day=draft.starts_on, half="am", topic="课", lecturer=LecturerFactory()
        )
    )
    assert said == ["这个班在该半天已经排了课。"]
    said = texts(lambda: actions.add_session(training_class=draft, by=clerk, day=tomorrow, half="am", topic="课"))
    day = draft.starts_on
    assert said == [f"课次日期要在开班期间（{day.year}年{day.month}月{day.day}日）内。"]


def test_marked_session_stays_as_it_was(running, clerk):
    mark_all(running, clerk)
    session = sessions_of(running)[0]
    when = f"“秋季轮训班”{session.day.month}月{session.day.day}日上午“第上午讲”"
    assert texts(lambda: actions.change_session(session=session, by=clerk, hours=Decimal(3))) == [
        f"{when}已经点过名，不能再改。"
    ]
    assert texts(lambda: actions.cancel_session(session=session, by=clerk)) == [f"{when}已经点过名，不能取消。"]


def test_approved_class_keeps_what_was_approved(enrolling, clerk):
    said = texts(lambda: actions.change_class(training_class=enrolling, by=clerk, title="换个名"))
    assert said == ["“秋季轮训班”现在是“报名中”，只有“草稿”时才能这样做。"]
    assert actions.change_class(training_class=enrolling, by=clerk, contact="新联系人").contact == "新联系人"
