"""The clerk's list of members, one member, numbers on request, slips to print."""

import pytest
import time_machine
from django.urls import reverse

from juxian.audit.models import AuditEntry
from juxian.people import panels
from juxian.people.actions import make_slips
from juxian.people.models import ActivationSlip, Grant, Member
from juxian.people.panels import Row
from tests.factories import BranchFactory, GrantFactory, MemberFactory, UserFactory

LIST, SLIPS, FIND = reverse("people:town-members"), reverse("people:town-slips"), reverse("people:town-member-find")


SHEET = reverse("people:town-slip-sheet")


def printed(client, url: str, data: dict | None = None) -> list:
    """The slips on the sheet that a post leads to."""
    assert client.post(url, data or {}).url == SHEET
    return client.get(SHEET).context["printed"]


def page(name: str, member: Member) -> str:
    return reverse(f"people:town-{name}", args=[member.pk])


@pytest.fixture
def inspector(db):
    return GrantFactory(user=UserFactory(username="inspector"), kind=Grant.Kind.INSPECTOR).user


@pytest.fixture
def stranger(other_town) -> Member:
    return MemberFactory(name="外镇甲", branch=BranchFactory(town=other_town, name="外镇党支部"))


# Who ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["member", "slip", "unmask"])
def test_another_town_is_not_found(client, clerk, stranger, name):
    client.force_login(clerk)
    url = page(name, stranger)
    answer = client.get(url) if name == "member" else client.post(url, {"field": "mobile", "reason": "核对"})
    assert answer.status_code == 404
    assert AuditEntry.objects.count() == 0
    assert ActivationSlip.objects.count() == 0


@pytest.mark.parametrize("url", [LIST, SLIPS, SHEET])
def test_members_and_strangers_are_refused(client, member, url):
    assert client.get(url).url == f"/login/?next={url}"
    client.force_login(member.user)
    assert client.get(url).status_code == 403


@pytest.mark.parametrize("name", ["member", "slip", "unmask"])
def test_member_pages_refuse_wrong_roles(client, member, name):
    url = page(name, member)
    send = client.get if name == "member" else client.post
    assert send(url).url == f"/login/?next={url}"
    client.force_login(member.user)
    assert send(url).status_code == 403


def test_inspector_reads_but_does_not_write(client, inspector, member):
    client.force_login(inspector)
    assert client.get(page("member", member)).status_code == 200
    assert client.get(page("member", member)).context["may_edit"] is False
    assert client.post(page("slip", member)).status_code == 403
    assert client.post(page("unmask", member), {"field": "mobile", "reason": "核对"}).status_code == 403
    assert client.get(SLIPS).status_code == 403


def test_writing_is_a_post(client, clerk, member):
    client.force_login(clerk)
    assert client.get(page("slip", member)).status_code == 405
    assert client.get(FIND).status_code == 405
    assert client.get(page("unmask", member)).url == page("member", member)
    assert AuditEntry.objects.count() == 0


# The list ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_for_any_number(client, clerk, town, rows, django_assert_num_queries):
    branch = BranchFactory(town=town)
    MemberFactory.create_batch(rows, branch=branch)
    client.force_login(clerk)
    with django_assert_num_queries(10):
        answer = client.get(LIST)
    assert len(answer.context["page"].object_list) == rows


def test_list_holds_own_present_members_with_masked_numbers(client, clerk, member, stranger):
    MemberFactory(branch=member.branch, left_on="2026-01-01")
    client.force_login(clerk)
    answer = client.get(LIST)
    assert list(answer.context["page"].object_list) == [member]
    text = answer.content.decode()
    assert [word for word in (member.mobile, member.id_number, "外镇甲", "外镇党支部") if word in text] == []
    assert text.count(member.mobile_masked) == 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=shiliyi", ["示例乙"]),
        ("q=SLY", ["示例乙"]),
        ("kind=probationary", ["示例乙"]),
        ("account=open", ["示例甲"]),
        ("account=none", ["示例乙"]),
        ("branch={branch}", ["示例乙"]),
        ("q=示例", ["示例甲", "示例乙"]),
        ("branch=999999", []),
        ("branch=x", []),
        ("kind=x", []),
        ("page=99", ["示例甲", "示例乙"]),
    ],
)
def test_filters(client, clerk, member, query, found):
    branch = BranchFactory(town=member.town, name="西高柱村党支部")
    MemberFactory(name="示例乙", branch=branch, kind=Member.Kind.PROBATIONARY, full_member_date=None)
    client.force_login(clerk)
    answer = client.get(f"{LIST}?{query.format(branch=branch.pk)}")
    assert [row.name for row in answer.context["page"].object_list] == found


