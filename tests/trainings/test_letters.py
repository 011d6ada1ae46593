"""What the county is told when a town sends something for approval."""

from datetime import date

import pytest

from juxian.messages.models import InboxMessage
from juxian.people.models import Grant, User
from tests.factories import GrantFactory, UserFactory
from tests.trainings.test_plans import FIELDS
from trainings import actions


@pytest.fixture
def colleague(county) -> User:
    """A second county official; others who may not decide stand beside."""
    GrantFactory(kind=Grant.Kind.AUDITOR)
    GrantFactory(kind=Grant.Kind.COUNTY, ends_on=date(2021, 1, 1))
    GrantFactory(kind=Grant.Kind.COUNTY, user=UserFactory(is_active=False))
    return GrantFactory(kind=Grant.Kind.COUNTY, user=UserFactory(username="second")).user


def letters(start: str) -> list[tuple[str, str, str, str]]:
    rows = InboxMessage.objects.filter(key__startswith=start, user__isnull=False).order_by("pk")
    return [(row.user.username, row.title, row.body, row.link) for row in rows]


def test_the_county_is_told_of_a_plan_once_for_each_submission(town, clerk, county, colleague):
    plan = actions.open_plan(town=town, year=2027, by=clerk)
    actions.add_line(plan=plan, by=clerk, **FIELDS)
    actions.submit_plan(plan=plan, by=clerk)
    actions.submit_plan(plan=plan, by=clerk)
    words = ("等您审批：大店镇2027年度培训计划", "示例干事送审，共 1 个班。可以批准，或写明意见退回。")
    once = [(name, *words, f"/admin/trainings/yearplan/{plan.pk}/change/") for name in ("county", "second")]
    assert letters(f"plan:{plan.pk}:") == once

    actions.return_plan(plan=plan, comment="写细些", by=county)
    actions.submit_plan(plan=plan, by=clerk)

    assert letters(f"plan:{plan.pk}:") == once * 2


def test_the_county_is_told_of_a_class_once_and_reads_it_in_its_own_inbox(client, draft, clerk, county, colleague):
    actions.submit_class(training_class=draft, by=clerk)
    actions.submit_class(training_class=draft, by=clerk)

    found = letters(f"class:{draft.pk}:")
    link = f"/admin/trainings/trainingclass/{draft.pk}/change/"
    assert [(name, title, to) for name, title, _, to in found] == [
        (name, f"等您审批：大店镇“{draft.title}”", link) for name in ("county", "second")
    ]
    client.force_login(county)
    page = client.get("/town/inbox/").content.decode()
    assert (found[0][1] in page, client.get(link).status_code) == (True, 200)
    assert "消息 2" in client.get("/").content.decode()  # the plan of the class and the class itself


def test_who_sends_is_not_told(draft, county, colleague):
    actions.submit_class(training_class=draft, by=county)

    assert [name for name, *_ in letters(f"class:{draft.pk}:")] == ["second"]


@pytest.mark.parametrize("number", [1, 3])
def test_telling_costs_the_same_for_any_number_of_readers(town, clerk, number, django_assert_num_queries):
    for _ in range(number):
        GrantFactory(kind=Grant.Kind.COUNTY)
    plan = actions.open_plan(town=town, year=2027, by=clerk)
    actions.add_line(plan=plan, by=clerk, **FIELDS)
    with django_assert_num_queries(9):
        actions.submit_plan(plan=plan, by=clerk)
