"""Seats: quotas, waiting list, who may have one."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from juxian.people.models import Member
from tests.factories import BranchFactory, MemberFactory
from tests.trainings.conftest import mark_all, seated
from trainings import actions
from trainings.models import Enrolment, Quota, TrainingClass

Source, Seat = Enrolment.Source, Enrolment.State


def enrol(training_class, members, by, source=Source.LIST):
    return actions.enrol(training_class=training_class, members=members, source=source, by=by)


def refused(act) -> list[str]:
    with pytest.raises(ValidationError) as refusal:
        act()
    return refusal.value.messages


def test_seats_then_waiting_list_in_the_given_order(enrolling, people, clerk):
    result = enrol(enrolling, people, clerk)
    assert [row.member for row in result.seated] == people[:3]
    assert [row.member for row in result.waiting] == people[3:]
    assert [m.title for m in people[0].messages.all()] == ["请您参加：秋季轮训班"]
    assert people[3].messages.count() == 0


def test_those_already_in_are_answered_first(enrolling, people, clerk):
    enrol(enrolling, people[:3], clerk)
    again = enrol(enrolling, [people[0], people[4], people[4]], clerk)
    assert [row.member for row in again.already] == [people[0]]
    assert [row.member for row in again.waiting] == [people[4]]
    assert enrol(enrolling, people[:3], clerk).seated == []
    assert Enrolment.objects.count() == 4
    assert people[0].messages.count() == 1


def test_every_unfit_member_is_named(enrolling, people, other_town, town, clerk):
    branch = people[0].branch
    unfit = [
        MemberFactory(name="外镇人", branch=BranchFactory(town=other_town)),
        MemberFactory(name="免训人", branch=branch, is_exempt=True),
        MemberFactory(name="停籍人", branch=branch, status=Member.Status.SUSPENDED),
        MemberFactory(name="转出人", branch=branch, left_on="2020-01-01"),
    ]
    assert refused(lambda: enrol(enrolling, [people[0], *unfit], clerk)) == [
        "外镇人不是大店镇的党员。",
        f"免训人（{branch.name}）是免训人员。",
        "停籍人已停止党籍。",
        "转出人已转出。",
    ]
    assert Enrolment.objects.count() == 0


def test_quota_is_respected_for_quota_only(enrolling, people, clerk):
    first, second = people[0].branch, people[3].branch
    actions.set_quota(training_class=enrolling, branch=first, seats=2, by=clerk)
    assert refused(lambda: enrol(enrolling, people, clerk, Source.QUOTA)) == [
        "甲村党支部名额 2 人，已报 0 人，再报 3 人就超了。",
        "乙村党支部名额 0 人，已报 0 人，再报 2 人就超了。",
    ]
    assert len(enrol(enrolling, people[:2], clerk, Source.QUOTA).seated) == 2
    assert refused(lambda: enrol(enrolling, people[2:3], clerk, Source.QUOTA)) == [
        "甲村党支部名额 2 人，已报 2 人，再报 1 人就超了。"
    ]
    assert len(enrol(enrolling, people[2:3], clerk, Source.LIST).seated) == 1
    assert second.quotas.count() == 0


def test_quotas_stay_within_the_class(enrolling, people, clerk, other_town):
    first, second = people[0].branch, people[3].branch
    quota = actions.set_quota(training_class=enrolling, branch=first, seats=2, by=clerk)
    assert actions.set_quota(training_class=enrolling, branch=first, seats=2, by=clerk) == quota
    assert refused(lambda: actions.set_quota(training_class=enrolling, branch=second, seats=2, by=clerk)) == [
        "各支部名额合计 4 人，超过本班名额 3 人。"
    ]
    enrol(enrolling, people[:2], clerk, Source.QUOTA)
    assert refused(lambda: actions.set_quota(training_class=enrolling, branch=first, seats=1, by=clerk)) == [
        "甲村党支部已按名额报了 2 人，名额不能少于这个数。"
    ]
    stranger = BranchFactory(town=other_town, name="外镇支部")
    assert refused(lambda: actions.set_quota(training_class=enrolling, branch=stranger, seats=1, by=clerk)) == [
        "外镇支部不是大店镇的支部。"
    ]
    actions.set_quota(training_class=enrolling, branch=second, seats=1, by=clerk)
    actions.set_quota(training_class=enrolling, branch=second, seats=0, by=clerk)
    assert list(Quota.objects.values_list("branch__name", "seats")) == [("甲村党支部", 2)]


def test_cancelling_moves_the_first_waiting_up(enrolling, people, clerk):
    result = enrol(enrolling, people, clerk)
    gone = actions.cancel_enrolment(enrolment=result.seated[0], by=clerk, reason="生病")
    assert gone.state == Seat.CANCELLED
    assert actions.cancel_enrolment(enrolment=gone, by=clerk).cancelled_at == gone.cancelled_at
    assert {row.member for row in seated(enrolling)} == set(people[1:4])
    assert people[3].messages.count() == 1


def test_cancelled_person_comes_back_at_the_end_of_the_line(enrolling, people, clerk):
    result = enrol(enrolling, people, clerk)
    actions.cancel_enrolment(enrolment=result.seated[0], by=clerk)
    again = enrol(enrolling, [people[0]], clerk)
    assert [row.state for row in again.waiting] == [Seat.WAITING]
    actions.cancel_enrolment(enrolment=result.seated[1], by=clerk)
    assert {row.member for row in seated(enrolling)} == set(people[2:5])
    assert Enrolment.objects.count() == 5


def test_more_seats_take_in_the_waiting(enrolling, people, clerk):
    enrol(enrolling, people, clerk)
    actions.change_class(training_class=enrolling, by=clerk, capacity=4)
    assert {row.member for row in seated(enrolling)} == set(people[:4])
    assert refused(lambda: actions.change_class(training_class=enrolling, by=clerk, capacity=2)) == [
        "已录取 4 人，名额不能少于这个数。"
    ]


def test_marked_person_is_not_cancelled(running, clerk):
    mark_all(running, clerk)
    row = seated(running)[0]
    assert refused(lambda: actions.cancel_enrolment(enrolment=row, by=clerk)) == [
        f"{row.member.name}已经点过名，不能取消报名；没来的请点“缺席”或“请假”。"
    ]


def test_enrolling_has_its_time_and_its_people(draft, people, clerk, other_clerk):
    assert refused(lambda: enrol(draft, people, clerk)) == [
        "“秋季轮训班”现在是“草稿”，只有“报名中、进行中”时才能这样做。"
    ]
    with pytest.raises(PermissionDenied):
        enrol(draft, people, other_clerk)


def test_enrolling_many_costs_no_more_queries(enrolling, town, clerk, django_assert_max_num_queries):
    branch = BranchFactory(town=town)
    TrainingClass.objects.filter(pk=enrolling.pk).update(capacity=215)
    people = [MemberFactory(branch=branch) for _ in range(215)]
    with django_assert_max_num_queries(25):
        assert len(enrol(enrolling, people, clerk).seated) == 215
