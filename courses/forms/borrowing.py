"""Asking for a course of another town, and saying no."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils import timezone

REASON = "不同意要写明原因，对方才知道怎么办。"


class BorrowingForm(forms.Form):
    """For which year and what for."""

    year = forms.TypedChoiceField(label="哪一年用", coerce=int)
    purpose = forms.CharField(
        label="用途",
        max_length=200,
        help_text="用在哪个班、讲给谁、大概哪个月。",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "写明用在哪个班、讲给谁，对方才好答复。"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        this = timezone.localdate().year
        fields: dict[str, Any] = self.fields
        fields["year"].choices = [(year, f"{year}年") for year in (this, this + 1)]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


class RefusalForm(forms.Form):
    """Why the owner does not agree."""

    reason = forms.CharField(
        label="原因",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": REASON},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
