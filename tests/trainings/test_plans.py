"""The year plan: lines while it is a draft, then submit, approve or return."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from juxian.audit.models import AuditEntry
from juxian.messages.models import InboxMessage
from tests.factories import GrantFactory, UserFactory
from trainings import actions
from trainings.models import PlanLine, YearPlan

FIELDS = {"title": "春训班", "audience": "农村党员", "month": 3, "days": Decimal("1.5"), "people": 60}


@pytest.fixture
def plan(town, clerk) -> YearPlan:
    return actions.open_plan(town=town, year=2027, by=clerk)


def test_plan_goes_from_draft_to_approved(plan, clerk, county):
    actions.add_line(plan=plan, by=clerk, **FIELDS)
    assert actions.submit_plan(plan=plan, by=clerk).state == YearPlan.State.SUBMITTED
    assert actions.submit_plan(plan=plan, by=clerk).state == YearPlan.State.SUBMITTED
    assert actions.approve_plan(plan=plan, by=county).state == YearPlan.State.APPROVED
    assert actions.approve_plan(plan=plan, by=county).state == YearPlan.State.APPROVED
    assert [row.title for row in InboxMessage.objects.filter(town=plan.town)] == ["2027年度培训计划已批准"]
    verbs = list(AuditEntry.objects.filter(action__startswith="plan.").order_by("pk").values_list("action", flat=True))
    assert verbs == ["plan.open", "plan.line_add", "plan.submit", "plan.approved"]


def test_open_plan_twice_is_once(plan, town, clerk):
    assert actions.open_plan(town=town, year=2027, by=clerk) == plan


def test_add_line_twice_is_once(plan, clerk):
    first = actions.add_line(plan=plan, by=clerk, **FIELDS)
    assert actions.add_line(plan=plan, by=clerk, **FIELDS) == first
    assert PlanLine.objects.count() == 1


def test_empty_plan_is_not_submitted(plan, clerk):
    with pytest.raises(ValidationError) as refusal:
        actions.submit_plan(plan=plan, by=clerk)
    assert refusal.value.messages == ["计划里还没有班次，先加至少一个班再送审。"]


def test_lines_change_only_in_a_draft(plan, clerk, county):
    line = actions.add_line(plan=plan, by=clerk, **FIELDS)
    assert actions.change_line(line=line, by=clerk, people=80).people == 80
    actions.submit_plan(plan=plan, by=clerk)
    for act in (
        lambda: actions.add_line(plan=plan, by=clerk, **FIELDS | {"title": "另一个"}),
        lambda: actions.change_line(line=line, by=clerk, people=90),
        lambda: actions.remove_line(line=line, by=clerk),
    ):
        with pytest.raises(ValidationError) as refusal:
            act()
        assert refusal.value.messages == ["大店镇2027年度培训计划已送审，不能再改。要改先撤回，或请县里退回。"]
    actions.return_plan(plan=plan, comment="人数太多", by=county)
    actions.remove_line(line=line, by=clerk)
    assert PlanLine.objects.count() == 0


def test_return_needs_a_comment_and_tells_the_town(plan, clerk, county):
    actions.add_line(plan=plan, by=clerk, **FIELDS)
    actions.submit_plan(plan=plan, by=clerk)
    with pytest.raises(ValidationError) as refusal:
        actions.return_plan(plan=plan, comment="  ", by=county)
    assert refusal.value.messages == ["退回要写明意见，镇里才知道改什么。"]
    returned = actions.return_plan(plan=plan, comment="人数太多", by=county)
    assert (returned.state, returned.comment) == (YearPlan.State.DRAFT, "人数太多")
    assert InboxMessage.objects.get(town=plan.town).body == "县里的意见：人数太多"
    assert actions.return_plan(plan=plan, comment=" 人数太多 ", by=county).comment == "人数太多"
    assert InboxMessage.objects.filter(town=plan.town).count() == 1
    with pytest.raises(ValidationError) as refusal:
        actions.return_plan(plan=plan, comment="再退一次", by=county)
    assert refusal.value.messages == ["大店镇2027年度培训计划是草稿，还没有送审，不能退回。"]


def test_only_the_county_decides(plan, clerk, other_clerk):
    actions.add_line(plan=plan, by=clerk, **FIELDS)
    actions.submit_plan(plan=plan, by=clerk)
    for somebody in (clerk, other_clerk):
        with pytest.raises(PermissionDenied):
            actions.approve_plan(plan=plan, by=somebody)
        with pytest.raises(PermissionDenied):
            actions.return_plan(plan=plan, comment="x", by=somebody)


def test_nobody_approves_what_they_submitted(plan, town, county):
    actions.add_line(plan=plan, by=county, **FIELDS)
    actions.submit_plan(plan=plan, by=county)
    with pytest.raises(ValidationError) as refusal:
        actions.approve_plan(plan=plan, by=county)
    assert refusal.value.code == "own"
    colleague = GrantFactory(user=UserFactory(username="county2")).user
    assert actions.approve_plan(plan=plan, by=colleague).state == YearPlan.State.APPROVED


def test_draft_is_not_approved_and_approved_is_not_returned(plan, clerk, county):
    with pytest.raises(ValidationError) as refusal:
        actions.approve_plan(plan=plan, by=county)
    assert refusal.value.messages == ["大店镇2027年度培训计划还没有送审，不能批准。"]
    actions.add_line(plan=plan, by=clerk, **FIELDS)
    actions.submit_plan(plan=plan, by=clerk)
    actions.approve_plan(plan=plan, by=county)
    with pytest.raises(ValidationError) as refusal:
        actions.return_plan(plan=plan, comment="晚了", by=county)
    assert refusal.value.messages == ["大店镇2027年度培训计划已批准，不能退回。"]


def test_other_town_and_strangers_write_nothing(plan, other_clerk, colleague):
    for stranger in (other_clerk, colleague):
        with pytest.raises(PermissionDenied):
            actions.add_line(plan=plan, by=stranger, **FIELDS)
        with pytest.raises(PermissionDenied):
            actions.open_plan(town=plan.town, year=2028, by=stranger)
