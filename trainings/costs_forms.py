"""Putting a voucher to a class."""

from decimal import Decimal
from typing import Any

from crispy_forms.layout import Column, Row
from django import forms
from django.core.exceptions import ValidationError

from centres.forms.money import helper
from centres.models import Expense
from centres.money import yuan
from juxian.people.models import User
from lecturers.models import Lecturer
from trainings.costs import LECTURE_FEES
from trainings.models import Session, TrainingClass


class ExpenseChoice(forms.ModelChoiceField):
    """A voucher told by number, day, amount and purpose."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.voucher}，{obj.spent_on:%m-%d}，{obj.head} {yuan(obj.amount)} 元，{obj.purpose}"


class CostForm(forms.Form):
    """A voucher of the town no class has yet; for a lecture fee whose it is and for how many hours."""

    expense = ExpenseChoice(Expense.objects.none(), label="支出", empty_label="请选择")
    lecturer = forms.ModelChoiceField(
        Lecturer.objects.none(), label="授课人", required=False, empty_label="不是讲课费", help_text="只有师资费要填。"
    )
    hours = forms.DecimalField(
        label="计酬学时", required=False, min_value=Decimal("0.25"), max_value=200, decimal_places=2
    )
    accepted = forms.CharField(required=False, widget=forms.HiddenInput)
    accepted_reason = forms.CharField(label="仍要关联的原因", max_length=200, required=False)

    rows = (
        "expense",
        Row(Column("lecturer", css_class="col-md-6"), Column("hours", css_class="col-md-6")),
        "accepted",
    )

    def __init__(self, *args: Any, training_class: TrainingClass, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        free = Expense.objects.visible_to(user).filter(town=training_class.town, class_cost=None).standing()
        fields["expense"].queryset = free.select_related("head").order_by("-spent_on", "-pk")
        taught = Session.objects.visible_to(user).filter(training_class=training_class).standing()
        fields["lecturer"].queryset = Lecturer.objects.filter(pk__in=taught.values("lecturer")).order_by("name")
        self.helper = helper(*self.rows)

    def clean(self) -> dict[str, Any]:
        """Lecturer and hours go together, and only with a lecture fee."""
        found = super().clean() or {}
        expense, lecturer, hours = found.get("expense"), found.get("lecturer"), found.get("hours")
        if (lecturer is None) != (hours is None) and not self.errors:
            raise ValidationError("讲课费要同时填授课人和计酬学时。", code="pair")
        if lecturer and expense and expense.head.key != LECTURE_FEES:
            raise ValidationError("这一笔不是师资费，不用填授课人和学时。", code="head")
        return found

    def warn(self, warning: str) -> None:
        """Show the warning and ask why all the same."""
        self.warning = warning
        data: Any = self.data
        self.data = data = data.copy()
        data["accepted"] = warning
        self.helper = helper(*self.rows, "accepted_reason")
