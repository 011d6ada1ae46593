"""The brand's page for clerk and county: draft, review, history, warnings, and whose it is."""

import pytest
from django.test import Client

from centres.actions import brands
from centres.models import BrandRevision
from centres.seen import CHANGED
from juxian.people.models import Grant
from tests.factories import BrandRevisionFactory, CentreFactory, GrantFactory, TeachingPointFactory, ThemeFactory

pytestmark = pytest.mark.django_db
PAGE = "/town/centre/brand/"
SLOGAN = "齐鲁红都 革命摇篮"


@pytest.fixture
def point(town):
    return TeachingPointFactory(centre=CentreFactory(town=town))


@pytest.fixture
def typed(point):
    return {"theme": ThemeFactory().pk, "slogan": SLOGAN, "story": "从大店来。", "key_point": point.pk}


@pytest.fixture
def sent(client, clerk, typed):
    client.force_login(clerk)
    client.post(f"{PAGE}edit/", typed)
    row = BrandRevision.objects.get()
    client.post(f"/town/brands/{row.pk}/submit/")
    return row


def state(row) -> str:
    row.refresh_from_db()
    return row.state


def test_from_draft_to_force_through_the_pages(client: Client, sent, county):
    assert state(sent) == "submitted"
    client.force_login(county)
    page = client.get(f"{PAGE}?town=371327102")
    assert (page.context["pending"], page.context["may_decide"], page.context["may_withdraw"]) == (sent, True, False)
    answer = client.post(f"/town/brands/{sent.pk}/approve/")
    assert answer.headers["Location"] == f"{PAGE}?town=371327102"
    assert state(sent) == "approved"
    assert f'<p class="slogan">{SLOGAN}</p>' in client.get(f"{PAGE}?town=371327102").content.decode()


@pytest.mark.parametrize("there", [False, True])
def test_two_windows_do_not_overwrite_one_another(client: Client, clerk, town, typed, there) -> None:
    if there:
        brands.save_draft(town=town, by=clerk, slogan="原来的 口号")
    client.force_login(clerk)
    seen = client.get(f"{PAGE}edit/").context["seen"]
    assert client.post(f"{PAGE}edit/", typed | {"seen": seen}).status_code == 302
    assert client.post(f"{PAGE}edit/", typed | {"seen": seen}).status_code == 302  # the same again is no change
    late = client.post(f"{PAGE}edit/", typed | {"slogan": "另一窗口", "seen": seen})
    assert late.context["form"].non_field_errors() == [CHANGED]
    assert f'name="seen" value="{seen}"' in late.content.decode()  # and what was typed does not get through by again
    assert BrandRevision.objects.get().slogan == SLOGAN


def test_returned_with_a_comment_and_written_again(client: Client, sent, county, clerk):
    client.force_login(county)
    empty = client.post(f"/town/brands/{sent.pk}/return/", {"comment": " "})
    assert empty.context["form"].errors == {"comment": ["退回要写明意见，镇里才知道改什么。"]}
    client.post(f"/town/brands/{sent.pk}/return/", {"comment": "由来太短"})
    assert state(sent) == "returned"
    client.force_login(clerk)
    page = client.get(PAGE)
    assert (page.context["returned"], page.context["pending"]) == (sent, None)
    form = client.get(f"{PAGE}edit/").context["form"]
    assert form["slogan"].value() == SLOGAN
    assert BrandRevision.objects.count() == 1  # looking opens no draft
    client.post(f"{PAGE}edit/", {"slogan": "新 口号"})
    assert [row.state for row, _ in client.get(PAGE).context["history"]] == ["draft", "returned"]


def test_withdrawing_and_a_form_that_is_shut_meanwhile(client: Client, sent):
    assert client.get(f"{PAGE}edit/").headers["Location"] == PAGE
    client.post(f"/town/brands/{sent.pk}/withdraw/")
    assert state(sent) == "draft"
    assert client.get(f"{PAGE}edit/").status_code == 200


