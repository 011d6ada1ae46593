"""Grants decide who sees and who writes; nothing else does."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from juxian.people.models import Branch, Grant, Member, Town, User
from tests.factories import BranchFactory, GrantFactory, MemberFactory, UserFactory

DAY = date(2026, 11, 23)


@pytest.fixture
def two_towns(town, other_town) -> tuple[Town, Town]:
    for place in (town, other_town):
        MemberFactory(branch=BranchFactory(town=place))
    return town, other_town


def holder(kind: str, town: Town | None = None, **more) -> User:
    return GrantFactory(kind=kind, town=town, **more).user


@pytest.mark.parametrize(
    ("kind", "sees", "writes"),
    [
        (Grant.Kind.COUNTY, 2, 2),
        (Grant.Kind.INSPECTOR, 2, 0),
        (Grant.Kind.AUDITOR, 2, 0),
        (Grant.Kind.CLERK, 1, 1),
    ],
)
def test_each_kind_sees_and_writes_its_towns(two_towns, kind, sees, writes):
    user = holder(kind, two_towns[0] if kind == Grant.Kind.CLERK else None)
    for model in (Branch, Member):
        assert model.objects.visible_to(user).count() == sees
        assert model.objects.editable_by(user).count() == writes
    assert (user.towns().count(), user.editable_towns().count()) == (sees, writes)


def test_inspector_who_is_also_clerk_writes_at_home_only(two_towns):
    user = holder(Grant.Kind.INSPECTOR)
    GrantFactory(user=user, kind=Grant.Kind.CLERK, town=two_towns[0])
    assert Member.objects.visible_to(user).count() == 2
    assert [m.branch.town for m in Member.objects.editable_by(user)] == [two_towns[0]]


@pytest.mark.parametrize("who", [AnonymousUser(), None])
def test_nobody_sees_nothing(two_towns, who):
    user = who or UserFactory()
    assert Member.objects.visible_to(user).count() == 0
    assert Member.objects.editable_by(user).count() == 0
    assert Member.objects.mine(user).count() == 0


def test_member_sees_only_the_own_row(two_towns, member):
    assert list(Member.objects.mine(member.user)) == [member]
    assert Member.objects.visible_to(member.user).count() == 0


def test_deactivated_user_holds_nothing(county):
    county.is_active = False
    assert (county.active_grants, county.is_staff) == ([], False)


@pytest.mark.parametrize(
    ("starts", "ends", "holds"),
    [
        (DAY, None, True),
        (DAY, DAY + timedelta(days=1), True),
        (DAY - timedelta(days=9), DAY, False),
        (DAY, DAY, False),
        (DAY + timedelta(days=1), None, False),
    ],
)
def test_grant_in_force_agrees_with_its_twin(db, starts, ends, holds):
    grant = GrantFactory(starts_on=starts, ends_on=ends)
    assert grant.is_in_force(DAY) is holds
    assert Grant.objects.in_force(DAY).exists() is holds


@pytest.mark.parametrize(
    ("kind", "with_town"),
    [(Grant.Kind.CLERK, False), (Grant.Kind.COUNTY, True), (Grant.Kind.AUDITOR, True), (Grant.Kind.INSPECTOR, True)],
)
def test_only_clerks_have_a_town(town, kind, with_town):
    user = UserFactory()
    grant = Grant(user=user, kind=kind, town=town if with_town else None, starts_on=DAY)
    with pytest.raises(ValidationError):
        grant.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        grant.save()


def test_grant_cannot_end_before_it_starts(db):
    with pytest.raises(IntegrityError), transaction.atomic():
        GrantFactory(starts_on=DAY, ends_on=DAY - timedelta(days=1))


def test_permissions_follow_from_grants(county, clerk):
    auditor = holder(Grant.Kind.AUDITOR)
    assert county.has_perms(["people.add_user", "people.view_user"])
    assert not auditor.has_perms(["people.view_user", "people.change_user"])
    assert auditor.has_perm("people.view_user")
    assert not clerk.has_perm("people.view_user")
    assert [user.is_staff for user in (county, auditor, clerk, holder(Grant.Kind.INSPECTOR))] == [
        True,
        True,
        False,
        False,
    ]


def test_superuser_is_a_county_grant(db):
    user = User.objects.create_superuser("root", "Maque-feiguo-7", name="示例")
    assert user.is_county
    assert Grant.objects.in_force(timezone.localdate()).get().user == user


def test_branch_name_is_unique_in_its_town_only(two_towns):
    branch = Branch.objects.filter(town=two_towns[0]).first()
    BranchFactory(town=two_towns[1], name=branch.name)
    with pytest.raises(IntegrityError), transaction.atomic():
        BranchFactory(town=two_towns[0], name=branch.name)


def test_probationary_member_has_no_full_date(two_towns):
    with pytest.raises(IntegrityError), transaction.atomic():
        MemberFactory(kind=Member.Kind.PROBATIONARY, full_member_date=DAY)


def test_town_ends_after_it_begins(town):
    town.active_to = town.active_from
    with pytest.raises(IntegrityError), transaction.atomic():
        town.save()


@pytest.mark.parametrize("typed", ["示例", "shilijia", "SLJ", "ＳＬＪ", " lij "])
def test_member_is_found_by_name_pinyin_and_initials(member, typed):
    assert list(Member.objects.matching(typed)) == [member]


def test_numbers_are_found_whole_only(member):
    assert list(Member.objects.with_number(f" {member.id_number.lower()} ")) == [member]
    assert list(Member.objects.with_number(member.mobile)) == [member]
    assert list(Member.objects.with_number(member.mobile[:-1])) == []
    assert list(Member.objects.with_number("")) == []
    assert list(Member.objects.matching(member.mobile)) == []
