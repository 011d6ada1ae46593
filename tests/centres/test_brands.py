"""One brand a town: draft, sent, returned or approved; a change is a new revision; what was sent stays as it was."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from centres.actions import brands
from centres.models import Brand, BrandRevision
from juxian.audit.models import AuditEntry
from juxian.messages.models import InboxMessage
from juxian.people.models import Grant
from tests.factories import (
    BrandRevisionFactory,
    CentreFactory,
    GrantFactory,
    TeachingPointFactory,
    ThemeFactory,
    UserFactory,
)
from tests.flushing import guards_off

pytestmark = pytest.mark.django_db
State = BrandRevision.State
SLOGAN = "齐鲁红都 革命摇篮"


@pytest.fixture
def point(town):
    return TeachingPointFactory(centre=CentreFactory(town=town))


@pytest.fixture
def said(point):
    return {"theme": ThemeFactory(), "slogan": SLOGAN, "story": "从大店的红色资源里来。", "key_point": point}


@pytest.fixture
def draft(town, clerk, said):
    return brands.save_revision(revision=brands.open_revision(town=town, by=clerk), by=clerk, **said)


@pytest.fixture
def sent(draft, clerk):
    return brands.submit_revision(revision=draft, by=clerk)


@pytest.fixture
def approved(sent, county):
    return brands.approve_revision(revision=sent, by=county)


def states() -> list[str]:
    return list(BrandRevision.objects.order_by("number").values_list("state", flat=True))


def test_a_brand_goes_from_draft_to_force_each_step_once(draft, clerk, county, town):
    for _ in range(2):
        brands.submit_revision(revision=draft, by=clerk)
    for _ in range(2):
        brands.approve_revision(revision=draft, by=county)
    row = BrandRevision.objects.get()
    assert (row.state, row.slogan, row.submitted_by, row.decided_by) == ("approved", SLOGAN, clerk, county)
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "centres.brand_open",
        "centres.brand_save",
        "centres.brand_submit",
        "centres.brand_approved",
    ]
    letters = InboxMessage.objects.order_by("pk")
    assert [(one.title, one.user, one.town) for one in letters] == [
        ("等您审批：大店镇品牌第1版", county, None),
        ("品牌申报已批准", None, town),
    ]


def test_opening_and_saving_again_changes_nothing(draft, town, clerk, said):
    assert brands.open_revision(town=town, by=clerk) == draft
    brands.save_revision(revision=draft, by=clerk, **said)
    assert AuditEntry.objects.filter(action="centres.brand_save").count() == 1
    assert BrandRevision.objects.count() == 1


def test_everything_lacking_is_said_at_once(town, clerk):
    empty = brands.open_revision(town=town, by=clerk)
    with pytest.raises(ValidationError) as refusal:
        brands.submit_revision(revision=empty, by=clerk)
    assert refusal.value.messages == [
        "还没有选类别。",
        "还没有写品牌口号。",
        "还没有写品牌由来。",
        "还没有选重点教学点；中心没有教学点的，先在“基本情况”里登记。",
    ]
    assert states() == ["draft"]


def test_only_a_theme_in_use_and_an_own_point(draft, clerk, other_town):
    unnamed = ThemeFactory(slot=4, name="", is_active=False)
    foreign = TeachingPointFactory(centre=CentreFactory(town=other_town))
    for field, value in (("theme", unnamed), ("key_point", foreign)):
        with pytest.raises(ValidationError) as refusal:
            brands.save_revision(revision=draft, by=clerk, **{field: value})
        assert list(refusal.value.message_dict) == [field]


def test_a_theme_put_away_meanwhile_is_not_sent(draft, clerk, said):
    theme = said["theme"]
    theme.is_active = False
    theme.save()
    with pytest.raises(ValidationError, match="这个类别还没有启用"):
        brands.submit_revision(revision=draft, by=clerk)


def test_returned_says_why_and_the_next_draft_begins_with_the_same_words(sent, county, clerk, town):
    with pytest.raises(ValidationError, match="退回要写明意见"):
        brands.return_revision(revision=sent, comment="  ", by=county)
    for _ in range(2):
        brands.return_revision(revision=sent, comment=" 由来再写细些 ", by=county)
    row = BrandRevision.objects.get()
    assert (row.state, row.comment) == ("returned", "由来再写细些")
    assert InboxMessage.objects.filter(town=town).count() == 1
    again = brands.open_revision(town=town, by=clerk)
    assert (again.number, again.slogan, again.story) == (2, SLOGAN, row.story)
    assert states() == ["returned", "draft"]


def test_a_change_is_a_new_revision_and_the_old_stays_in_force_until_then(approved, clerk, county, town):
    new = brands.open_revision(town=town, by=clerk)
    brands.save_revision(revision=new, by=clerk, slogan="齐鲁红都 新篇")
    brands.submit_revision(revision=new, by=clerk)
    assert states() == ["approved", "submitted"]
    brands.approve_revision(revision=new, by=county)
    assert states() == ["replaced", "approved"]
    old = BrandRevision.objects.get(number=1)
    assert (old.slogan, old.used_until) == (SLOGAN, BrandRevision.objects.get(number=2).used_from)


def test_withdrawn_is_a_draft_again(sent, clerk):
    for _ in range(2):
        assert brands.withdraw_revision(revision=sent, by=clerk).state == State.DRAFT
    brands.save_revision(revision=sent, by=clerk, slogan="新口号")
    assert states() == ["draft"]


def test_what_was_sent_is_not_changed_and_what_was_decided_not_moved(sent, clerk, county, town):
    with pytest.raises(ValidationError, match="不能再改"):
        brands.save_revision(revision=sent, by=clerk, slogan="新口号")
    with pytest.raises(ValidationError, match="批复前不能改"):
        brands.open_revision(town=town, by=clerk)
    brands.approve_revision(revision=sent, by=county)
    for act, more in (
        (brands.withdraw_revision, {"by": clerk}),
        (brands.submit_revision, {"by": clerk}),
        (brands.return_revision, {"by": county, "comment": "晚了"}),
    ):
        with pytest.raises(ValidationError):
            act(revision=sent, **more)
    assert states() == ["approved"]


def test_a_draft_is_not_decided(draft, county):
    with pytest.raises(ValidationError, match="只有送审的才能批准"):
        brands.approve_revision(revision=draft, by=county)
    with pytest.raises(ValidationError, match="只有送审的才能退回"):
        brands.return_revision(revision=draft, comment="改", by=county)


def test_what_was_sent_anew_is_not_approved_from_an_old_page(sent, clerk, county, said, client):
    old = sent.seen
    draft = brands.withdraw_revision(revision=sent, by=clerk)
    draft = brands.save_revision(revision=draft, by=clerk, **said | {"slogan": "县里没看过的口号"})
    again = brands.submit_revision(revision=draft, by=clerk)
    client.force_login(county)
    client.post(f"/town/brands/{again.pk}/approve/", {"seen": old})
    assert states() == ["submitted"]
    client.post(f"/town/brands/{again.pk}/approve/", {"seen": again.seen})
    assert states() == ["approved"]


def test_nobody_approves_what_they_sent(draft, county):
    brands.submit_revision(revision=draft, by=county)
    for act in (
        lambda: brands.approve_revision(revision=draft, by=county),
        lambda: brands.return_revision(revision=draft, comment="改", by=county),
    ):
        with pytest.raises(ValidationError, match="您自己送审的"):
            act()
    second = GrantFactory(user=UserFactory(name="示例县管二"), kind=Grant.Kind.COUNTY).user
    assert brands.approve_revision(revision=draft, by=second).state == State.APPROVED


def test_only_the_county_decides_and_only_the_own_clerk_writes(sent, clerk, other_clerk, town):
    inspector = GrantFactory(kind=Grant.Kind.INSPECTOR).user
    auditor = GrantFactory(kind=Grant.Kind.AUDITOR).user
    for by in (clerk, other_clerk, inspector, auditor):
        with pytest.raises(PermissionDenied):
            brands.approve_revision(revision=sent, by=by)
        with pytest.raises(PermissionDenied):
            brands.return_revision(revision=sent, comment="改", by=by)
    for by in (other_clerk, inspector, auditor):
        with pytest.raises(PermissionDenied):
            brands.open_revision(town=town, by=by)
        with pytest.raises(PermissionDenied):
            brands.withdraw_revision(revision=sent, by=by)
    assert states() == ["submitted"]


def refused(act) -> bool:
    try:
        with transaction.atomic():
            act()
    except IntegrityError:
        return True
    return False


def test_the_database_knows_one_open_and_one_in_force_a_town():
    first = BrandRevisionFactory()
    assert refused(lambda: BrandRevisionFactory(brand=first.brand, number=2))
    assert not refused(lambda: BrandRevisionFactory(brand=first.brand, number=2, state="draft", used_from=None))
    assert refused(lambda: BrandRevisionFactory(brand=first.brand, number=3, state="draft", used_from=None))
    assert refused(lambda: BrandRevisionFactory(brand=first.brand, number=2, state="replaced"))
    assert refused(lambda: Brand.objects.create(town=first.brand.town))


@pytest.mark.parametrize(
    "wrong",
    [
        {"slogan": ""},
        {"source": ""},
        {"used_from": None},
        {"used_until": date(2022, 1, 1)},
        {"state": "replaced"},
        {"state": "replaced", "used_until": date(2020, 1, 1)},
        {"state": "submitted", "used_from": None},
        {"state": "returned", "used_from": None},
    ],
)
def test_half_a_revision_is_refused(wrong):
    assert refused(lambda: BrandRevisionFactory(**wrong))


def test_approving_the_own_is_refused_by_the_database_too(sent, clerk):
    sent.state, sent.decided_by, sent.decided_at, sent.used_from = (
        "approved",
        clerk,
        sent.submitted_at,
        date(2026, 1, 1),
    )
    assert refused(sent.save)


CHANGES = [
    ("submitted", {"slogan": "改"}),
    ("approved", {"slogan": "改"}),
    ("approved", {"comment": "改"}),
    ("approved", {"state": "submitted", "used_from": None, "decided_by": None, "decided_at": None}),
    ("returned", {"comment": "改"}),
    ("returned", {"state": "draft"}),
]


def stand(request, state: str) -> BrandRevision:
    """A revision in `state`."""
    if state == "returned":
        sent = request.getfixturevalue("sent")
        return brands.return_revision(revision=sent, comment="改", by=request.getfixturevalue("county"))
    return request.getfixturevalue("sent" if state == "submitted" else "approved")


@pytest.mark.parametrize(("state", "change"), CHANGES)
def test_history_is_held_by_triggers(request, state, change):
    row = stand(request, state)
    assert refused(lambda: BrandRevision.objects.filter(pk=row.pk).update(**change))
    assert refused(lambda: BrandRevision.objects.filter(pk=row.pk).delete())
    row.refresh_from_db()
    assert (row.state, row.slogan) == (state, SLOGAN)


@pytest.mark.parametrize(("state", "change"), CHANGES[:2])
def test_twin_without_triggers_history_is_rewritten(request, state, change):
    row = stand(request, state)
    with guards_off():
        assert not refused(lambda: BrandRevision.objects.filter(pk=row.pk).update(**change))
    row.refresh_from_db()
    assert row.slogan == "改"


def test_a_draft_may_go(draft):
    BrandRevision.objects.filter(pk=draft.pk).delete()
    assert states() == []
