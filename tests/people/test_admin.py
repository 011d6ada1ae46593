"""The county's admin for people: scope, masks, grants, one-time passwords; auditors only read."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from juxian.audit.models import AuditEntry
from juxian.people.actions import make_slips
from juxian.people.models import Branch, Grant, Member, Town, User
from tests.factories import BranchFactory, GrantFactory, MemberFactory, TownFactory, UserFactory, id_number

KINDS = ["town", "branch", "member", "user", "activationslip"]


def url(kind: str, page: str = "changelist", *args) -> str:
    return reverse(f"admin:people_{kind}_{page}", args=args)


@pytest.fixture
def auditor(db):
    return GrantFactory(user=UserFactory(username="auditor"), kind=Grant.Kind.AUDITOR).user


@pytest.fixture
def rows(member, clerk) -> dict[str, int]:
    slip = make_slips(members=[member], by=clerk)[0].slip
    return {
        "town": member.town.pk,
        "branch": member.branch_id,
        "member": member.pk,
        "user": clerk.pk,
        "activationslip": slip.pk,
    }


@pytest.mark.parametrize("kind", KINDS)
def test_pages_open_for_the_county(client, county, rows, kind):
    client.force_login(county)
    assert client.get(url(kind)).status_code == 200
    assert client.get(url(kind, "change", rows[kind])).status_code == 200
    assert client.get(url(kind, "add")).status_code == (403 if kind == "activationslip" else 200)
    assert client.get(url(kind, "history", rows[kind])).status_code == 200


@pytest.mark.parametrize("kind", KINDS)
def test_auditor_only_reads(client, auditor, rows, kind):
    client.force_login(auditor)
    assert client.get(url(kind)).status_code == 200
    assert client.get(url(kind, "change", rows[kind])).status_code == 200
    assert client.get(url(kind, "add")).status_code == 403
    assert client.post(url(kind, "change", rows[kind]), {"name": "x"}).status_code == 403
    before = User.objects.get(pk=rows["user"]).password
    client.post(url("user"), {"action": "reset_passwords", "_selected_action": [rows["user"]]})
    assert User.objects.get(pk=rows["user"]).password == before


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("who", ["clerk", "inspector", "member"])
def test_others_are_refused(client, request, rows, kind, who):
    if who == "inspector":
        user = GrantFactory(kind=Grant.Kind.INSPECTOR).user
    else:
        found = request.getfixturevalue(who)
        user = getattr(found, "user", found)
    client.force_login(user)
    for address in (url(kind), url(kind, "add"), url(kind, "change", rows[kind]), "/admin/", reverse("admin:login")):
        assert client.get(address).status_code == 403


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_deletes(client, county, rows, kind):
    client.force_login(county)
    assert client.post(url(kind, "delete", rows[kind]), {"post": "yes"}).status_code == 403
    answer = client.get(url(kind))
    assert "delete_selected" not in dict(answer.context["cl"].model_admin.get_actions(answer.wsgi_request))


@pytest.mark.parametrize(
    ("kind", "count"), [("town", 6), ("branch", 7), ("member", 7), ("user", 8), ("activationslip", 9)]
)
@pytest.mark.parametrize("number", [1, 3])
def test_lists_cost_the_same_for_any_number(
    client, county, clerk, town, kind, count, number, django_assert_num_queries
):
    members = [MemberFactory(branch=BranchFactory(town=TownFactory()), user=UserFactory()) for _ in range(number)]
    make_slips(members=members, by=clerk)
    for _ in range(number):
        GrantFactory(kind=Grant.Kind.CLERK, town=TownFactory())
    client.force_login(county)
    with django_assert_num_queries(count):
        assert client.get(url(kind)).status_code == 200


def test_a_grant_offers_a_choice_of_towns_and_no_way_off(client, county, clerk):
    client.force_login(county)
    page = client.get(url("user", "change", clerk.pk)).content.decode()
    assert ('name="grants-0-town"' in page, "_id_grants-0-town" in page) == (True, False)


def test_the_index_uses_the_whole_width(client, county):
    client.force_login(county)
    page = client.get("/admin/").content.decode()
    assert ('class="app-columns"' in page, 'class="colM"' in page, "colMS" in page) == (True, True, False)


# Members -----------------------------------------------------------------------------------------
def test_member_numbers_are_never_shown(client, county, member):
    client.force_login(county)
    pages = [client.get(address) for address in (url("member"), url("member", "change", member.pk))]
    text = "".join(page.content.decode() for page in pages)
    assert [number for number in (member.id_number, member.mobile) if number in text] == []
    assert member.id_masked in text


def change_form(member: Member, **more) -> dict[str, str]:
    data = {"name": member.name, "branch": member.branch_id, "kind": "full", "status": "normal", "party_post": "member"}
    return {**data, **more}


def test_member_keeps_numbers_unless_new_ones_are_typed(client, county, member):
    client.force_login(county)
    old = member.id_number
    assert client.post(url("member", "change", member.pk), change_form(member, education="大学")).status_code == 302
    member.refresh_from_db()
    assert (member.id_number, member.education) == (old, "大学")
    new = id_number(777)
    client.post(url("member", "change", member.pk), change_form(member, new_id_number=new, new_mobile="19900008888"))
    assert Member.objects.with_number(new).get() == Member.objects.with_number("19900008888").get() == member
    entry = AuditEntry.objects.first()
    assert (entry.action, entry.town_code) == ("people.member_changed", member.town.code)
    assert [number for number in (new, "19900008888") if number in str(AuditEntry.objects.values())] == []


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"new_id_number": "371327199001011234"}, "new_id_number"),
        ({"new_id_number": "12345"}, "new_id_number"),
        ({"new_mobile": "12345"}, "new_mobile"),
        ({"branch": "999999"}, "branch"),
    ],
)
def test_bad_numbers_are_refused(client, county, member, data, field):
    client.force_login(county)
    answer = client.post(url("member", "change", member.pk), change_form(member, **data))
    assert list(answer.context["adminform"].form.errors) == [field]


def test_one_id_number_one_member(client, county, member):
    other = MemberFactory(branch=member.branch)
    client.force_login(county)
    answer = client.post(url("member", "change", other.pk), change_form(other, new_id_number=member.id_number))
    assert list(answer.context["adminform"].form.errors) == ["new_id_number"]


def test_new_member_needs_an_id_number(client, county, member):
    client.force_login(county)
    answer = client.post(url("member", "add"), change_form(member, name="示例乙"))
    assert list(answer.context["adminform"].form.errors) == ["new_id_number"]
    client.post(url("member", "add"), change_form(member, name="示例乙", new_id_number=id_number(778)))
    assert Member.objects.with_number(id_number(778)).get().search_text.startswith("示例乙|shiliyi|sly")


def test_search_by_name_and_by_whole_number(client, county, member):
    MemberFactory(name="张三丰")
    client.force_login(county)
    assert client.get(url("member"), {"q": "zsf"}).context["cl"].result_count == 1
    assert client.get(url("member"), {"q": member.mobile}).context["cl"].result_count == 0
    find = reverse("admin:people_member_find")
    assert client.post(find, {"number": member.id_number}).url == url("member", "change", member.pk)
    assert client.post(find, {"number": "1"}).url == url("member")
    assert client.get(find).status_code == 405


def test_branch_filter_lists_the_chosen_town(client, county, member, other_town):
    BranchFactory(town=other_town, name="外镇党支部")
    client.force_login(county)
    chosen = client.get(url("member"), {"branch__town__id__exact": member.town.pk}).content.decode()
    assert (chosen.count(f"branch={member.branch_id}"), chosen.count("外镇党支部")) == (1, 0)
    assert client.get(url("member"), {"branch": member.branch_id}).context["cl"].result_count == 1


@pytest.mark.parametrize(
    "query", ["id_number=1", "id_number__startswith=3", "mobile__contains=1", "user__password__startswith=a"]
)
def test_numbers_and_passwords_cannot_be_probed(client, county, member, query):
    client.force_login(county)
    answer = client.get(f"{url('member')}?{query}")
    assert answer.status_code in {302, 400}


@pytest.mark.parametrize("query", ["password__startswith=argon2", "password=x"])
def test_password_column_cannot_be_probed(client, county, query):
    client.force_login(county)
    assert client.get(f"{url('user')}?{query}").status_code == 400


# Users and grants --------------------------------------------------------------------------------
def user_form(user: User | None, *grants: dict, **more) -> dict[str, str]:
    data = {"username": user.username if user else "new-user", "name": "示例乙", "is_active": "on"}
    data |= {
        "grants-TOTAL_FORMS": str(len(grants)),
        "grants-INITIAL_FORMS": str(sum("id" in grant for grant in grants)),
        "grants-MIN_NUM_FORMS": "0",
        "grants-MAX_NUM_FORMS": "1000",
    }
    for number, grant in enumerate(grants):
        data |= {f"grants-{number}-{key}": str(value) for key, value in grant.items()}
    return {**data, **more}


def test_new_user_gets_a_grant_and_no_password(client, county, town):
    client.force_login(county)
    grant = {"kind": "clerk", "town": town.pk, "starts_on": "2026-01-01", "reason": "任职"}
    assert client.post(url("user", "add"), user_form(None, grant)).status_code == 302
    user = User.objects.get(username="new-user")
    assert (user.has_usable_password(), user.clerk_town) == (False, town)
    assert AuditEntry.objects.filter(action="people.grant_saved", town_code=town.code).count() == 1


def test_ending_a_grant_ends_the_sessions(client, county, clerk, town):
    from_clerk = type(client)()
    from_clerk.force_login(clerk)
    grant = clerk.grants.get()
    client.force_login(county)
    row = {"id": grant.pk, "user": clerk.pk, "kind": "clerk", "town": town.pk, "starts_on": grant.starts_on}
    data = user_form(clerk, {**row, "ends_on": timezone.localdate()})
    assert client.post(url("user", "change", clerk.pk), data).status_code == 302
    assert from_clerk.get(reverse("people:account")).status_code == 302
    assert AuditEntry.objects.filter(action="people.grant_saved").count() == 1


def test_clerk_grant_without_town_says_so(client, county, clerk):
    client.force_login(county)
    data = user_form(None, {"kind": "clerk", "town": "", "starts_on": "2026-01-01"})
    answer = client.post(url("user", "add"), data)
    assert "镇街干事必须选镇街，县级权限不能选镇街。" in answer.content.decode()
    assert not User.objects.filter(username="new-user").exists()


def test_password_is_reset_to_a_one_time_one(client, county, clerk):
    client.force_login(county)
    answer = client.post(url("user"), {"action": "reset_passwords", "_selected_action": [clerk.pk]})
    [(user, password)] = answer.context["issued"]
    clerk.refresh_from_db()
    assert (user, clerk.must_change_password, clerk.check_password(password)) == (clerk, True, True)
    assert answer.content.decode().count(password) == 1
    assert password not in str(AuditEntry.objects.values())
    assert "no-store" in answer["Cache-Control"]


def test_password_and_state_are_not_fields(client, county, clerk):
    client.force_login(county)
    before = User.objects.get(pk=clerk.pk).password
    client.post(
        url("user", "change", clerk.pk), user_form(clerk, password="x", must_change_password="on", is_staff="on")
    )
    clerk.refresh_from_db()
    assert (clerk.password, clerk.must_change_password, clerk.name) == (before, False, "示例乙")


# Bases -------------------------------------------------------------------------------------------
def test_autocomplete_and_choices_stay_in_scope(rf, clerk, member, other_town):
    """Clerks have no admin today; should they ever, foreign keys must offer the own town only."""
    BranchFactory(town=other_town)
    request = rf.get("/")
    request.user = clerk
    branch_admin, member_admin = admin.site._registry[Branch], admin.site._registry[Member]
    assert list(branch_admin.get_queryset(request)) == [member.branch]
    field = member_admin.formfield_for_foreignkey(Member._meta.get_field("branch"), request)
    assert list(field.queryset) == [member.branch]
    assert list(member_admin.get_queryset(request)) == [member]


def test_code_history_of_a_town(client, county, town):
    client.force_login(county)
    prefix = {
        "codes-TOTAL_FORMS": "1",
        "codes-INITIAL_FORMS": "0",
        "codes-MIN_NUM_FORMS": "0",
        "codes-MAX_NUM_FORMS": "9",
    }
    row = {"codes-0-code": "371327999", "codes-0-valid_from": "2020-01-01", "codes-0-source": "统计用区划代码"}
    data = {"code": town.code, "name": town.name, "kind": "town", "active_from": "2020-01-01", "led_by": "莒南县委"}
    assert client.post(url("town", "change", town.pk), {**data, **prefix, **row}).status_code == 302
    assert Town.objects.get(pk=town.pk).codes.get().code == "371327999"
    assert AuditEntry.objects.get().town_code == town.code


def test_a_new_user_is_pointed_to_the_password(client, county):
    client.force_login(county)
    prefix = {f"grants-{name}": "0" for name in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS")}
    data = {"username": "xinren", "name": "示例新人", "is_active": "on", **prefix}
    page = client.post(url("user", "add"), data, follow=True)
    user = User.objects.get(username="xinren")
    assert user.has_usable_password() is False
    told = [str(message) for message in page.context["messages"] if message.level_tag == "warning"]
    assert told == [f"{user} 已建好，还没有密码：在列表里勾选后选“重设密码”，把一次性密码交给本人。"]


TAKEN = {
    ("people.Town", "code"): "这个代码已有镇街在用，请核对。",
    ("people.Town", "name"): "已有同名的镇街，请核对。",
    ("people.User", "username"): "这个登录名已有人在用，请换一个。",
    ("assessments.QuestionBank", "code"): "这个编号已有题库在用，请换一个。",
    ("courses.Course", "code"): "这个编号已有课程在用，请换一个。",
    ("lecturers.LecturerKind", "name"): "已有同名的师资类别，请换一个。",
    ("centres.BrandTheme", "slot"): "这个序号已经用了，请换一个。",
    ("centres.Standard", "valid_from"): "这一天已有一条记录，请换一天或修改那一条。",
}


@pytest.mark.parametrize(("model", "field"), TAKEN)
def test_what_is_taken_is_told_in_words_of_our_own(model, field):
    row = apps.get_model(model)()
    assert row.unique_error_message(type(row), (field,)).messages == [TAKEN[model, field]]
