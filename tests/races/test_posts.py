"""One holder for a post, however many are put into it at once."""

from functools import partial

import pytest
from django.utils import timezone

from centres.actions import posts
from centres.models import Post, PostHolding, StaffingDocument, StaffingNumber
from juxian.people.models import Grant
from tests.factories import UserFactory
from tests.races.threads import kinds, together

pytestmark = pytest.mark.trust("A4")


@pytest.fixture
def post(town, county, arena) -> Post:
    document = StaffingDocument.objects.create(title="批复", number="1号", issued_on=timezone.localdate())
    StaffingNumber.objects.create(document=document, town=town, posts=3)
    return posts.open_posts(document=document, by=county)[0]


@pytest.fixture
def asked(post, county, arena):
    """Two people are put into one post."""
    arena.meet(posts, "_may_begin", 2, after=True)
    people = [UserFactory(username=name, name=f"示例{name}") for name in ("a", "b")]

    def one(user) -> str:
        posts.take_up(post=post, user=user, starts_on=timezone.localdate(), by=county)
        return "in"

    return [partial(one, user) for user in people]


def held() -> int:
    return PostHolding.objects.current().count()


def test_the_second_holder_is_refused_with_a_sentence_and_gets_no_grant(asked) -> None:
    results = together(*asked)
    assert kinds(results) == ["ValidationError", "in"]
    (refusal,) = [result for result in results if isinstance(result, Exception)]
    assert refusal.messages[0].endswith("在岗，先办离岗。")
    assert (held(), Grant.objects.filter(kind="clerk").count()) == (1, 1)


def test_twin_without_the_lock_the_database_refuses(asked, arena) -> None:
    arena.lift_locks()
    results = kinds(together(*asked))
    assert results in (["IntegrityError", "in"], ["ValidationError", "in"])
    assert held() == 1


def test_twin_without_lock_and_constraint_two_hold_it(asked, arena) -> None:
    arena.drop(PostHolding, "centres_postholding_one_at_a_time")
    arena.lift_locks()
    assert kinds(together(*asked)) == ["in", "in"]
    assert held() == 2


def test_leaving_two_posts_at_once_ends_the_grant(post, county, arena) -> None:
    user = UserFactory(username="both", name="示例双")
    second = Post.objects.get(slot=2)
    today = timezone.localdate()
    holdings = [posts.take_up(post=one, user=user, starts_on=today, by=county) for one in (post, second)]
    arena.meet(posts, "_end_grant", 2)
    together(*[partial(posts.leave, holding=holding, ends_on=today, by=county) for holding in holdings])
    assert held() == 0
    assert Grant.objects.get(user=user).ends_on == today