def test_what_is_lacking_is_told_and_nothing_is_sent(client: Client, clerk, point):
    client.force_login(clerk)
    client.post(f"{PAGE}edit/", {"slogan": SLOGAN})
    row = BrandRevision.objects.get()
    answer = client.post(f"/town/brands/{row.pk}/submit/", follow=True)
    lacking = ["还没有选类别。", "还没有写品牌由来。", "还没有选重点教学点；中心没有教学点的，先在“基本情况”里登记。"]
    assert [str(one) for one in answer.context["messages"]] == ["草稿已保存。看看下面的提醒，没问题就送审。", *lacking]
    assert answer.context["lacking"] == lacking
    assert state(row) == "draft"


def test_the_form_offers_themes_in_use_and_own_points(client: Client, clerk, typed, other_town):
    ThemeFactory(slot=4, name="", is_active=False)
    foreign = TeachingPointFactory(centre=CentreFactory(town=other_town))
    client.force_login(clerk)
    form = client.get(f"{PAGE}edit/").context["form"]
    assert [str(label) for _, label in form.fields["theme"].choices] == ["还没定", "红色教育"]
    answer = client.post(f"{PAGE}edit/", typed | {"key_point": foreign.pk})
    assert list(answer.context["form"].errors) == ["key_point"]
    assert BrandRevision.objects.count() == 0


def test_the_clerk_is_warned_before_sending_and_may_send_all_the_same(client: Client, sent, clerk, other_town):
    client.post(f"/town/brands/{sent.pk}/withdraw/")
    BrandRevisionFactory(brand__town=other_town, slogan="齐鲁红都·革命摇篮")
    assert client.get(PAGE).context["warnings"] == ["与坊前镇的“齐鲁红都·革命摇篮”相近（100%）。"]
    client.post(f"/town/brands/{sent.pk}/submit/")
    assert state(sent) == "submitted"


def test_one_does_not_see_buttons_for_the_own(client: Client, county, point, typed):
    client.force_login(county)
    client.post(f"{PAGE}edit/?town=371327102", typed)
    row = BrandRevision.objects.get()
    client.post(f"/town/brands/{row.pk}/submit/")
    page = client.get(f"{PAGE}?town=371327102")
    assert (page.context["may_decide"], page.context["is_own"]) == (False, True)
    client.post(f"/town/brands/{row.pk}/approve/")
    assert state(row) == "submitted"


def test_another_town_is_not_found_and_a_wrong_role_refused(client: Client, sent, other_clerk, other_town, member):
    CentreFactory(town=other_town)
    client.force_login(other_clerk)
    assert client.get(f"{PAGE}?town=371327102").status_code == 404
    assert client.get(f"{PAGE}edit/?town=371327102").status_code == 404
    for verb, status in (("submit", 404), ("withdraw", 404), ("approve", 403), ("return", 403)):
        assert client.post(f"/town/brands/{sent.pk}/{verb}/").status_code == status
    inspector = GrantFactory(kind=Grant.Kind.INSPECTOR).user
    client.force_login(inspector)
    assert client.get(f"{PAGE}?town=371327102").status_code == 200
    assert client.get(f"{PAGE}edit/?town=371327102").status_code == 403
    client.force_login(member.user)
    assert client.get(PAGE).status_code == 403
    client.logout()
    assert client.get(PAGE).headers["Location"] == f"/login/?next={PAGE}"
    assert state(sent) == "submitted"


def test_county_staff_who_name_no_town_see_all(client: Client, county):
    client.force_login(county)
    assert client.get(PAGE).headers["Location"] == "/county/brands/"


def test_same_queries_for_one_revision_and_for_three(client: Client, clerk, town, point, django_assert_num_queries):
    client.force_login(clerk)
    brand = BrandRevisionFactory(brand__town=town, number=3).brand
    for count in (0, 2):
        for number in range(1, count + 1):
            used = {"state": "replaced", "used_until": "2022-01-01"}
            BrandRevisionFactory(brand=brand, number=number, key_point=point, theme=ThemeFactory(), **used)
        client.get(PAGE)
        with django_assert_num_queries(18):
            client.get(PAGE)


def test_the_public_page_shows_what_is_approved_and_no_story(client: Client, sent, county):
    client.logout()
    assert client.get("/centres/371327102/").context["brand"] is None
    brands.approve_revision(revision=sent, by=county)
    text = client.get("/centres/371327102/").content.decode()
    assert f'<p class="slogan">{SLOGAN}</p>' in text
    assert "从大店来" not in text
