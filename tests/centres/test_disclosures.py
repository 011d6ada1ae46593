"""Accounts opened to the members: the way through check and approval, who may, and that nothing published changes."""

from datetime import date
from decimal import Decimal
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from centres.actions import disclosures as way
from centres.models import Disclosure, DisclosureHead, DisclosureItem
from juxian.audit.models import AuditEntry
from juxian.messages.models import InboxMessage
from juxian.people.models import User
from tests.centres import money_rows
from tests.centres.disclosure_rows import (
    FIRST,
    LAST,
    YEAR,
    checked,
    drafted,
    keep_books,
    published,
    second_clerk,
    second_county,
)
from tests.factories import LecturerFactory, MemberFactory
from tests.flushing import guards_off

__all__ = ["second_clerk", "second_county"]  # fixtures
State = Disclosure.State


def refused(act, code: str) -> list[str]:
    with pytest.raises(ValidationError) as refusal:
        act()
    errors = getattr(refusal.value, "error_list", [])
    assert {error.code for error in errors} == {code}
    return refusal.value.messages


def said(row: Disclosure) -> list[tuple[str, Decimal, Decimal, list[tuple[str, Decimal]]]]:
    heads = DisclosureHead.objects.filter(disclosure=row).prefetch_related("spendings")
    return [
        (one.name, one.budget, one.spent, [(item.text, item.amount) for item in one.spendings.all()]) for one in heads
    ]


def state_of(row: Disclosure) -> str:
    return Disclosure.objects.get(pk=row.pk).state


def test_what_was_spent_before_is_not_left_again(town, clerk) -> None:
    """The second half of a year, and one of an older release that did not keep what went before."""
    keep_books(town, clerk)
    row = way.open_disclosure(
        town=town, title="下半年", starts_on=date(YEAR, 6, 1), ends_on=date(YEAR, 12, 31), text="办班。", by=clerk
    )
    assert [(one.budget, one.spent_before, one.spent, one.left) for one in row.heads.all()] == [
        (Decimal("20000.00"), Decimal("3000.00"), Decimal("0.00"), Decimal("17000.00")),
        (Decimal("8000.50"), Decimal("0.00"), Decimal("1200.40"), Decimal("6800.10")),
    ]
    assert (way.total_of(row)["before"], way.total_of(row)["left"]) == (Decimal("3000.00"), Decimal("23800.10"))
    row.heads.filter(order=1).update(spent_before=None)
    assert (way.total_of(row)["before"], way.total_of(row)["left"]) == (None, None)


# The way ----------------------------------------------------------------------------------------------


def test_the_way_from_the_books_to_the_members(town, clerk, second_clerk, county) -> None:
    row = drafted(town, clerk)
    assert said(row) == [
        ("师资费", Decimal("20000.00"), Decimal("3000.00"), [("春季轮训讲课费", Decimal("3000.00"))]),
        ("伙食费", Decimal("8000.50"), Decimal("1200.40"), [("春季轮训用餐", Decimal("1200.40"))]),
    ]
    done = published(row, clerk, second_clerk, county)
    steps = (done.state, done.proposed_by, done.checked_by, done.approved_by, done.published_by)
    assert steps == (State.PUBLISHED, clerk, second_clerk, county, clerk)
    assert way.total_of(done) == {
        "budget": Decimal("28000.50"),
        "before": Decimal("0.00"),
        "spent": Decimal("4200.40"),
        "left": Decimal("23800.10"),
    }
    entries = AuditEntry.objects.filter(action__startswith="centres.disclosure_").order_by("pk")
    assert [entry.action.split("_")[1] for entry in entries] == ["open", "propose", "check", "approve", "publish"]
    titles = InboxMessage.objects.order_by("pk").values_list("town", "user", "title")
    assert list(titles) == [
        (town.pk, None, f"等保密审查：{row}"),
        (None, county.pk, f"等您批准：{row}"),
        (town.pk, None, f"已批准：{row}"),
    ]


def test_no_column_says_who_was_paid(town, clerk) -> None:
    row = drafted(town, clerk)
    parts = [*DisclosureHead.objects.filter(disclosure=row), *DisclosureItem.objects.filter(head__disclosure=row)]
    values = [str(getattr(part, column.attname)) for part in parts for column in part._meta.concrete_fields]
    assert [value for value in values if "示例收款人" in value] == []


