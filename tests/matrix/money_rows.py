"""Money of both towns: last year closed, this year with an approved budget."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from centres import models as centres
from juxian.files.store import store
from trainings import models as trainings


def add_money(data: Any, shared: dict[str, Any]) -> None:
    """One row at least of everything that is money of a town."""
    today, now = timezone.localdate(), timezone.now()
    head = centres.CostHead.objects.get_or_create(
        key="meals", defaults={"name": "伙食费", "order": 1, "source": "示例"}
    )[0]
    by = {"by": data.clerk_user, "at": now}
    data.add("budget", centres.Budget, town=data.town, year=today.year, saved_by=data.clerk_user, saved_at=now)
    data.add("budget_line", centres.BudgetLine, budget=data.budget, head=head, amount=Decimal("1000.00"))
    data.budget.state, data.budget.approved_by, data.budget.approved_at = "approved", shared["county"], now
    data.budget.save()
    data.add("next_budget", centres.Budget, town=data.town, year=today.year + 1, saved_by=data.clerk_user, saved_at=now)
    data.add("next_line", centres.BudgetLine, budget=data.next_budget, head=head, amount=Decimal("900.00"))
    data.add("budget_return", centres.BudgetReturn, budget=data.next_budget, saved_at=now - timedelta(days=1), **by)
    data.add("adjustment", centres.BudgetAdjustment, budget=data.budget, head=head, amount=Decimal("5.50"), **by)
    paid = {"town": data.town, "head": head, "amount": Decimal("10.25"), "reason": "", **by}
    data.add("expense", centres.Expense, year=today.year, spent_on=today, warning="", accepted_reason="", **paid)
    data.add("class_budget", trainings.ClassBudget, training_class=data.training_class, head=head, amount=Decimal(50))
    data.add(
        "class_cost", trainings.ClassCost, training_class=data.training_class, expense=data.expense, warning="",
        accepted_reason="", **by,
    )  # fmt: skip
    file = store([b"%PDF-1.4 KANARI"], name=f"{data.canary}.pdf", kind="pdf")
    data.add("expense_scan", centres.ExpenseScan, expense=data.expense, file=file, **by)
    data.add("held_scan", centres.HeldScan, town=data.town, file=store([b"%PDF-1.4"], name="a.pdf", kind="pdf"), **by)
    last = today.year - 1
    data.add(
        "old_expense", centres.Expense, year=last, spent_on=date(last, 6, 1), warning="", accepted_reason="", **paid
    )  # fmt: skip
    data.add(
        "closing", centres.YearClosing, town=data.town, year=last, number=1, is_closed=True, budget=Decimal(0),
        spent=Decimal("10.25"), reason="", **by,
    )  # fmt: skip
