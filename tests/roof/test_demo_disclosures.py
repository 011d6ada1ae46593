"""The demo county's disclosed accounts: every state, questions with and without answers, and nothing to hide in them."""

from django.db.models import F, Q

from centres.actions import disclosures as way
from centres.models import Disclosure, DisclosureHead, DisclosureItem, DisclosureQuestion
from juxian.people.models import User
from tests.roof.conftest import Demo


def test_accounts_are_in_every_state_and_add_up(demo: Demo, db) -> None:
    rows = Disclosure.objects.select_related("town")
    assert set(rows.values_list("state", flat=True)) == set(Disclosure.State.values)
    assert rows.published().filter(corrects__isnull=False).count() == 1
    assert rows.filter(state=Disclosure.State.DRAFT).exclude(comment="").exists()
    assert not rows.filter(Q(proposed_by=F("approved_by")) | Q(checked_by=F("approved_by"))).exists()
    spent = sum(head.spent for head in DisclosureHead.objects.all())
    assert spent == sum(item.amount for item in DisclosureItem.objects.all())
    assert [way.hits_of(row) for row in rows.published()] == [[]] * rows.published().count()


def test_the_demo_member_has_asked_and_was_answered(demo: Demo, db) -> None:
    mine = DisclosureQuestion.objects.mine(User.objects.get(username="member"))
    assert {row.is_answered for row in mine} == {True, False}