def test_a_part_of_the_year_counts_only_what_lies_in_it(town, clerk) -> None:
    row = drafted(town, clerk)
    way.change_disclosure(disclosure=row, title="下半年", starts_on=date(YEAR, 4, 1), ends_on=LAST, text="", by=clerk)
    assert [(name, spent, len(items)) for name, _, spent, items in said(row)] == [
        ("师资费", Decimal(0), 0),
        ("伙食费", Decimal("1200.40"), 1),
    ]


def test_what_was_spent_after_the_copy_is_taken_up_when_it_is_proposed_and_not_later(town, clerk, second_clerk) -> None:
    row, meals = drafted(town, clerk), money_rows.head("meals")
    money_rows.expense(town, clerk, meals, "10.00", on=date(YEAR, 8, 1))
    way.propose_disclosure(disclosure=row, by=clerk)
    money_rows.expense(town, clerk, meals, "20.00", on=date(YEAR, 8, 2))
    way.check_disclosure(disclosure=row, by=second_clerk)
    assert said(row)[1][2] == Decimal("1210.40")


def test_every_step_twice_is_once(town, clerk, second_clerk, county) -> None:
    row = drafted(town, clerk)
    again = partial(way.open_disclosure, town=town, title=row.title, starts_on=FIRST, ends_on=LAST, text=row.text)
    assert again(by=clerk) == row
    for act, by in (
        (way.propose_disclosure, clerk),
        (way.check_disclosure, second_clerk),
        (way.approve_disclosure, county),
        (way.publish_disclosure, clerk),
    ):
        first = act(disclosure=row, by=by)
        entries, letters = AuditEntry.objects.count(), InboxMessage.objects.count()
        second = act(disclosure=row, by=by)
        assert (second.state, second.seen) == (first.state, first.seen)
        assert (AuditEntry.objects.count(), InboxMessage.objects.count()) == (entries, letters)
    assert way.correct_disclosure(disclosure=row, by=clerk) == way.correct_disclosure(disclosure=row, by=clerk)


def test_returned_with_a_comment_and_proposed_again(town, clerk, second_clerk, county) -> None:
    row = checked(drafted(town, clerk), clerk, second_clerk)
    assert refused(partial(way.return_disclosure, disclosure=row, comment=" ", by=county), "reason") == [
        "退回要写明意见，提出的人才知道改什么。"
    ]
    back = way.return_disclosure(disclosure=row, comment="用途写细一点", by=county)
    assert (back.state, back.comment, back.proposed_by, back.checked_by) == (State.DRAFT, "用途写细一点", None, None)
    assert way.return_disclosure(disclosure=row, comment="用途写细一点", by=county) == back
    item = DisclosureItem.objects.filter(head__disclosure=row).order_by("head__order")[0]
    way.reword_item(item=item, text="春季轮训 4 个半天的讲课费", by=clerk)
    again = way.propose_disclosure(disclosure=row, by=clerk)
    assert (again.state, again.comment, said(again)[0][3]) == (
        State.PROPOSED,
        "",
        [("春季轮训 4 个半天的讲课费", Decimal("3000.00"))],
    )
    assert InboxMessage.objects.filter(town=town, title=f"被退回：{row}").count() == 1


def test_everything_missing_is_said_at_once(town, clerk) -> None:
    this_year = timezone.localdate().year
    row = way.open_disclosure(
        town=town, title="今年", starts_on=date(this_year, 1, 1), ends_on=date(this_year, 12, 31), by=clerk
    )
    assert refused(partial(way.propose_disclosure, disclosure=row, by=clerk), "missing") == [
        f"账目写到 {this_year}年12月31日，这一天还没过完，到期后再提出。",
        "这段时间账上没有支出，先在“经费”里入账，或改账目的起止日期。",
    ]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(YEAR, 5, 1), date(YEAR, 4, 30)),
        (date(YEAR, 5, 1), date(YEAR + 1, 4, 30)),
        (date(1800, 1, 1), date(1800, 12, 31)),
        (date(YEAR + 2, 1, 1), date(YEAR + 2, 12, 31)),
    ],
)
def test_days_in_disorder_in_two_years_or_out_of_all_time_are_refused(town, clerk, first, last) -> None:
    act = partial(way.open_disclosure, town=town, title="倒着写", starts_on=first, ends_on=last, by=clerk)
    assert len(refused(act, "period")) == 1
    assert Disclosure.objects.count() == 0


