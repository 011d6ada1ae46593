"""Forms about regulations. They shape input; the actions decide."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.utils import timezone

from centres.models import RegulationKind


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class VersionForm(forms.Form):
    """A new version with its paper."""

    document_number = forms.CharField(label="文号", max_length=40, required=False, help_text="没有文号就不填。")
    issued_on = forms.DateField(label="印发日期", widget=_day())
    valid_from = forms.DateField(label="施行日期", widget=_day(), help_text="从这一天起，前一版不再有效。")
    valid_until = forms.DateField(label="有效至", required=False, widget=_day(), help_text="长期有效就不填。")
    file = forms.FileField(label="文件", help_text="PDF 或 OFD，不超过 20 MB。")

    rows: tuple[Any, ...] = (
        Row(
            Column("document_number", css_class="col-md-3"),
            Column("issued_on", css_class="col-md-3"),
            Column("valid_from", css_class="col-md-3"),
            Column("valid_until", css_class="col-md-3"),
        ),
        "file",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(*self.rows)

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first."""
        found = super().clean() or {}
        first, last = found.get("valid_from"), found.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", "“有效至”不能早于施行日期。")
        return found


class RegulationForm(VersionForm):
    """A regulation together with its first version."""

    kind = forms.ModelChoiceField(RegulationKind.objects.none(), label="类别", empty_label="请选择")
    title = forms.CharField(label="名称", max_length=100)

    rows = (Row(Column("kind", css_class="col-md-4"), Column("title", css_class="col-md-8")), *VersionForm.rows)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["kind"].queryset = RegulationKind.objects.in_use(timezone.localdate())
