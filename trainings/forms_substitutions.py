"""The form that notes who teaches instead. It shapes input; the action decides."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms

from lecturers.models import Lecturer
from trainings.models import Session


class SubstituteForm(forms.Form):
    """Who teaches really, and why."""

    actual = forms.ModelChoiceField(
        label="实际授课人", queryset=Lecturer.objects.none(), empty_label="还没选", help_text="只列在聘的讲师。"
    )
    reason = forms.CharField(
        label="原因",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="如“原定老师当天开会”。会记入代课记录，测评和课时都算到实际授课的人。",
        error_messages={"required": "请写明代课的原因，如“原定老师当天开会”。"},
    )

    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.layout = Layout(Row(Column("actual", css_class="col-md-6")), "reason")

    def __init__(self, *args: Any, session: Session, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["actual"].queryset = Lecturer.objects.teaching(session.day).exclude(pk=session.lecturer_id or 0)