def test_a_period_is_disclosed_once(town, clerk) -> None:
    drafted(town, clerk)
    act = partial(way.open_disclosure, town=town, title="另一份", starts_on=FIRST, ends_on=LAST, by=clerk)
    with pytest.raises(ValidationError, match="这一期已有一份"):
        act()
    assert Disclosure.objects.count() == 1


def half(town, by, first: int, last: int) -> Disclosure:
    ends_on = date(YEAR, last, 30)
    title = f"{first} 至 {last} 月"
    return way.open_disclosure(town=town, title=title, starts_on=date(YEAR, first, 1), ends_on=ends_on, by=by)


OVERLAP = (
    f"{YEAR}年1月1日至{YEAR}年12月31日的账目已在“{YEAR} 年度培训经费”里（%s），"
    "同一天的账只公开一次。请改起止日期；那一份有错的，对它做更正。"
)


def test_days_that_are_disclosed_are_not_disclosed_again(frozen, town, clerk) -> None:
    assert refused(partial(half, town, clerk, 4, 6), "overlap") == [OVERLAP % "已公布"]
    assert Disclosure.objects.count() == 1


def test_of_two_drafts_of_the_same_days_one_goes_on(town, clerk, other_town, other_clerk) -> None:
    whole, part = drafted(town, clerk), half(town, clerk, 4, 6)
    way.propose_disclosure(disclosure=whole, by=clerk)
    assert way.missing_to_propose(part, timezone.localdate()) == [OVERLAP % "待保密审查"]
    refused(partial(way.propose_disclosure, disclosure=part, by=clerk), "missing")
    act = partial(way.change_disclosure, disclosure=part, title="晚些", text="", by=clerk)
    refused(partial(act, starts_on=LAST, ends_on=LAST), "overlap")
    assert half(other_town, other_clerk, 4, 6).state == State.DRAFT
    Disclosure.objects.filter(pk=part.pk).update(state=State.APPROVED)  # as it could stand before it was refused
    refused(partial(way.publish_disclosure, disclosure=part, by=clerk), "overlap")


def test_what_was_corrected_leaves_its_days_to_the_correction(frozen, town, clerk, second_clerk, county) -> None:
    fix = way.correct_disclosure(disclosure=frozen, by=clerk)
    act = partial(way.change_disclosure, disclosure=fix, title=fix.title, text="只到六月。", by=clerk)
    published(act(starts_on=FIRST, ends_on=date(YEAR, 6, 30)), clerk, second_clerk, county)
    assert half(town, clerk, 7, 9).state == State.DRAFT
    (text,) = refused(partial(half, town, clerk, 6, 9), "overlap")
    assert f"“{fix}”" in text


def test_a_draft_can_be_dropped_and_nothing_else(town, clerk) -> None:
    row = drafted(town, clerk)
    way.propose_disclosure(disclosure=row, by=clerk)
    refused(partial(way.drop_disclosure, disclosure=row, by=clerk), "state")
    way.withdraw_disclosure(disclosure=row, by=clerk)
    way.drop_disclosure(disclosure=row, by=clerk)
    way.drop_disclosure(disclosure=row, by=clerk)
    assert (Disclosure.objects.count(), DisclosureItem.objects.count()) == (0, 0)


# Who --------------------------------------------------------------------------------------------------


def test_nobody_checks_or_approves_what_they_proposed(town, clerk, second_clerk, county) -> None:
    row = drafted(town, county)
    way.propose_disclosure(disclosure=row, by=county)
    assert refused(partial(way.check_disclosure, disclosure=row, by=county), "own") == [
        "这是您自己提出的，要由另一个人作保密审查。"
    ]
    way.check_disclosure(disclosure=row, by=clerk)
    assert refused(partial(way.approve_disclosure, disclosure=row, by=county), "own") == [
        "这是您自己提出的，要由另一个人批准。"
    ]
    refused(partial(way.return_disclosure, disclosure=row, comment="自己退", by=county), "own")
    assert state_of(row) == State.CHECKED


