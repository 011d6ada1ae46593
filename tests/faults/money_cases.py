"""What makes the pages of money write."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tests.faults.inputs import Case
from tests.matrix.towns import County


def _scan() -> SimpleUploadedFile:
    return SimpleUploadedFile("scan.pdf", b"%PDF-1.4 scan")


def money_paths(county: County) -> dict[str, str]:
    """The draft of next year is what can still be changed and approved."""
    return {
        "centres:budget-edit": f"/town/centre/money/budget/?year={timezone.localdate().year + 1}",
        "centres:budget-approve": f"/town/budgets/{county.ours.next_budget.pk}/approve/",
        "centres:budget-return": f"/town/budgets/{county.ours.next_budget.pk}/return/",
    }


def money_cases(county: County) -> dict[str, Case]:
    """Amounts are typed; the forms offer none."""
    amounts: dict[str, Any] = {f"h{county.ours.budget_line.head_id}": "77.70"}
    return {
        "centres:budget-edit": Case(amounts),
        "centres:budget-adjust": Case({"amount": "5.00"}),
        "centres:expense-add": Case({"amount": "1.10", "scan": _scan}),
        "centres:year-close": Case({"sure": "on", "reason": "移交"}),
        "centres:scan-add": Case({"file": _scan}),
        "trainings:class-budget": Case(amounts),
        "trainings:cost-link": Case({"expense": county.ours.old_expense.pk, "lecturer": "", "hours": ""}),
    }