def test_branch_of_another_town_is_no_choice(client, clerk, member, stranger):
    client.force_login(clerk)
    form = client.get(f"{LIST}?branch={stranger.branch_id}").context["form"]
    assert list(form.errors) == ["branch"]
    assert list(form.fields["branch"].queryset) == [member.branch]
    assert list(form.fields["town"].queryset) == [member.town]


def test_county_chooses_a_town(client, county, member, stranger):
    client.force_login(county)
    answer = client.get(f"{LIST}?town={stranger.town.pk}")
    assert list(answer.context["page"].object_list) == [stranger]
    assert list(answer.context["form"].fields["branch"].queryset) == [stranger.branch]


def test_search_is_kept_while_paging(client, clerk, member):
    MemberFactory.create_batch(31, branch=member.branch)
    client.force_login(clerk)
    answer = client.get(f"{LIST}?q=示例&town=&junk=1")
    assert answer.context["query"] == "q=%E7%A4%BA%E4%BE%8B&"
    assert answer.content.decode().count("?q=%E7%A4%BA%E4%BE%8B&amp;page=2") == 1


def test_find_by_whole_number_stays_in_the_own_town(client, clerk, member, stranger):
    client.force_login(clerk)
    assert client.post(FIND, {"number": member.id_number}).url == page("member", member)
    assert client.post(FIND, {"number": member.mobile}).url == page("member", member)
    assert client.post(FIND, {"number": stranger.id_number}).url == LIST
    assert client.post(FIND, {}).url == LIST


# One member --------------------------------------------------------------------------------------
def test_member_page_masks_numbers(client, clerk, member):
    client.force_login(clerk)
    text = client.get(page("member", member)).content.decode()
    assert (text.count(member.id_masked), text.count(member.mobile_masked)) == (1, 1)
    assert [word for word in (member.mobile, member.id_number) if word in text] == []


@pytest.mark.parametrize(("field", "other"), [("id_number", "mobile"), ("mobile", "id_number")])
def test_unmask_shows_one_number_once_and_is_on_record(client, clerk, member, field, other):
    client.force_login(clerk)
    answer = client.post(page("unmask", member), {"field": field, "reason": " 核对补录信息 "})
    text = answer.content.decode()
    assert (text.count(getattr(member, field)), text.count(getattr(member, other))) == (1, 0)
    assert "no-store" in answer["Cache-Control"]
    entry = AuditEntry.objects.get(action="people.unmask")
    assert entry.body == {"field": field, "reason": "核对补录信息"}
    assert (entry.actor_id, entry.subject_id, entry.town_code) == (clerk.pk, str(member.pk), member.town.code)
    assert getattr(member, field) not in str(AuditEntry.objects.values().get())
    assert client.get(page("member", member)).content.decode().count(getattr(member, field)) == 0


@pytest.mark.parametrize("data", [{"field": "mobile", "reason": " "}, {"field": "name", "reason": "核对"}, {}])
def test_unmask_without_reason_shows_nothing(client, clerk, member, data):
    client.force_login(clerk)
    answer = client.post(page("unmask", member), data)
    assert "shown" not in answer.context
    assert AuditEntry.objects.count() == 0


def test_panels_of_upper_floors_are_shown(client, clerk, member, monkeypatch):
    monkeypatch.setattr(panels, "_sources", {})
    panels.register("people.Member", "学时", lambda row, user: [Row("今年", f"{row.name} 12 学时", status="warn")])
    panels.register("people.Member", "证书", lambda row, user: [])
    panels.register("people.Branch", "别处", lambda row, user: [Row("a", "b")])
    client.force_login(clerk)
    answer = client.get(page("member", member))
    assert [panel.title for panel in answer.context["panels"]] == ["学时", "证书"]
    assert answer.content.decode().count("示例甲 12 学时") == 1


# Slips -------------------------------------------------------------------------------------------
def test_slip_is_shown_on_its_own_page(client, clerk, member):
    client.force_login(clerk)
    assert client.post(page("slip", member)).url == SHEET
    answer = client.get(SHEET)
    [(slip, code)] = answer.context["printed"]
    text = answer.content.decode()
    assert (text.count(code), slip.username) == (1, "member")
    assert "http://testserver/activate/" in text
    assert "no-store" in answer["Cache-Control"]
    assert code not in client.get(page("member", member)).content.decode()