def test_who_checked_does_not_approve(town, clerk, county, second_county) -> None:
    row = checked(drafted(town, clerk), clerk, county)
    assert refused(partial(way.approve_disclosure, disclosure=row, by=county), "checker") == [
        "保密审查是您做的，要由另一位县级管理员批准。"
    ]
    assert way.approve_disclosure(disclosure=row, by=second_county).approved_by == second_county


def test_the_only_one_who_can_approve_leaves_the_check_to_the_town(town, clerk, second_clerk, county) -> None:
    row = drafted(town, clerk)
    way.propose_disclosure(disclosure=row, by=clerk)
    assert refused(partial(way.check_disclosure, disclosure=row, by=county), "alone") == [
        "审查和批准要两个人，能批准的县级账号只有您一个。保密审查请交给本镇另一位同志"
        "（镇里没有第二个账号的，先在“岗位”里请人任职），您留着批准。"
    ]
    way.check_disclosure(disclosure=row, by=second_clerk)
    assert way.approve_disclosure(disclosure=row, by=county).approved_by == county


def test_the_only_one_left_after_checking_is_told_to_send_it_back(town, clerk, county, second_county) -> None:
    row = checked(drafted(town, clerk), clerk, county)
    User.objects.filter(pk=second_county.pk).update(is_active=False)
    (text,) = refused(partial(way.approve_disclosure, disclosure=row, by=county), "checker")
    assert text == (
        "保密审查是您做的，能批准的县级账号又只有您一个。请退回，重新提出后由本镇另一位同志作保密审查，您再批准。"
    )
    assert way.return_disclosure(disclosure=row, comment="请另一位审查", by=county).state == State.DRAFT


def same_checker(row: Disclosure, who) -> None:
    """As it could be written before it was refused."""
    now = timezone.now()
    Disclosure.objects.filter(pk=row.pk).update(state=State.APPROVED, checked_by=who, approved_by=who, approved_at=now)


def test_the_database_wants_two_people_too(town, clerk, county) -> None:
    row = drafted(town, clerk)
    way.propose_disclosure(disclosure=row, by=clerk)
    with pytest.raises(DatabaseError, match="保密审查和批准要由两个人做"), transaction.atomic():
        same_checker(row, county)
    assert state_of(row) == State.PROPOSED


def test_what_one_person_approved_before_is_sent_back_first(town, clerk, county) -> None:
    row = drafted(town, clerk)
    way.propose_disclosure(disclosure=row, by=clerk)
    with guards_off():
        same_checker(row, county)
    refused(partial(way.publish_disclosure, disclosure=row, by=clerk), "checker")
    assert way.return_disclosure(disclosure=row, comment="请另一位审查", by=county).state == State.DRAFT


