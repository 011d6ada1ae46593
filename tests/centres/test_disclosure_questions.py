"""Members ask about published accounts, the town answers, and the desk is reminded of what waits too long."""

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from centres.actions import disclosures as way
from centres.actions.questions import answer_question, ask_question
from centres.models import Disclosure, DisclosureQuestion
from centres.unanswered import QUESTION_OPEN
from juxian.audit.models import AuditEntry
from juxian.messages.models import InboxMessage
from juxian.obligations.models import Obligation
from juxian.obligations.sweep import sweep
from juxian.rules.models import Rule
from tests.centres.disclosure_rows import drafted, published, second_clerk
from tests.factories import BranchFactory, MemberFactory, UserFactory

__all__ = ["second_clerk"]  # a fixture


@pytest.fixture
def accounts(town, clerk, second_clerk, county) -> Disclosure:
    return published(drafted(town, clerk), clerk, second_clerk, county)


@pytest.fixture
def ask(accounts, member):
    return partial(ask_question, disclosure=accounts, member=member, by=member.user)


def refused(act, code: str) -> list[str]:
    with pytest.raises(ValidationError) as refusal:
        act()
    assert {error.code for error in refusal.value.error_list} == {code}
    return refusal.value.messages


def test_a_question_is_answered_and_the_asker_told(ask, member, clerk) -> None:
    row = ask(text="  用餐标准怎么定的？ ")
    done = answer_question(question=row, answer="按规定标准，据实结算。", by=clerk)
    assert (done.text, done.answer, done.answered_by) == ("用餐标准怎么定的？", "按规定标准，据实结算。", clerk)
    letters = InboxMessage.objects.filter(member=member).values_list("title", "body", "link")
    assert list(letters) == [
        (
            "您问的账目有答复了",
            "您问：用餐标准怎么定的？\n答复：按规定标准，据实结算。",
            f"/me/accounts/{row.disclosure_id}/",
        )
    ]


def test_asking_and_answering_twice_is_once(ask, clerk) -> None:
    assert ask(text="问一遍") == ask(text="问一遍")
    row = DisclosureQuestion.objects.get()
    answer_question(question=row, answer="答一遍", by=clerk)
    entries = AuditEntry.objects.count()
    answer_question(question=row, answer="答一遍", by=clerk)
    assert AuditEntry.objects.count() == entries
    assert refused(partial(answer_question, question=row, answer="换个说法", by=clerk), "answered") == [
        "这个问题已经答复并公开，不能再改。"
    ]


def test_three_questions_a_day_are_enough_and_tomorrow_is_another_day(ask) -> None:
    with time_machine.travel(timezone.make_aware(timezone.datetime(2026, 11, 23, 10)), tick=False):
        for number in range(3):
            ask(text=f"问题{number}")
        assert refused(partial(ask, text="第四个"), "often") == ["今天已经问了 3 个问题，请明天再问。"]
        ask(text="问题1")  # asked already
    with time_machine.travel(timezone.make_aware(timezone.datetime(2026, 11, 24, 0, 1)), tick=False):
        ask(text="第四个")
    assert DisclosureQuestion.objects.count() == 4


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (" \n ", "reason", "问题还空着。"),
        ("\u200b\u3164", "reason", "问题还空着。"),
        ("问" * 301, "long", "问题最多 300 字，现在有 301 字。"),
        (
            "打１３８ ００１３ ８０００",
            "secrecy",
            "问题有手机号码：“打１３８ ００１３ ８０００”。问题会给全镇党员看，请去掉再问。",
        ),
    ],
)
def test_a_refusal_is_one_sentence(ask, text, code, words) -> None:
    assert refused(partial(ask, text=text), code) == [words]
    assert DisclosureQuestion.objects.count() == 0


def test_only_members_of_the_town_ask_and_only_about_what_is_published(ask, accounts, other_town, clerk) -> None:
    stranger = MemberFactory(branch=BranchFactory(town=other_town), user=UserFactory())
    refused(partial(ask, member=stranger, text="外镇的问"), "town")
    draft = Disclosure(town=accounts.town, state=Disclosure.State.DRAFT)
    refused(partial(ask, disclosure=draft, text="草稿里的问"), "town")


