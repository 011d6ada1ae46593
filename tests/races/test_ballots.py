"""A judge hands in two different ballots at once: one is stored."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from courses.actions import judging
from courses.models import Ballot, Judge, Panel, PanelCriterion, Score, Topic
from tests.factories import ThemeFactory, UserFactory
from tests.races.threads import kinds, together


@pytest.fixture
def ballots(town, county, arena):
    """The same judge, 70 from one window and 90 from another."""
    topic = Topic.objects.create(town=town, title="题", theme=ThemeFactory(), reason="因", proposed_by=county)
    ends_on = timezone.localdate() + timedelta(days=1)
    numbers = {"min_judges": 5, "drop_from": 5, "drop_each": 1, "pass_mark": 80}
    panel = Panel.objects.create(topic=topic, number=1, ends_on=ends_on, **numbers)
    criterion = PanelCriterion.objects.create(panel=panel, name="政治导向", weight=100)
    judge = Judge.objects.create(panel=panel, user=UserFactory(), unit="示例党校")
    arena.meet(judging, "conflict", 2)

    def cast(points) -> str:
        judging.cast(judge=judge, points={criterion.pk: points}, comment="", by=judge.user)
        return "handed in"

    return [partial(cast, 70), partial(cast, 90)]


def test_of_two_ballots_one_counts(ballots):
    assert kinds(together(*ballots)) == ["ValidationError", "handed in"]
    assert (Ballot.objects.count(), Score.objects.count()) == (1, 1)


def test_twin_without_the_lock_the_database_refuses_the_second(ballots, arena):
    arena.lift_locks()
    assert kinds(together(*ballots)) == ["IntegrityError", "handed in"]
    assert Ballot.objects.count() == 1
