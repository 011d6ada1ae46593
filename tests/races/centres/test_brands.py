"""Two of the county approve at once, approve and return at once, mark two key courses at once; a clerk drafts twice."""

from functools import partial

import pytest

from centres.actions import brands
from centres.models import BrandRevision
from courses.actions import keys as course_actions
from courses.models import Course
from juxian.audit.models import AuditEntry
from juxian.people.models import Grant
from tests.factories import (
    BrandFactory,
    CentreFactory,
    CourseFactory,
    GrantFactory,
    TeachingPointFactory,
    ThemeFactory,
    UserFactory,
)
from tests.races.threads import kinds, together


@pytest.fixture
def deciders(county):
    """Two officials of the county."""
    return [county, GrantFactory(user=UserFactory(name="示例县管二"), kind=Grant.Kind.COUNTY).user]


@pytest.fixture
def sent(town, clerk, arena):
    point = TeachingPointFactory(centre=CentreFactory(town=town))
    said = {"theme": ThemeFactory(), "slogan": "齐鲁红都 革命摇篮", "story": "从大店来。", "key_point": point}
    draft = brands.save_draft(town=town, by=clerk, **said)
    row = brands.submit_revision(revision=draft, by=clerk)
    arena.meet(brands, "must_decide", 2)
    return row


def approve(row, by) -> str:
    return brands.approve_revision(revision=row, by=by).state


def approvals() -> int:
    return AuditEntry.objects.filter(action="centres.brand_approved").count()


def test_approved_twice_is_approved_once(sent, deciders):
    assert kinds(together(*[partial(approve, sent, by) for by in deciders])) == ["approved"] * 2
    assert approvals() == 1


def test_twin_without_the_lock_the_triggers_refuse_the_second(sent, deciders, arena):
    arena.lift_locks()
    assert kinds(together(*[partial(approve, sent, by) for by in deciders])) == ["IntegrityError", "approved"]


def test_approved_and_returned_at_once_is_one_of_both(sent, deciders):
    first, second = deciders
    back = partial(brands.return_revision, revision=sent, comment="再改", by=second)
    results = together(partial(approve, sent, first), back)
    assert sum(isinstance(result, Exception) for result in results) == 1
    assert BrandRevision.objects.get().state in ("approved", "returned")


@pytest.fixture
def marks(town, county, arena):
    """Two courses are to become the key of one brand."""
    brand = BrandFactory(town=town)
    arena.meet(Course, "full_clean", 2)

    def mark(course) -> str:
        course_actions.mark_key(course=course, brand=brand, by=county)
        return "marked"

    return [partial(mark, CourseFactory(title=title)) for title in ("甲课", "乙课")]


def test_the_second_key_course_is_refused_with_a_sentence(marks):
    results = together(*marks)
    assert kinds(results) == ["ValidationError", "marked"]
    (refusal,) = [result for result in results if isinstance(result, Exception)]
    assert [text[:12] for text in refusal.messages] == ["大店镇品牌已有重点课程“"]
    assert Course.objects.exclude(key_of=None).count() == 1


def test_twin_without_the_lock_the_database_refuses(marks, arena):
    arena.lift_locks()
    arena.meet(Course, "save", 2)
    assert kinds(together(*marks)) == ["IntegrityError", "marked"]
    assert Course.objects.exclude(key_of=None).count() == 1


def test_two_first_drafts_at_once_are_one(town, clerk, county, arena):
    arena.meet(brands, "must_run", 2, after=True)
    results = together(*[partial(brands.open_revision, town=town, by=by) for by in (clerk, county)])
    assert [type(result).__name__ for result in results] == ["BrandRevision"] * 2
    assert BrandRevision.objects.count() == 1
