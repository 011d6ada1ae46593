"""The county's admin: approvals by the same actions, ledger and marks read-only."""

import pytest
from django.urls import reverse
from django.utils import timezone

from centres.models import CostHead, Expense
from courses.models import Broadcast, Series
from juxian.people.models import Grant
from tests.factories import (
    ClassFactory,
    EnrolmentFactory,
    GrantFactory,
    LecturerFactory,
    PlanLineFactory,
    SessionFactory,
    UserFactory,
    YearPlanFactory,
)
from trainings import actions, models
from trainings.models import HourRule, TrainingClass, YearPlan

MODELS = [getattr(models, name) for name in models.__all__]


@pytest.fixture
def office(client, county):
    client.force_login(county)
    return client


def change_list(model) -> str:
    return reverse(f"admin:trainings_{model._meta.model_name}_changelist")


def run(office, model, action, *rows, **data):
    fields = {"action": action, "_selected_action": [row.pk for row in rows], **data}
    return office.post(change_list(model), fields, follow=True)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_page_opens_for_the_county_and_the_auditor(client, archived, clerk, county, member, model):
    models.Quota.objects.create(training_class=archived, branch=member.branch, seats=1)
    head = CostHead.objects.create(key="meals", name="伙食费", order=1, source="示例")
    models.ClassBudget.objects.create(training_class=archived, head=head, amount=50)
    now, today = timezone.now(), timezone.localdate()
    expense = Expense.objects.create(
        town=archived.town, year=today.year, head=head, amount=10, voucher="1", spent_on=today, by=clerk, at=now
    )
    models.ClassCost.objects.create(training_class=archived, expense=expense, by=clerk, at=now)
    session = models.Session.objects.filter(training_class=archived).first()
    models.Substitution.objects.create(
        session=session, planned=LecturerFactory(), actual=session.lecturer, reason="开会", by=clerk, at=now
    )
    series = Series.objects.create(name="学习讲坛")
    given = {"title": "示例节目", "starts_at": now, "link": "https://example.com/", "source": "示例平台"}
    models.Viewing.objects.create(session=session, broadcast=Broadcast.objects.create(series=series, **given))
    actions.revoke_certificate(certificate=models.Certificate.objects.all()[0], reason="打印有误", by=county)
    auditor = GrantFactory(user=UserFactory(), kind=Grant.Kind.AUDITOR).user
    row = model.objects.order_by("pk").first()
    for user in (county, auditor):
        client.force_login(user)
        assert client.get(change_list(model)).status_code == 200
        name = f"admin:trainings_{model._meta.model_name}_change"
        assert client.get(reverse(name, args=[row.pk])).status_code == 200
    for user in (clerk, member.user):
        client.force_login(user)
        assert client.get(change_list(model)).status_code == 403


@pytest.mark.parametrize(("sent", "words"), [(False, "在平台上看"), (True, "去批准或退回")])
def test_a_class_leads_to_the_page_where_it_is_decided(office, draft, clerk, sent, words):
    if sent:
        actions.submit_class(training_class=draft, by=clerk)
    page = office.get(reverse("admin:trainings_trainingclass_change", args=[draft.pk])).content.decode()
    assert f'<a href="/town/trainings/{draft.pk}/">{words}</a>' in page


def test_classes_are_approved_and_refusals_are_told(office, draft, clerk, town):
    actions.submit_class(training_class=draft, by=clerk)
    other = ClassFactory(town=town, title="没送审的班")
    page = run(office, TrainingClass, "approve", draft, other)
    assert sorted(str(m) for m in page.context["messages"]) == [
        f"大店镇 {other.code} 没送审的班：“没送审的班”现在是“草稿”，只有“已送审”时才能这样做。",
        f"已批准 1 项：大店镇 {draft.code} {draft.title}。",
    ]
    assert TrainingClass.objects.get(pk=draft.pk).state == "approved"


