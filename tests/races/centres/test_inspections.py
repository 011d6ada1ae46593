"""Two begin the same inspection at once, tap on the same item, hand in twice, answer twice."""

from functools import partial

import pytest
from django.core.exceptions import ValidationError

from centres import actions
from centres.actions import signing
from centres.models import Finding, Inspection, InspectionResult, Standard
from juxian.audit.models import AuditEntry
from juxian.messages.models import InboxMessage
from juxian.people.models import Grant, User
from tests.centres.inspecting import in_days, inspected, judge, make_standard, result_of
from tests.factories import CentreFactory, GrantFactory, UserFactory
from tests.races.threads import kinds, together


@pytest.fixture
def centre(town, clerk, arena):
    make_standard()
    return CentreFactory(town=town)


@pytest.fixture
def inspectors(arena) -> list[User]:
    users = [UserFactory(username=f"inspector{number}", name=f"示例检查员{number}") for number in range(2)]
    return [GrantFactory(user=user, kind=Grant.Kind.INSPECTOR).user for user in users]


def noted(verb: str) -> int:
    return AuditEntry.objects.filter(action=f"centres.inspection_{verb}").count()


# Two inspectors begin --------------------------------------------------------------------------------
@pytest.fixture
def starts(centre, inspectors, arena):
    """Both have looked whether one is under way before either begins."""
    arena.meet(Standard.objects, "in_force", 2)
    return [partial(actions.start_inspection, centre=centre, kind="county", by=by) for by in inspectors]


def begun() -> tuple[int, int, int]:
    return Inspection.objects.count(), InspectionResult.objects.count(), noted("start")


def test_two_starts_at_once_are_one_inspection(starts, centre) -> None:
    assert kinds(together(*starts)) == ["ValidationError", f"{centre}县级检查"]
    assert begun() == (1, 4, 1)


def test_twin_without_the_lock_the_second_ends_in_an_error(starts, centre, arena) -> None:
    arena.lift_locks()
    assert kinds(together(*starts)) == ["IntegrityError", f"{centre}县级检查"]


# Two devices tap on the same item --------------------------------------------------------------------
@pytest.fixture
def taps(centre, inspectors, arena):
    """Both have looked what is kept before either writes."""
    row = result_of(actions.start_inspection(centre=centre, kind="county", by=inspectors[0]), "have-signs")
    arena.meet(InspectionResult, "save", 2)
    return [partial(tap, row, verdict, by) for verdict, by in zip(("met", "unmet"), inspectors, strict=True)]


def tap(row: InspectionResult, verdict: str, by: User) -> str:
    return actions.save_result(result=row, verdict=verdict, note="", seq=7, base=0, by=by).verdict


def test_of_two_taps_at_once_one_is_refused(taps) -> None:
    results = together(*taps)
    (refused,) = [one for one in results if isinstance(one, ValidationError)]
    assert refused.code == "changed"
    assert InspectionResult.objects.get(item__key="have-signs").verdict in results


def test_twin_without_the_lock_the_later_tap_wins_without_a_word(taps, arena) -> None:
    arena.lift_locks()
    assert together(*taps) == ["met", "unmet"]


# One side hands in twice -----------------------------------------------------------------------------
@pytest.fixture
def submits(centre, inspectors, arena):
    """Both have seen that it is not handed in yet."""
    one = actions.start_inspection(centre=centre, kind="county", by=inspectors[0])
    judge(one, inspectors[0], have_signs="牌子掉了")
    arena.meet(signing, "wrong_day", 2)
    return [partial(actions.submit_inspection, inspection=one, rectify_by=in_days(9), by=by) for by in inspectors]


def test_handed_in_twice_at_once_is_one_signature(submits, centre) -> None:
    together(*submits)
    assert (noted("submit"), InboxMessage.objects.filter(town=centre.town).count()) == (1, 1)


def test_twin_without_the_lock_there_are_two_signatures(submits, arena) -> None:
    arena.lift_locks()
    together(*submits)
    assert noted("submit") == 2


# The other side answers twice ------------------------------------------------------------------------
@pytest.fixture
def again(centre, inspectors, clerk, arena) -> Inspection:
    """A re-inspection that finds the only fault put right, handed in; both answers have seen that nobody answered."""
    first = actions.confirm_inspection(inspection=inspected(centre, inspectors[0], have_signs="牌子掉了"), by=clerk)
    one = actions.start_inspection(centre=centre, kind="re", previous=first, by=inspectors[0])
    judge(one, inspectors[0])
    actions.submit_inspection(inspection=one, rectify_by=None, by=inspectors[0])
    arena.meet(signing, "_must_answer", 2, after=True)
    return one


@pytest.fixture
def clerks(clerk, town) -> list[User]:
    return [clerk, GrantFactory(user=UserFactory(name="示例干事二"), kind=Grant.Kind.CLERK, town=town).user]


def test_confirmed_twice_at_once_is_one_signature_and_the_finding_closed_once(again, clerks) -> None:
    together(*[partial(actions.confirm_inspection, inspection=again, by=by) for by in clerks])
    finding = Finding.objects.get()
    assert (finding.state, finding.closed_on) == (Finding.State.ACCEPTED, in_days(0))
    assert (noted("confirm"), noted("close")) == (2, 2)  # with that of the first inspection
    assert set(Inspection.objects.values_list("state", flat=True)) == {Inspection.State.CLOSED}


def test_twin_without_the_lock_there_is_a_second_signature(again, clerks, arena) -> None:
    arena.lift_locks()
    together(*[partial(actions.confirm_inspection, inspection=again, by=by) for by in clerks])
    assert noted("confirm") == 3


def answers(again: Inspection, clerks: list[User]) -> list[str]:
    first, second = clerks
    confirm = partial(actions.confirm_inspection, inspection=again, by=first)
    return kinds(together(confirm, partial(actions.return_inspection, inspection=again, reason="有出入", by=second)))


def test_signed_and_sent_back_at_once_is_one_of_both(again, clerks) -> None:
    assert answers(again, clerks).count("ValidationError") == 1
    is_signed = noted("confirm") == 2
    again.refresh_from_db()
    assert again.state == (Inspection.State.CLOSED if is_signed else Inspection.State.DRAFT)
    assert Finding.objects.open().count() == (0 if is_signed else 1)


def test_twin_without_the_lock_it_is_both(again, clerks, arena) -> None:
    arena.lift_locks()
    answers(again, clerks)
    assert (noted("confirm"), noted("return")) == (2, 1)