def test_what_was_corrected_takes_no_questions_and_keeps_the_old_ones(
    ask, accounts, clerk, second_clerk, county, member, client
) -> None:
    old = ask(text="改以前问的")
    fix = way.correct_disclosure(disclosure=accounts, by=clerk)
    ask(text="更正还没公布")
    way.change_disclosure(
        disclosure=fix, title=fix.title, starts_on=fix.starts_on, ends_on=fix.ends_on, text="补一项", by=clerk
    )
    published(fix, clerk, second_clerk, county)
    assert refused(partial(ask, text="改以后问的"), "corrected") == [f"这一份已由“{fix}”更正，请到那一份里提问。"]
    assert ask(text="改以前问的") == old
    answer_question(question=old, answer="照样答。", by=clerk)
    client.force_login(member.user)
    shown = client.get(f"/me/accounts/{accounts.pk}/")
    assert [one.answer for one, _ in shown.context["questions"]] == ["照样答。", ""]
    assert not shown.context["may_ask"]
    assert shown.content.decode().count(f'href="/me/accounts/{fix.pk}/"') == 2  # above, and where the form was
    assert client.get(f"/me/accounts/{fix.pk}/").context["may_ask"]


def test_an_answer_is_scanned_as_the_accounts_are(ask, clerk, town) -> None:
    MemberFactory(name="示例会计", branch__town=town)
    row = ask(text="示例会计经手吗？")
    act = partial(answer_question, question=row, by=clerk)
    assert refused(partial(act, answer="是，打他电话13800138000"), "secrecy") == [
        "答复有手机号码：“是，打他电话13800138000”。去掉后再公开。",
        "有示例会计等与本镇党员或讲师相同的名字，确要保留，请写明理由。",
    ]
    done = act(answer="由出纳经手。", names_reason="职务行为，本人知道")
    assert (done.is_answered, done.names_reason) == (True, "职务行为，本人知道")


def test_another_town_does_not_answer(ask, other_clerk) -> None:
    with pytest.raises(PermissionDenied):
        answer_question(question=ask(text="问"), answer="外镇来答", by=other_clerk)


def test_who_reads_what(ask, accounts, member, clerk, other_town) -> None:
    own_town = MemberFactory(branch=member.branch, user=UserFactory()).user
    stranger = MemberFactory(branch=BranchFactory(town=other_town), user=UserFactory()).user
    gone = MemberFactory(branch=member.branch, user=UserFactory(), left_on=timezone.localdate()).user
    row = ask(text="谁看得到？")
    read = DisclosureQuestion.objects.listed_to
    assert [read(user).count() for user in (member.user, own_town, stranger, gone)] == [1, 0, 0, 0]
    answer_question(question=row, answer="本镇党员。", by=clerk)
    assert [read(user).count() for user in (member.user, own_town, stranger, gone)] == [1, 1, 0, 0]
    published_to = Disclosure.objects.mine
    assert [published_to(user).count() for user in (member.user, stranger, gone, clerk)] == [1, 0, 0, 0]


def test_a_wider_audience_is_the_county_s_to_open(accounts, other_town, clerk, county) -> None:
    stranger = MemberFactory(branch=BranchFactory(town=other_town), user=UserFactory()).user
    Rule.objects.create(
        key="disclosure.wide", value=True, label="公开给全县", source="测试", valid_from=timezone.localdate()
    )
    assert [Disclosure.objects.mine(user).count() for user in (stranger, clerk)] == [1, 0]


def test_the_desk_is_reminded_once_of_a_question_that_waits(ask, town, clerk) -> None:
    first, second = ask(text="等着的"), ask(text="答了的")
    answer_question(question=second, answer="答了。", by=clerk)
    with time_machine.travel(timezone.now() + timedelta(days=6, hours=23), tick=False):
        sweep(timezone.now())
        assert Obligation.objects.filter(kind=QUESTION_OPEN).count() == 0
    with time_machine.travel(timezone.now() + timedelta(days=9), tick=False):
        sweep(timezone.now())
        sweep(timezone.now())
    letters = InboxMessage.objects.filter(town=town, key__startswith="disclosure-question").values_list("title", "link")
    assert list(letters) == [("党员问账目，9 天没有答复", f"/town/disclosure-questions/{first.pk}/answer/")]
