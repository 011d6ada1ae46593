"""A slip opens one account, however many use it at once."""

from functools import partial

import pytest

from juxian.audit.models import AuditEntry
from juxian.people import actions
from juxian.people.models import ActivationSlip, User
from tests.factories import BranchFactory, MemberFactory
from tests.races.threads import kinds, together


@pytest.fixture
def uses(town, clerk, arena):
    """Two phones type the same code, each with a password of its own."""
    member = MemberFactory(name="示例·新", branch=BranchFactory(town=town))
    code = actions.make_slips(members=[member], by=clerk)[0].code
    arena.meet(actions, "_take", 2)
    use = partial(actions.activate, code=code, name="示例·新", origin="here")
    return [lambda: bool(use(password="Maque-feiguo-7")), lambda: bool(use(password="Yanzi-feiguo-8"))]


def opened() -> tuple[int, int]:
    """Accounts of members, and audit rows about the slip."""
    rows = AuditEntry.objects.filter(action__in=["people.account_opened", "people.password_reset_by_slip"])
    return User.objects.filter(member__isnull=False).count(), rows.count()


def test_a_slip_works_once(uses):
    assert kinds(together(*uses)) == ["True", "ValidationError"]
    assert opened() == (1, 1)


def test_twin_without_the_condition_the_second_takes_the_account_over(uses, arena):
    arena.lift(type(ActivationSlip.objects.all()), "open", lambda rows, now: rows)
    assert kinds(together(*uses)) == ["True", "True"]
    assert opened() == (1, 2)
