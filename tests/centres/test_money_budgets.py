"""A budget on its way between clerk and county: returned, mended, and written in two tabs at once."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from centres.actions import money as actions
from centres.models import Budget, BudgetLine, BudgetReturn
from juxian.audit.models import AuditEntry
from juxian.board import _budgets_waiting
from juxian.messages.models import InboxMessage
from tests.centres.money_rows import approve, budget, close, head
from tests.factories import CentreFactory

pytestmark = pytest.mark.django_db
YEAR = timezone.localdate().year
PATH = f"/town/centre/money/budget/?year={YEAR}"


@pytest.fixture
def page(client: Client, clerk, town) -> Client:
    CentreFactory(town=town)
    client.force_login(clerk)
    return client


def texts(response) -> list[str]:
    return [text for found in response.context["form"].errors.values() for text in found]


def test_a_budget_is_returned_mended_and_handed_in_again(page, client, town, clerk, county) -> None:
    meals = head("meals")
    page.post(PATH, {f"h{meals.pk}": "900"})
    plan = Budget.objects.get()
    path, shown = f"/town/budgets/{plan.pk}/return/", f"/town/centre/money/?town={town.code}&year={YEAR}"
    assert client.get(path).status_code == 403
    client.force_login(county)
    assert texts(client.post(path, {"comment": " "})) == ["退回要写明意见，镇里才知道改什么。"]
    stale = client.post(path, {"comment": "太高", "seen": "20260101000000000000"})
    assert texts(stale) == [f"{plan}在您打开以后改过，请重新看一遍再办。"]
    for _ in range(2):
        assert client.post(path, {"comment": "伙食费太高", "seen": plan.seen}).status_code == 302
    (row,) = BudgetReturn.objects.all()
    assert (row.comment, row.by, AuditEntry.objects.filter(action="centres.budget_returned").count()) == (
        "伙食费太高", county, 1,
    )  # fmt: skip
    letter = InboxMessage.objects.get(town=town)
    assert (letter.title, letter.body) == (f"{plan}被退回", "县里的意见：伙食费太高")
    assert (client.get(shown).context["may_decide"], client.get(shown).context["seen"].is_returned) == (False, True)
    assert [one.is_returned for one in client.get(f"/county/money/?year={YEAR}").context["rows"]] == [True]
    assert _budgets_waiting(county) == []
    client.post(f"/town/budgets/{plan.pk}/approve/", {"seen": plan.seen})
    assert Budget.objects.get().state == "draft"
    client.force_login(clerk)
    assert client.get(PATH).context["returned"] == row
    page.post(PATH, {f"h{meals.pk}": "800"})
    titles = InboxMessage.objects.filter(user=county).order_by("pk").values_list("title", flat=True)
    assert list(titles) == [f"{plan}待审批", f"{plan}改好重交"]
    client.force_login(county)
    plan.refresh_from_db()
    assert len(_budgets_waiting(county)) == 1
    assert client.get(shown).context["seen"].is_returned is False
    client.post(f"/town/budgets/{plan.pk}/approve/", {"seen": plan.seen})
    assert Budget.objects.get().state == "approved"


def test_a_returned_budget_may_be_handed_in_as_it_is_and_once(town, clerk, county) -> None:
    given = {"town": town, "year": YEAR, "amounts": {head("meals"): Decimal(5)}, "by": clerk}
    plan = actions.save_budget(**given)
    actions.return_budget(budget=plan, comment="再核", by=county)
    first, second = actions.save_budget(**given), actions.save_budget(**given)
    assert (first.saved_at > plan.saved_at, second.saved_at) == (True, first.saved_at)
    assert actions.approve_budget(budget=plan, by=county).state == "approved"


def test_an_approved_budget_is_not_returned_nor_a_return_changed(page, client, town, clerk, county) -> None:
    plan = budget(town, clerk, YEAR, {head("meals"): "5"})
    given = {"budget": plan, "saved_at": plan.saved_at, "comment": "改", "by": county, "at": timezone.now()}
    BudgetReturn.objects.create(**given)
    for act in (
        lambda: BudgetReturn.objects.update(comment="别的"),
        lambda: BudgetReturn.objects.all()._raw_delete(BudgetReturn.objects.db),
        lambda: BudgetReturn.objects.create(**given),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()
    approve(plan, county)
    with pytest.raises(IntegrityError, match="已批准的预算不能退回"), transaction.atomic():
        BudgetReturn.objects.create(**given | {"saved_at": timezone.now()})
    client.force_login(county)
    for response in (client.get(f"/town/budgets/{plan.pk}/return/"), client.post(f"/town/budgets/{plan.pk}/return/")):
        assert response.context["text"] == "预算已经批准，不能退回。要增减，请登记预算调整。"


def test_nobody_returns_the_own_budget(town, county) -> None:
    plan = budget(town, county, YEAR, {head("meals"): "5"})
    with pytest.raises(ValidationError) as caught:
        actions.return_budget(budget=plan, comment="改", by=county)
    assert caught.value.code == "own"


def test_what_another_tab_saved_is_told_before_it_is_lost(page) -> None:
    meals, other = head("meals"), head("other")
    seen = page.get(PATH).context["form"].initial["seen"]
    page.post(PATH, {f"h{meals.pk}": "100", "seen": seen})
    late = {f"h{meals.pk}": "200", f"h{other.pk}": "7", "seen": seen}
    told = page.post(PATH, late)
    assert texts(told) == [
        "您打开这一页以后，别处保存过这份预算：“伙食费”已存 100.00 元，您填的是 200.00 元；"
        "“其他费用”已存 0.00 元，您填的是 7.00 元。核对后再点一次“保存”，就以您填的为准。"
    ]
    assert [row.amount for row in BudgetLine.objects.filter(amount__gt=0)] == [Decimal(100)]
    now = told.context["form"].data["seen"]
    assert page.post(PATH, late | {"seen": now}).status_code == 302
    assert [row.amount for row in BudgetLine.objects.order_by("head__order")] == [Decimal(200), Decimal(7)]


def test_a_refusal_of_another_kind_forgets_nothing_of_the_other_tab(page) -> None:
    meals = head("meals")
    page.post(PATH, {f"h{meals.pk}": "100"})
    refused = page.post(PATH, {f"h{meals.pk}": "-5", "seen": ""})
    assert refused.context["form"].data["seen"] == ""


def test_a_budget_of_a_closed_year_or_far_ahead_opens_no_form(page, town, clerk) -> None:
    close(town, clerk, YEAR)
    assert page.get(PATH).context["text"] == f"{YEAR} 年已经结账，预算不能再改。"
    far = page.get(f"/town/centre/money/budget/?year={YEAR + 2}").context["text"]
    assert far == f"{YEAR + 2} 年还早，预算最多提前一年编。"