def test_a_reload_shows_the_same_slip_for_ten_minutes(client, clerk, member):
    client.force_login(clerk)
    with time_machine.travel("2026-03-02 09:00:00+08:00", tick=False) as clock:
        before = printed(client, page("slip", member))
        clock.shift(599)
        assert client.get(SHEET).context["printed"] == before
        clock.shift(1)
        assert client.get(SHEET).url == SLIPS
        clock.shift(-1)
        assert client.get(SHEET).url == SLIPS
    assert ActivationSlip.objects.count() == 1


def test_sheet_holds_no_slip_that_opens_nothing_any_more(client, clerk, county, member):
    newcomer = MemberFactory(branch=member.branch)
    client.force_login(clerk)
    assert len(printed(client, SLIPS, {"branch": member.branch_id, "everybody": "on"})) == 2
    make_slips(members=[newcomer], by=county)
    assert [slip.member for slip, _ in client.get(SHEET).context["printed"]] == [member]


def test_session_keeps_no_code_in_the_clear_and_no_other_session_has_it(client, clerk, county, member):
    client.force_login(clerk)
    [(_, code)] = printed(client, page("slip", member))
    kept = str(dict(client.session.items()))
    assert [word for word in (code, code.replace("-", "")) if word in kept] == []
    client.force_login(county)
    assert client.get(SHEET).url == SLIPS


def test_sheet_under_a_key_that_is_gone_is_gone(client, clerk, member, settings):
    client.force_login(clerk)
    printed(client, page("slip", member))
    settings.FIELD_KEYS = f"neu:{'A' * 43}="
    assert client.get(SHEET).url == SLIPS


def test_gone_member_gets_no_slip(client, clerk, member):
    Member.objects.filter(pk=member.pk).update(left_on="2026-01-01")
    client.force_login(clerk)
    assert client.post(page("slip", member)).status_code == 404


def test_slip_for_staff_is_left_to_the_county(client, clerk, member):
    member.user = clerk
    member.save()
    MemberFactory(branch=member.branch)
    client.force_login(clerk)
    assert client.post(page("slip", member)).url == page("member", member)
    sheet = printed(client, SLIPS, {"branch": member.branch_id, "everybody": "on"})
    assert [slip.member == member for slip, _ in sheet] == [False]
    assert list(client.post(SLIPS, {"member": member.pk, "everybody": "on"}).context["form"].errors) == ["__all__"]


def test_sheet_of_a_branch_skips_who_has_an_account(client, clerk, member):
    newcomer = MemberFactory(branch=member.branch)
    client.force_login(clerk)
    assert client.get(SLIPS).status_code == 200
    assert [slip.member for slip, _ in printed(client, SLIPS, {"branch": member.branch_id})] == [newcomer]
    everybody = printed(client, SLIPS, {"branch": member.branch_id, "everybody": "on"})
    assert {slip.member for slip, _ in everybody} == {newcomer, member}


def test_sheet_of_a_list_from_another_page(client, clerk, member, stranger):
    newcomers = MemberFactory.create_batch(3, branch=BranchFactory(town=member.town))
    client.force_login(clerk)
    sheet = printed(client, SLIPS, {"member": [newcomers[0].pk, newcomers[2].pk]})
    assert {slip.member for slip, _ in sheet} == {newcomers[0], newcomers[2]}
    refused = client.post(SLIPS, {"member": [newcomers[0].pk, stranger.pk]})
    assert list(refused.context["form"].errors) == ["member"]


def test_sheet_refuses_what_it_cannot_print(client, clerk, member, stranger, monkeypatch):
    client.force_login(clerk)
    assert list(client.post(SLIPS, {}).context["form"].errors) == ["branch"]
    assert list(client.post(SLIPS, {"branch": stranger.branch_id}).context["form"].errors) == ["branch"]
    nobody = client.post(SLIPS, {"branch": member.branch_id}).context["form"].non_field_errors()
    assert nobody == ["这里的党员都已开通账号，没有要打印的。要重设密码，请勾选下面一项。"]
    monkeypatch.setattr("juxian.people.views.town.SHEET_LIMIT", 1)
    MemberFactory.create_batch(2, branch=member.branch)
    many = client.post(SLIPS, {"branch": member.branch_id}).context["form"].non_field_errors()
    assert many == ["一次最多打印 1 张，请分支部打印。"]
    assert ActivationSlip.objects.count() == 0