def test_return_asks_for_a_comment_first(office, draft, clerk):
    actions.submit_class(training_class=draft, by=clerk)
    page = run(office, TrainingClass, "send_back", draft)
    assert (page.context["title"], list(page.context["rows"])) == ("退回，请写明意见", [draft])
    assert run(office, TrainingClass, "send_back", draft, comment=" ").context["asked_twice"] is True
    assert TrainingClass.objects.get(pk=draft.pk).state == "submitted"
    done = run(office, TrainingClass, "send_back", draft, comment="换讲师")
    assert [str(m) for m in done.context["messages"]] == [f"已退回 1 项：大店镇 {draft.code} {draft.title}。"]
    returned = TrainingClass.objects.get(pk=draft.pk)
    assert (returned.state, returned.return_comment) == ("draft", "换讲师")


def test_plans_are_approved_and_returned(office, town, clerk):
    plan = YearPlanFactory(town=town)
    PlanLineFactory(plan=plan)
    actions.submit_plan(plan=plan, by=clerk)
    run(office, YearPlan, "send_back", plan, comment="太少")
    assert YearPlan.objects.get().state == "draft"
    actions.submit_plan(plan=plan, by=clerk)
    run(office, YearPlan, "approve", plan)
    assert YearPlan.objects.get().state == "approved"


def test_a_draft_never_sent_is_not_returned(office, draft, town):
    plan = YearPlanFactory(town=town, year=2099)
    told = []
    for model, row in ((TrainingClass, draft), (YearPlan, plan)):
        page = run(office, model, "send_back", row, comment="太少")
        told += [str(message) for message in page.context["messages"]]
    assert told == [
        f"大店镇 {draft.code} {draft.title}：“{draft.title}”是草稿，还没有送审，不能退回。",
        f"{plan}：{plan}是草稿，还没有送审，不能退回。",
    ]
    draft.refresh_from_db()
    assert (draft.return_comment, YearPlan.objects.get(pk=plan.pk).comment) == ("", "")


def test_auditor_decides_nothing(client, draft, clerk):
    actions.submit_class(training_class=draft, by=clerk)
    client.force_login(GrantFactory(user=UserFactory(), kind=Grant.Kind.AUDITOR).user)
    run(client, TrainingClass, "approve", draft)
    assert TrainingClass.objects.get(pk=draft.pk).state == "submitted"


@pytest.mark.parametrize("name", ["hourentry", "mark", "enrolment", "session", "certificate"])
def test_read_only_rows_are_not_added_or_changed(office, archived, name):
    model = next(model for model in MODELS if model._meta.model_name == name)
    row = model.objects.first()
    assert office.get(reverse(f"admin:trainings_{name}_add")).status_code == 403
    assert office.post(reverse(f"admin:trainings_{name}_change", args=[row.pk]), {}).status_code == 403
    assert office.post(reverse(f"admin:trainings_{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403


def test_a_rule_in_force_keeps_its_figure(office, reference):
    rule = HourRule.objects.get(code="member.ordinary")
    url = reverse("admin:trainings_hourrule_change", args=[rule.pk])
    data = {"min_hours": "99", "valid_to": "2026-12-31", "note": "改", "source": "县里", "certainty": "A"}
    assert office.post(url, data).status_code == 302
    rule.refresh_from_db()
    assert (rule.min_hours, rule.valid_to.isoformat(), rule.note) == (32, "2026-12-31", "改")


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("model", [TrainingClass, YearPlan, models.Enrolment, models.Session])
def test_lists_cost_the_same(office, number, model, django_assert_num_queries):
    for _ in range(number):
        training_class = ClassFactory()
        YearPlanFactory(town=training_class.town)
        SessionFactory(training_class=training_class)
        EnrolmentFactory(training_class=training_class)
    with django_assert_num_queries(COST[model]):
        office.get(change_list(model))


COST = {TrainingClass: 9, YearPlan: 8, models.Enrolment: 9, models.Session: 9}


def test_member_page_shows_hours(office, archived, clerk):
    waive = models.HourEntry.objects.first()
    page = office.get(reverse("people:town-member", args=[waive.member_id]))
    panel = next(panel for panel in page.context["panels"] if panel.title == "学时和培训")
    assert [(row.value, row.status) for row in panel.rows] == [("8 学时，还差 24 学时", "warn"), ("结业", "ok")]
