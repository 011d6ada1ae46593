"""Posts by a document, who holds them, and the grants that come and go with them."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from centres.actions.posts import leave, open_posts, take_up
from centres.figures import staffing
from centres.models import Post, PostHolding, StaffingDocument, StaffingNumber
from centres.staffing import seats
from juxian.audit.models import AuditEntry
from juxian.people.models import Grant
from juxian.rules.models import Rule
from tests.factories import BranchFactory, CentreFactory, MemberFactory, UserFactory
from tests.flushing import guards_off

pytestmark = pytest.mark.django_db
ISSUED = date(2021, 3, 1)


def document(town, posts=3, number="编〔2021〕1号", issued_on=ISSUED) -> StaffingDocument:
    made = StaffingDocument.objects.create(title="岗位批复", number=number, issued_on=issued_on)
    StaffingNumber.objects.create(document=made, town=town, posts=posts)
    return made


def ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)


@pytest.fixture
def posts(town, county) -> list[Post]:
    return open_posts(document=document(town), by=county)


@pytest.fixture
def newcomer():
    return UserFactory(username="newcomer", name="示例新人")


# Posts come from a document ---------------------------------------------------------------------------
def test_a_document_makes_its_posts_once(town, county) -> None:
    paper = document(town)
    assert [post.slot for post in open_posts(document=paper, by=county)] == [1, 2, 3]
    assert open_posts(document=paper, by=county) == []
    assert Post.objects.count() == 3
    assert AuditEntry.objects.get().summary == "按《岗位批复》设立 3 个岗位"


def test_only_the_county_opens_posts(town, clerk) -> None:
    with pytest.raises(PermissionDenied):
        open_posts(document=document(town), by=clerk)


def test_a_fourth_post_is_refused_with_a_sentence_and_by_the_database(posts, town) -> None:
    fourth = Post(town=town, staffing=posts[0].staffing, slot=4, opened_on=ISSUED)
    with pytest.raises(ValidationError, match="编制文件只给大店镇 3 个岗位，不能再加。"):
        fourth.full_clean()
    with pytest.raises(DatabaseError), transaction.atomic():
        fourth.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        Post.objects.filter(pk=posts[0].pk).update(slot=4)
    assert Post.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_twin_without_the_guard_the_fourth_is_kept(posts, town) -> None:
    with transaction.atomic(), guards_off():
        Post.objects.create(town=town, staffing=posts[0].staffing, slot=4, opened_on=ISSUED)
    assert Post.objects.count() == 4


def test_a_slot_is_once_in_a_town(posts, town) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.create(town=town, staffing=posts[0].staffing, slot=3, opened_on=ISSUED)


def test_another_towns_number_covers_no_post(posts, other_town) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Post.objects.create(town=other_town, staffing=posts[0].staffing, slot=1, opened_on=ISSUED)


def test_a_number_is_not_cut_below_its_posts(posts) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        StaffingNumber.objects.update(posts=2)


def test_a_newer_document_takes_over_and_may_have_fewer(posts, town, county) -> None:
    open_posts(document=document(town, 2, "编〔2025〕9号", date(2025, 1, 1)), by=county)
    assert [post.slot for post in Post.objects.standing().order_by("slot")] == [1, 2]
    with pytest.raises(ValidationError, match="最新的编制文件里没有大店镇第 3 岗"):
        take_up(post=posts[2], name="示例甲", starts_on=ago(1), by=county)


def test_an_older_document_changes_nothing(posts, town, county) -> None:
    assert open_posts(document=document(town, 5, "编〔2010〕2号", date(2010, 1, 1)), by=county) == []
    assert Post.objects.standing().count() == 3


def test_the_admin_opens_the_posts_of_a_document(client: Client, county, town) -> None:
    client.force_login(county)
    lines = {"numbers-TOTAL_FORMS": 1, "numbers-INITIAL_FORMS": 0, "numbers-0-town": town.pk, "numbers-0-posts": 3}
    said = {"title": "批复", "number": "编〔2021〕1号", "issued_on": "2021-03-01"}
    answer = client.post("/admin/centres/staffingdocument/add/", said | lines)
    assert answer.status_code == 302
    assert Post.objects.filter(town=town).count() == 3


def test_a_held_post_is_not_taken_away(client: Client, posts, county, town) -> None:
    holding = take_up(post=posts[2], name="示例甲", starts_on=ago(30), by=county)
    client.force_login(county)
    lines = {"numbers-TOTAL_FORMS": 1, "numbers-INITIAL_FORMS": 0, "numbers-0-town": town.pk, "numbers-0-posts": 2}
    said = {"title": "批复", "number": "编〔2026〕1号", "issued_on": "2026-03-01"}
    page = client.post("/admin/centres/staffingdocument/add/", said | lines)
    assert (page.status_code, "大店镇第 3 岗还有人在岗，先办离岗，再减岗位。" in page.content.decode()) == (200, True)
    leave(holding=holding, ends_on=ago(1), by=county)
    assert client.post("/admin/centres/staffingdocument/add/", said | lines).status_code == 302
    assert [post.slot for post in Post.objects.standing().order_by("slot")] == [1, 2]


# Coming and going -------------------------------------------------------------------------------------
def test_taking_up_a_post_opens_the_grant_and_leaving_ends_it(posts, newcomer, county, town) -> None:
    holding = take_up(post=posts[0], user=newcomer, starts_on=ago(30), by=county)
    grant = Grant.objects.get(user=newcomer)
    assert (grant.kind, grant.town, grant.starts_on, grant.ends_on) == ("clerk", town, ago(30), None)
    leave(holding=holding, ends_on=ago(0), by=county)
    grant.refresh_from_db()
    assert grant.ends_on == ago(0)
    assert not type(newcomer).objects.get(pk=newcomer.pk).is_clerk
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))[1:] == [
        "people.grant_saved",
        "centres.post_taken_up",
        "people.grant_saved",
        "centres.post_left",
    ]


def test_leaving_ends_the_signed_in_session(client: Client, posts, newcomer, county) -> None:
    CentreFactory(town=posts[0].town)
    holding = take_up(post=posts[0], user=newcomer, starts_on=ago(1), by=county)
    client.force_login(newcomer)
    assert client.get("/town/centre/").status_code == 200
    leave(holding=holding, ends_on=ago(0), by=county)
    assert client.get("/town/centre/").status_code == 302


def test_twice_is_once(posts, newcomer, county) -> None:
    first = take_up(post=posts[0], user=newcomer, starts_on=ago(3), by=county)
    assert take_up(post=posts[0], user=newcomer, starts_on=ago(3), by=county) == first
    for _ in range(2):
        leave(holding=first, ends_on=ago(1), by=county)
    assert (PostHolding.objects.count(), Grant.objects.filter(user=newcomer).count()) == (1, 1)


def test_a_grant_another_held_post_justifies_stays(posts, newcomer, county) -> None:
    first = take_up(post=posts[0], user=newcomer, starts_on=ago(9), by=county)
    second = take_up(post=posts[1], user=newcomer, starts_on=ago(5), by=county)
    assert first.grant == second.grant
    leave(holding=first, ends_on=ago(1), by=county)
    assert Grant.objects.get(user=newcomer).ends_on is None
    leave(holding=second, ends_on=ago(0), by=county)
    assert Grant.objects.get(user=newcomer).ends_on == ago(0)


def test_a_post_that_is_held_opens_no_form(client: Client, posts, county) -> None:
    take_up(post=posts[0], name="示例甲", starts_on=ago(9), by=county)
    client.force_login(county)
    page = client.get(f"/county/posts/{posts[0].pk}/take-up/", follow=True)
    assert [str(one) for one in page.context["messages"]] == [f"{posts[0]}现由示例甲任职，请先登记离岗。"]


def test_a_grant_that_was_there_is_taken_over(posts, clerk, county) -> None:
    holding = take_up(post=posts[0], user=clerk, starts_on=ago(9), by=county)
    assert holding.grant == clerk.grants.get()
    leave(holding=holding, ends_on=ago(0), by=county)
    assert clerk.grants.get().ends_on is not None


def test_a_login_of_a_member_becomes_a_clerks_only_when_asked_for(client: Client, posts, county, town) -> None:
    user = MemberFactory(branch=BranchFactory(town=town), user=UserFactory(username="m", name="示例党员")).user
    with pytest.raises(ValidationError, match="目前只有党员登录，任职后将获得大店镇干事权限"):
        take_up(post=posts[0], user=user, starts_on=ago(1), by=county)
    client.force_login(county)
    url, said = f"/county/posts/{posts[0].pk}/take-up/", {"username": "m", "starts_on": str(ago(1))}
    assert 'name="opens_grant"' not in client.get(url).content.decode()
    page = client.post(url, said)
    assert (list(page.context["form"].errors), 'name="opens_grant"' in page.content.decode()) == (["opens_grant"], True)
    assert (Grant.objects.filter(user=user).count(), PostHolding.objects.count()) == (0, 0)
    page = client.post(url, said | {"opens_grant": "on"}, follow=True)
    told = "大店镇第 1 岗已登记到岗。登录名 m 有大店镇干事权限，离岗时收回。"
    assert [str(one) for one in page.context["messages"]] == [told]
    page = client.post(f"/county/holdings/{PostHolding.objects.get().pk}/leave/", {"ends_on": str(ago(0))}, follow=True)
    assert [str(one) for one in page.context["messages"]] == [
        f"示例党员已登记离岗。大店镇干事权限已收回，自 {ago(0)} 起。"
    ]
    rows = AuditEntry.objects.filter(action="people.grant_saved").order_by("pk")
    assert list(rows.values_list("summary", flat=True)) == [
        f"授权：{user} 镇街干事 大店镇 随大店镇第 1 岗开通，自 {ago(1)}",
        f"授权：{user} 镇街干事 大店镇 随离开大店镇第 1 岗收回，至 {ago(0)}",
    ]


def test_a_name_without_account_opens_no_grant(posts, county) -> None:
    before = Grant.objects.count()
    assert take_up(post=posts[0], name="示例甲", starts_on=ago(1), by=county).grant is None
    assert Grant.objects.count() == before


def test_a_second_holder_is_refused(posts, newcomer, county) -> None:
    take_up(post=posts[0], name="示例甲", starts_on=ago(1), by=county)
    with pytest.raises(ValidationError, match="大店镇第 1 岗已有示例甲在岗，先办离岗。"):
        take_up(post=posts[0], user=newcomer, starts_on=ago(1), by=county)
    with pytest.raises(IntegrityError), transaction.atomic():
        PostHolding.objects.create(post=posts[0], name="示例乙", starts_on=ago(0))
    assert not newcomer.grants.exists()


def test_an_end_before_the_start_is_refused(posts, county) -> None:
    holding = take_up(post=posts[0], name="示例甲", starts_on=ago(5), by=county)
    with pytest.raises(ValidationError, match="离岗日期不能早于到岗日期。"):
        leave(holding=holding, ends_on=ago(6), by=county)
    with pytest.raises(IntegrityError), transaction.atomic():
        PostHolding.objects.update(ends_on=ago(6))


def test_days_that_cannot_be_are_refused(posts, county) -> None:
    first = take_up(post=posts[0], name="示例甲", starts_on=ago(50), by=county)
    leave(holding=first, ends_on=ago(10), by=county)
    for starts_on, words in ((ago(11), "才离岗"), (ago(-1), "不能晚于今天")):
        with pytest.raises(ValidationError, match=words):
            take_up(post=posts[0], name="示例乙", starts_on=starts_on, by=county)
    with pytest.raises(ValidationError, match="才设立"):
        take_up(post=posts[1], name="示例乙", starts_on=ISSUED - timedelta(days=1), by=county)
    with pytest.raises(ValidationError, match="已于"):
        leave(holding=first, ends_on=ago(9), by=county)


def test_who_belongs_to_another_town_is_refused(posts, other_clerk, other_town, county) -> None:
    stranger = MemberFactory(branch=BranchFactory(town=other_town), user=UserFactory(username="m", name="示例外")).user
    gone = UserFactory(username="g", name="示例离", is_active=False)
    for user, words in ((other_clerk, "不是大店镇的人"), (stranger, "不是大店镇的人"), (gone, "已停用")):
        with pytest.raises(ValidationError, match=words):
            take_up(post=posts[0], user=user, starts_on=ago(1), by=county)
    assert PostHolding.objects.count() == 0


def test_nobody_without_a_name(posts, county) -> None:
    with pytest.raises(ValidationError, match="写明任职人姓名"):
        take_up(post=posts[0], name="  ", starts_on=ago(1), by=county)


def test_only_the_county_acts(posts, clerk) -> None:
    with pytest.raises(PermissionDenied):
        take_up(post=posts[0], name="示例甲", starts_on=ago(1), by=clerk)


# Vacancies --------------------------------------------------------------------------------------------
def test_vacant_days_count_from_the_last_holder_or_the_beginning(posts, county) -> None:
    leave(holding=take_up(post=posts[0], name="示例甲", starts_on=ago(200), by=county), ends_on=ago(91), by=county)
    leave(holding=take_up(post=posts[1], name="示例乙", starts_on=ago(200), by=county), ends_on=ago(90), by=county)
    take_up(post=posts[2], name="示例丙", starts_on=ago(1), is_dedicated=False, by=county)
    found = seats(Post.objects.order_by("slot"), timezone.localdate())
    assert [(seat.vacant_days, seat.is_long) for seat in found] == [(91, True), (90, False), (0, False)]
    figures = staffing(timezone.localdate())
    assert (figures.authorised, figures.filled, figures.vacant, figures.dedicated, figures.long_vacant) == (
        3,
        1,
        2,
        0,
        1,
    )


def test_the_county_sets_how_long_is_too_long(posts) -> None:
    Rule.objects.create(
        key="posts.vacancy_days", value=9999, label="空缺", source="县", certainty="A", valid_from=ISSUED
    )
    assert not any(seat.is_long for seat in seats(Post.objects.all(), timezone.localdate()))


# Pages ------------------------------------------------------------------------------------------------
def test_the_county_registers_coming_and_going(client: Client, posts, newcomer, county) -> None:
    client.force_login(county)
    said = {"username": "newcomer", "starts_on": str(ago(2)), "is_dedicated": "on"}
    assert client.post(f"/county/posts/{posts[0].pk}/take-up/", said).headers["Location"] == "/county/posts/"
    holding = PostHolding.objects.get()
    assert (holding.user, holding.name, holding.is_dedicated) == (newcomer, "示例新人", True)
    client.post(f"/county/holdings/{holding.pk}/leave/", {"ends_on": str(ago(0))})
    assert PostHolding.objects.get().ends_on == ago(0)


def test_an_unknown_login_name_is_said(client: Client, posts, county) -> None:
    client.force_login(county)
    page = client.post(f"/county/posts/{posts[0].pk}/take-up/", {"username": "nobody", "starts_on": str(ago(2))})
    assert page.context["form"].errors["username"] == ["没有这个登录名，请核对，或只填姓名。"]


def test_a_clerk_sees_the_own_posts_and_moves_nobody(client: Client, posts, clerk, county, other_town) -> None:
    open_posts(document=document(other_town, 3, "编〔2021〕2号"), by=county)
    client.force_login(clerk)
    assert {seat.post.town for seat in client.get("/county/posts/").context["seats"]} == {posts[0].town}
    assert client.get(f"/county/posts/{posts[0].pk}/take-up/").status_code == 403


def test_the_page_is_for_staff(client: Client, member) -> None:
    assert client.get("/county/posts/").headers["Location"] == "/login/?next=/county/posts/"
    client.force_login(member.user)
    assert client.get("/county/posts/").status_code == 403


def test_same_queries_for_three_posts_and_for_six(
    client: Client, posts, county, other_town, django_assert_num_queries
) -> None:
    client.force_login(county)
    client.get("/county/posts/")
    with django_assert_num_queries(8):
        client.get("/county/posts/")
    for post in open_posts(document=document(other_town, 3, "编〔2021〕2号"), by=county):
        take_up(post=post, name="示例甲", starts_on=ago(1), by=county)
    with django_assert_num_queries(8):
        client.get("/county/posts/")


def test_long_vacancies_are_flagged_on_the_centres_page(client: Client, posts, clerk, town) -> None:
    CentreFactory(town=town)
    client.force_login(clerk)
    page = client.get("/town/centre/").content.decode()
    days = (timezone.localdate() - ISSUED).days
    assert page.count(f"空缺 {days} 天，超过 90 天") == 3