@pytest.mark.parametrize("column", ["checked_by", "approved_by"])
def test_the_database_refuses_it_too(town, clerk, column) -> None:
    row = drafted(town, clerk)
    way.propose_disclosure(disclosure=row, by=clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Disclosure.objects.filter(pk=row.pk).update(**{column: clerk})


def test_only_the_county_approves_and_another_town_does_nothing(town, clerk, second_clerk, other_clerk) -> None:
    row = drafted(town, clerk)
    for act in (way.propose_disclosure, way.check_disclosure, way.withdraw_disclosure, way.drop_disclosure):
        with pytest.raises(PermissionDenied):
            act(disclosure=row, by=other_clerk)
    checked(row, clerk, second_clerk)
    with pytest.raises(PermissionDenied):
        way.approve_disclosure(disclosure=row, by=second_clerk)
    assert state_of(row) == State.CHECKED


def test_what_was_proposed_anew_is_looked_at_anew(town, clerk, second_clerk, county) -> None:
    row = checked(drafted(town, clerk), clerk, second_clerk)
    seen = row.seen
    way.withdraw_disclosure(disclosure=row, by=clerk)
    checked(row, clerk, second_clerk)
    refused(partial(way.approve_disclosure, disclosure=row, by=county, seen=seen), "changed")
    row.refresh_from_db()
    assert way.approve_disclosure(disclosure=row, by=county, seen=row.seen).state == State.APPROVED


@pytest.mark.parametrize("step", ["propose", "check", "approve", "publish"])
def test_no_step_is_skipped(town, clerk, second_clerk, county, step) -> None:
    """From the draft nothing but proposing works; after publishing nothing goes back."""
    row = drafted(town, clerk)
    acts = {
        "check": partial(way.check_disclosure, by=second_clerk),
        "approve": partial(way.approve_disclosure, by=county),
        "publish": partial(way.publish_disclosure, by=clerk),
    }
    if step in acts:
        refused(partial(acts[step], disclosure=row), "state")
        return
    published(row, clerk, second_clerk, county)
    refused(partial(way.propose_disclosure, disclosure=row, by=clerk), "state")
    refused(partial(way.withdraw_disclosure, disclosure=row, by=clerk), "state")
    refused(partial(way.return_disclosure, disclosure=row, comment="晚了", by=county), "state")
    item = DisclosureItem.objects.filter(head__disclosure=row)[0]
    refused(partial(way.reword_item, item=item, text="改一改", by=clerk), "state")


# Secrecy ----------------------------------------------------------------------------------------------


def test_a_phone_number_stops_it_and_the_sentence_says_where(town, clerk, second_clerk, county) -> None:
    row = drafted(
        town, clerk, text="报名找老周，\n电话１３８ ００１３ ８０００。", second="餐费，卡号 6222020200112345678"
    )
    way.propose_disclosure(disclosure=row, by=clerk)
    refusal = [
        "说明第 2 行有手机号码：“…名找老周， 电话１３８ ００１３ ８０００。”。请退回，去掉后再公开。",
        "“伙食费”第 1 笔有账号或长号码：“餐费，卡号 6222020200112345678”。请退回，去掉后再公开。",
    ]
    assert refused(partial(way.check_disclosure, disclosure=row, by=second_clerk), "secrecy") == refusal
    for state, act in (
        (State.CHECKED, partial(way.approve_disclosure, by=county, names_reason="有理由")),
        (State.APPROVED, partial(way.publish_disclosure, by=clerk)),
    ):  # had it come so far, it would come no farther
        Disclosure.objects.filter(pk=row.pk).update(state=state)
        assert refused(partial(act, disclosure=row), "secrecy") == refusal
        assert state_of(row) == state


def test_a_name_needs_a_reason_which_is_kept(town, clerk, second_clerk, county) -> None:
    MemberFactory(name="示例先进", branch__town=town)
    LecturerFactory(name="示例讲师")
    row = checked(drafted(town, clerk, text="表彰示例先进，感谢示 例 讲师。"), clerk, second_clerk)
    assert refused(partial(way.approve_disclosure, disclosure=row, by=county), "secrecy") == [
        "文字里有示例先进、示例讲师等与本镇党员或讲师相同的名字，保留要写明理由，否则请退回。"
    ]
    done = way.approve_disclosure(disclosure=row, by=county, names_reason="本人同意，登在表彰通报里")
    assert (done.names_kept, done.names_reason) == (["示例先进", "示例讲师"], "本人同意，登在表彰通报里")
    assert way.publish_disclosure(disclosure=row, by=clerk).is_published


def test_what_nobody_can_see_is_no_text(town, clerk, second_clerk, county) -> None:
    MemberFactory(name="示例先进", branch__town=town)
    row = checked(drafted(town, clerk, text="表彰示例先进。"), clerk, second_clerk)
    refused(partial(way.approve_disclosure, disclosure=row, by=county, names_reason="\u200b"), "secrecy")
    refused(partial(way.return_disclosure, disclosure=row, comment="\u3164", by=county), "reason")
    act = partial(way.open_disclosure, town=town, starts_on=FIRST, ends_on=LAST, by=clerk)
    refused(partial(act, title="\u200b\ufeff"), "reason")


def test_a_name_that_became_one_after_the_approval_stops_the_publishing(town, clerk, second_clerk, county) -> None:
    row = checked(drafted(town, clerk, text="由示例后来负责。"), clerk, second_clerk)
    way.approve_disclosure(disclosure=row, by=county)
    MemberFactory(name="示例后来", branch__town=town)
    refused(partial(way.publish_disclosure, disclosure=row, by=clerk), "secrecy")
    assert state_of(row) == State.APPROVED


@pytest.mark.parametrize("rows", [1, 3])
def test_the_scan_takes_as_many_queries_however_much_there_is(town, clerk, rows, django_assert_num_queries) -> None:
    row = drafted(town, clerk)
    for number in range(rows):
        MemberFactory(name=f"示例党员{number}", branch__town=town)
        LecturerFactory(name=f"示例讲师{number}")
        money_rows.expense(town, clerk, money_rows.head("meals"), "1.00", on=date(YEAR, 9, 1))
    row = Disclosure.objects.select_related("town").get(pk=row.pk)
    with django_assert_num_queries(3):
        way.hits_of(row)


# Frozen -----------------------------------------------------------------------------------------------


@pytest.fixture
def frozen(town, clerk, second_clerk, county) -> Disclosure:
    return published(drafted(town, clerk), clerk, second_clerk, county)


def changes(row: Disclosure):
    heads = DisclosureHead.objects.filter(disclosure=row)
    items = DisclosureItem.objects.filter(head__disclosure=row)
    head, item = heads[0], items[0]
    spare = {"number": 9, "source": 9, "day": LAST, "text": "塞进来", "amount": 1}
    return {
        "text": lambda: Disclosure.objects.filter(pk=row.pk).update(text="改了"),
        "state": lambda: Disclosure.objects.filter(pk=row.pk).update(
            state="draft", published_at=None, published_by=None
        ),
        "delete": lambda: Disclosure.objects.filter(pk=row.pk)._raw_delete("default"),
        "head": lambda: heads.update(spent=0),
        "head gone": lambda: (
            heads.exclude(spendings__isnull=False)._raw_delete("default") or heads._raw_delete("default")
        ),
        "head more": lambda: DisclosureHead.objects.create(disclosure=row, order=9, name="多的", budget=1, spent=1),
        "item": lambda: DisclosureItem.objects.filter(pk=item.pk).update(amount=1),
        "item gone": lambda: DisclosureItem.objects.filter(pk=item.pk)._raw_delete("default"),
        "item more": lambda: DisclosureItem.objects.create(head=head, **spare),
    }


KINDS = ["text", "state", "delete", "head", "head gone", "head more", "item", "item gone", "item more"]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_published_changes(frozen, kind) -> None:
    before = said(frozen)
    with pytest.raises(DatabaseError, match="已公布的账目不能修改或删除"), transaction.atomic():
        changes(frozen)[kind]()
    assert (said(frozen), state_of(frozen)) == (before, State.PUBLISHED)


@pytest.mark.parametrize("kind", ["text", "head", "head more", "item", "item gone", "item more"])
def test_twin_without_the_guard_it_does(frozen, kind) -> None:
    before = (said(frozen), frozen.text)
    with guards_off():
        changes(frozen)[kind]()
    assert (said(frozen), Disclosure.objects.get(pk=frozen.pk).text) != before


def test_a_draft_is_no_published_one(town, clerk) -> None:
    row = drafted(town, clerk)
    for kind in KINDS:
        if kind not in ("head gone", "delete", "state"):
            changes(row)[kind]()


def test_a_correction_is_a_new_one_for_the_same_time(frozen, town, clerk, second_clerk, county) -> None:
    fix = way.correct_disclosure(disclosure=frozen, by=clerk)
    assert (fix.corrects, fix.title, fix.state) == (frozen, f"{frozen.title}（更正）", State.DRAFT)
    refused(partial(way.propose_disclosure, disclosure=fix, by=clerk), "missing")
    way.change_disclosure(
        disclosure=fix, title=fix.title, starts_on=FIRST, ends_on=LAST, text="用餐多记了一次，已冲销。", by=clerk
    )
    published(fix, clerk, second_clerk, county)
    assert [row.pk for row in Disclosure.objects.published()] == [fix.pk, frozen.pk]
    assert way.correct_disclosure(disclosure=fix, by=clerk).title == f"{frozen.title}（更正）"


def test_a_draft_is_corrected_by_changing_it(town, clerk) -> None:
    refused(partial(way.correct_disclosure, disclosure=drafted(town, clerk), by=clerk), "state")


def test_the_books_of_another_town_stay_out(town, other_town, clerk, other_clerk) -> None:
    keep_books(other_town, other_clerk, first="外镇的讲课费")
    assert [items for *_, items in said(drafted(town, clerk))][0] == [("春季轮训讲课费", Decimal("3000.00"))]
