"""County settings. A change is a new dated row; rows that have begun are history and stay as they are."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone

from juxian.rules.actions import set_value, withdraw
from juxian.rules.lookup import DEFAULTS
from juxian.rules.models import Rule
from juxian.rules.words import NO, YES, in_words, read_value


def _asked(key: str) -> str:
    """A setting in the list of choices: its name and unit."""
    _, unit, label, _, _ = DEFAULTS[key]
    return f"{label}（{unit}）" if unit else label


class RuleForm(forms.ModelForm):
    """A new value from a day on, typed as people write it and read by the sort of its key."""

    key = forms.ChoiceField(label="设置项", choices=[(key, _asked(key)) for key in DEFAULTS])
    value = forms.CharField(
        label="值",
        max_length=60,
        help_text=f"数字直接写，如 60；分数如 1/7；几个天数如 1, 3, 5；是否写“{YES}”或“{NO}”。",
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
                cleaned["value"] = read_value(cleaned["key"], cleaned["value"])
            except ValidationError as error:
                self.add_error("value", error)
        return cleaned


@admin.register(Rule)
class RuleAdmin(admin.ModelAdmin):
    form = RuleForm
    list_display = ["label", "told", "valid_from", "valid_to", "in_force", "source", "certainty"]
    list_filter = ["certainty", "label"]
    search_fields = ["label", "key", "source"]
    list_per_page = 50

    def get_fields(self, request: HttpRequest, obj: Rule | None = None) -> Any:
        if obj is None:
            return self.form.Meta.fields
        return ["label", "told", "valid_from", "valid_to", "in_force", "source", "certainty"]

    @admin.display(description="值")
    def told(self, rule: Rule) -> str:
        return in_words(rule.key, rule.value)

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
