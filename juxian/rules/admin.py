"""County settings. A change is a new dated row; rows that have begun are history and stay as they are."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone

from juxian.rules.actions import check_value, set_value, withdraw
from juxian.rules.lookup import DEFAULTS
from juxian.rules.models import Rule


class ValueField(forms.JSONField):
    """JSON on one line; nothing yet is an empty field."""

    widget = forms.TextInput

    def prepare_value(self, value: Any) -> Any:
        return "" if value is None else super().prepare_value(value)


class RuleForm(forms.ModelForm):
    """A new value from a day on; `value` is JSON."""

    key = forms.ChoiceField(label="设置项", choices=[(key, f"{row[2]}（{key}）") for key, row in DEFAULTS.items()])
    value = ValueField(
        label="值", help_text='数字直接写；分数带引号，如 "1/7"；一列数写成 [1, 3, 5]；是否写 true 或 false。'
    )

    class Meta:
        model = Rule
        fields = ("key", "value", "valid_from", "valid_to", "source", "certainty")

    def clean_valid_from(self) -> Any:
        day = self.cleaned_data["valid_from"]
        if day < timezone.localdate():
            raise ValidationError("只能从今天或以后起改；过去的日子保持当时的值。")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("key") in DEFAULTS and "value" in cleaned:
            try:
                check_value(cleaned["key"], cleaned["value"])
            except ValidationError as error:
                self.add_error("value", error)
        return cleaned


@admin.register(Rule)
class RuleAdmin(admin.ModelAdmin):
    form = RuleForm
    list_display = ["label", "value", "unit", "valid_from", "valid_to", "in_force", "source", "certainty"]
    list_filter = ["certainty", "label"]
    search_fields = ["label", "key", "source"]
    list_per_page = 50

    @admin.display(description="今天有效", boolean=True)
    def in_force(self, rule: Rule) -> bool:
        today = timezone.localdate()
        return rule.valid_from <= today and (rule.valid_to is None or rule.valid_to > today)

    def has_change_permission(self, request: HttpRequest, obj: Rule | None = None) -> bool:
        """No row is edited: what is to change gets a new row."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Rule | None = None) -> bool:
        """A row that has not begun can be taken back one by one."""
        is_ahead = obj is not None and obj.valid_from > timezone.localdate()
        return is_ahead and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Rule, form: Any, change: bool) -> None:
        row = set_value(by=request.user, **form.cleaned_data)
        obj.pk = row.pk
        obj.refresh_from_db()

    def delete_model(self, request: HttpRequest, obj: Rule) -> None:
        withdraw(by=request.user, rule=obj)
