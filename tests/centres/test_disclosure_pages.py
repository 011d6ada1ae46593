"""Pages of disclosed accounts: the clerk's, the county's and the members'."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from centres.actions import disclosures as way
from centres.actions.questions import answer_question, ask_question
from centres.models import Disclosure, DisclosureItem, DisclosureQuestion
from centres.seen import CHANGED
from juxian.people.models import User
from tests.centres import money_rows
from tests.centres.disclosure_rows import FIRST, LAST, YEAR, checked, drafted, keep_books, published, second_clerk
from tests.factories import BranchFactory, CentreFactory, GrantFactory, MemberFactory, UserFactory

__all__ = ["second_clerk"]  # a fixture


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="juxian.people.backends.PortalBackend")
    return client


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def move(client: Client, row: Disclosure, verb: str, **sent: str):
    return client.post(reverse("centres:disclosure-move", args=[row.pk, verb]), sent, follow=True)


def text_of(response) -> str:
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", response.content.decode()))


@pytest.fixture
def accounts(town, clerk, second_clerk, county) -> Disclosure:
    return published(drafted(town, clerk), clerk, second_clerk, county)


def test_a_clerk_makes_a_draft_rewords_it_and_proposes(town, clerk) -> None:
    CentreFactory(town=town)
    keep_books(town, clerk)
    client = browser(clerk)
    sent = {"title": "年度经费", "starts_on": FIRST, "ends_on": LAST, "text": "说明"}
    page = client.post("/town/centre/disclosures/add/", sent, follow=True)
    row = Disclosure.objects.get()
    assert page.redirect_chain == [(f"/town/centre/disclosures/{row.pk}/", 302)]
    item = DisclosureItem.objects.filter(head__disclosure=row).order_by("pk")[0]
    client.post(f"/town/disclosure-items/{item.pk}/edit/", {"text": "两个半天的讲课费"})
    client.post(f"/town/centre/disclosures/{row.pk}/edit/", sent | {"text": "改过的说明"})
    page = move(client, row, "propose")
    assert said(page)[-1:] == ["已提出。请本镇另一位同志或县里作保密审查。"]
    row.refresh_from_db()
    assert (row.state, row.text, row.proposed_by) == ("proposed", "改过的说明", clerk)
    assert "两个半天的讲课费" in text_of(page)
    for path in (
        f"/town/centre/disclosures/{row.pk}/edit/",
        f"/town/disclosure-items/{row.heads.get(order=1).spendings.get().pk}/edit/",
    ):
        assert said(client.get(path, follow=True)) == [f"{row}已提出，要改先撤回，或请审查人退回。"]


def test_two_windows_do_not_overwrite_one_another(town, clerk) -> None:
    row, client = drafted(town, clerk), browser(clerk)
    item = DisclosureItem.objects.filter(head__disclosure=row)[0]
    sent = {"title": row.title, "starts_on": FIRST, "ends_on": LAST}
    edit, reword = f"/town/centre/disclosures/{row.pk}/edit/", f"/town/disclosure-items/{item.pk}/edit/"
    for path, first, late in (
        (reword, {"text": "先存的"}, {"text": "后存的"}),
        (edit, sent | {"text": "先存的"}, sent | {"text": "后存的"}),
    ):
        seen = {"seen": client.get(path).context["seen"]}
        assert client.post(path, first | seen).status_code == 302
        page = client.post(path, late | seen)
        assert page.context["form"].non_field_errors() == [CHANGED]
        assert page.context["form"]["text"].value() == "后存的"  # to be copied
    row.refresh_from_db()
    assert (row.text, DisclosureItem.objects.filter(head__disclosure=row)[0].text) == ("先存的", "先存的")
    assert client.post(edit, sent | {"text": "先存的"} | {"seen": "old"}).status_code == 302  # the same again


def test_a_form_with_an_end_before_the_start_says_so(town, clerk) -> None:
    CentreFactory(town=town)
    sent = {"title": "倒着写", "starts_on": LAST, "ends_on": FIRST}
    page = browser(clerk).post("/town/centre/disclosures/add/", sent)
    assert page.context["form"].non_field_errors() == ["“账目至”不能早于“账目自”。"]


def test_the_county_sees_the_hits_and_approves_with_a_reason(town, clerk, second_clerk, county) -> None:
    MemberFactory(name="示例先进", branch__town=town)
    row = checked(drafted(town, clerk, text="表彰示例先进。"), clerk, second_clerk)
    client = browser(county)
    page = client.get(f"/town/centre/disclosures/{row.pk}/")
    assert [(hit.kind, hit.place, hit.excerpt) for hit in page.context["hits"]] == [("姓名", "说明", "表彰示例先进。")]
    assert said(move(client, row, "approve", seen=row.seen)) == [
        "文字里有示例先进等与本镇党员或讲师相同的名字，保留要写明理由，否则请退回。"
    ]
    assert said(move(client, row, "approve", seen=row.seen, text="已公开表彰")) == ["已批准，并通知了镇里。"]
    assert said(move(browser(clerk), row, "publish")) == ["已向本镇党员公布。"]


def test_what_each_may_do_is_what_is_offered(town, clerk, second_clerk, county) -> None:
    row = drafted(town, clerk)
    way.propose_disclosure(disclosure=row, by=clerk)
    words = ("edit", "check", "approve", "return", "withdraw", "publish", "correct")
    offered = {}
    for who in (clerk, second_clerk, county):
        shown = browser(who).get(f"/town/centre/disclosures/{row.pk}/").context
        offered[who.username] = [word for word in words if shown[f"may_{word}"]]
    assert offered == {
        "clerk": ["withdraw"],
        "clerk-two": ["check", "return", "withdraw"],
        "county": ["return"],
    }
    page = browser(county).get(f"/town/centre/disclosures/{row.pk}/")
    assert page.context["barred"] in text_of(page)
    GrantFactory(user=UserFactory(), kind="county")
    assert browser(county).get(f"/town/centre/disclosures/{row.pk}/").context["may_check"]


def test_one_s_own_is_not_checked_from_the_page_either(town, clerk, second_clerk) -> None:
    row = drafted(town, clerk)
    way.propose_disclosure(disclosure=row, by=clerk)
    assert said(move(browser(clerk), row, "check", seen=row.seen)) == ["这是您自己提出的，要由另一个人作保密审查。"]
    assert said(move(browser(second_clerk), row, "return", text="\0")) == ["退回要写明意见，提出的人才知道改什么。"]
    assert said(move(browser(second_clerk), row, "return", text="再细一点")) == ["已退回，并通知了镇里。"]
    assert move(browser(clerk), row, "explode").status_code == 404


def test_a_correction_links_both_ways(accounts, clerk, second_clerk, county, member) -> None:
    page = move(browser(clerk), accounts, "correct")
    fix = Disclosure.objects.get(corrects=accounts)
    assert page.redirect_chain == [(f"/town/centre/disclosures/{fix.pk}/", 302)]
    reader = browser(member.user)
    assert f"/me/accounts/{fix.pk}/" not in reader.get(f"/me/accounts/{accounts.pk}/").content.decode()
    way.change_disclosure(disclosure=fix, title=fix.title, starts_on=FIRST, ends_on=LAST, text="补写一项。", by=clerk)
    published(fix, clerk, second_clerk, county)
    assert f"/me/accounts/{fix.pk}/" in reader.get(f"/me/accounts/{accounts.pk}/").content.decode()
    assert f"/me/accounts/{accounts.pk}/" in reader.get(f"/me/accounts/{fix.pk}/").content.decode()
    for path in (f"/me/accounts/{accounts.pk}/print/", f"/town/centre/disclosures/{accounts.pk}/print/"):
        shown = browser(member.user if path.startswith("/me") else clerk).get(path)
        assert "这一份已经更正" in text_of(shown)


def test_a_member_reads_asks_and_reads_the_answer(accounts, member, clerk) -> None:
    reader = browser(member.user)
    asked = reader.post(f"/me/accounts/{accounts.pk}/", {"text": "用餐标准？"}, follow=True)
    assert said(asked) == ["问题已交给大店镇党员教育中心，答复后发消息告诉您。"]
    row = DisclosureQuestion.objects.get()
    desk = browser(clerk)
    assert [one.pk for one in desk.get(f"/town/centre/disclosures/{accounts.pk}/").context["questions"]] == [row.pk]
    desk.post(f"/town/disclosure-questions/{row.pk}/answer/", {"text": "据实结算。"})
    other = MemberFactory(branch=member.branch, user=UserFactory()).user
    shown = browser(other).get(f"/me/accounts/{accounts.pk}/")
    assert [(one.text, one.answer, own) for one, own in shown.context["questions"]] == [
        ("用餐标准？", "据实结算。", False)
    ]
    assert member.name not in text_of(shown)


def test_a_member_sees_every_item_without_opening_anything(accounts, member) -> None:
    page = browser(member.user).get(f"/me/accounts/{accounts.pk}/").content.decode()
    heads = re.findall(r"<details([^>]*)>.*?</details>", page, re.S)
    assert heads == [' class="acc" open'] * 2
    assert re.findall(r'class="line"><span class="grow">(\w+)<small>.*?<span class="sum">([\d,.]+)<', page) == [
        ("春季轮训讲课费", "3,000.00"),
        ("春季轮训用餐", "1,200.40"),
    ]


def test_a_refused_question_stays_in_the_form(accounts, member) -> None:
    page = browser(member.user).post(f"/me/accounts/{accounts.pk}/", {"text": "打13800138000"})
    assert page.context["form"].non_field_errors() == [
        "问题有手机号码：“打13800138000”。问题会给全镇党员看，请去掉再问。"
    ]
    page = browser(member.user).post(f"/me/accounts/{accounts.pk}/", {"text": "问" * 301})
    assert list(page.context["form"].errors) == ["text"]


def test_another_town_gets_404(accounts, other_town, other_clerk) -> None:
    stranger = MemberFactory(branch=BranchFactory(town=other_town), user=UserFactory()).user
    for path in (f"/me/accounts/{accounts.pk}/", f"/me/accounts/{accounts.pk}/print/"):
        assert browser(stranger).get(path).status_code == 404
    assert browser(stranger).post(f"/me/accounts/{accounts.pk}/", {"text": "问"}).status_code == 404
    for path in (f"/town/centre/disclosures/{accounts.pk}/", f"/town/centre/disclosures/{accounts.pk}/print/"):
        assert browser(other_clerk).get(path).status_code == 404


def test_a_draft_is_no_page_of_a_member(town, clerk, member) -> None:
    row = drafted(town, clerk)
    assert browser(member.user).get(f"/me/accounts/{row.pk}/").status_code == 404
    assert browser(clerk).get(f"/town/centre/disclosures/{row.pk}/print/").status_code == 404


def test_the_payee_is_on_no_page(accounts, member, clerk) -> None:
    pages = [browser(member.user).get(f"/me/accounts/{accounts.pk}/{more}") for more in ("", "print/")]
    pages += [browser(clerk).get(f"/town/centre/disclosures/{accounts.pk}/{more}") for more in ("", "print/")]
    assert ["示例收款人" in text_of(page) for page in pages] == [False] * 4


def test_the_county_sees_all_towns_and_a_clerk_the_own_one(accounts, other_town, county, clerk, member) -> None:
    ask_question(disclosure=accounts, member=member, text="问", by=member.user)
    page = browser(county).get(f"/county/disclosures/?year={YEAR}")
    rows = [(one.town.name, one.disclosure, one.waiting) for one in page.context["rows"]]
    assert rows == [("大店镇", accounts, 1), ("坊前镇", None, 0)]
    assert [one.town.name for one in browser(clerk).get("/county/disclosures/").context["rows"]] == ["大店镇"]
    assert browser(county).get("/town/centre/disclosures/").url == "/county/disclosures/"


@pytest.mark.parametrize("year", ["", "abc", "1999", "99999999", "２０２５"])
def test_a_year_that_is_none_is_this_one(county, year) -> None:
    page = browser(county).get("/county/disclosures/", {"year": year})
    assert page.context["year"] == timezone.localdate().year


@pytest.mark.parametrize("rows", [1, 3])
def test_as_many_queries_for_one_as_for_three(
    rows, town, clerk, second_clerk, county, member, django_assert_num_queries
) -> None:
    CentreFactory(town=town)
    keep_books(town, clerk)
    for month in range(4, 4 + rows):
        money_rows.expense(town, clerk, money_rows.head("meals"), "5.00", on=FIRST.replace(month=month))
    for month in range(4, 4 + rows):
        first = FIRST.replace(month=month)
        row = way.open_disclosure(
            town=town, title=f"{month} 月", starts_on=first, ends_on=first.replace(day=30), by=clerk
        )
        row = published(row, clerk, second_clerk, county)
    for number in range(rows):
        asker = MemberFactory(branch=member.branch)
        question = ask_question(disclosure=row, member=asker, text=f"问{number}", by=clerk)
        ask_question(disclosure=row, member=asker, text=f"没答的{number}", by=clerk)
        answer_question(question=question, answer="答", by=clerk)
    reader, desk, office = browser(member.user), browser(clerk), browser(county)
    for client, path, number in (
        (reader, "/me/accounts/", 7),
        (reader, f"/me/accounts/{row.pk}/", 11),
        (desk, "/town/centre/disclosures/", 9),
        (desk, f"/town/centre/disclosures/{row.pk}/", 10),
        (office, f"/county/disclosures/?year={YEAR}", 9),
    ):
        client.get(path)  # what is read once a process
        with django_assert_num_queries(number):
            client.get(path)


def test_an_answered_question_is_not_answered_again(accounts, member, clerk) -> None:
    row = ask_question(disclosure=accounts, member=member, text="问", by=member.user)
    answer_question(question=row, answer="答", by=clerk)
    page = browser(clerk).get(f"/town/disclosure-questions/{row.pk}/answer/", follow=True)
    assert said(page) == ["这个问题已经答复。"]


def test_an_inspector_reads_and_writes_nothing(accounts, second_clerk) -> None:
    inspector = GrantFactory(user=UserFactory(), kind="inspector").user
    assert browser(inspector).get(f"/town/centre/disclosures/{accounts.pk}/").status_code == 200
    assert move(browser(inspector), accounts, "correct").status_code == 403
