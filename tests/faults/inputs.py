"""What to send so that a page really writes: its own form as a browser would send it, and what a person would add."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms
from django.test import Client

from tests.matrix.walk import shown_forms


@dataclass(frozen=True)
class Case:
    """`sent` is typed over what the page offers; `given` puts rows of the town (by name) into the needed state first."""

    sent: dict[str, Any] = field(default_factory=dict)
    given: dict[str, dict[str, Any]] = field(default_factory=dict)


def from_page(client: Client, path: str) -> dict[str, Any]:
    """What a browser would send from the page as it is, with something in every empty field."""
    response = client.get(path)
    sent: dict[str, Any] = {}
    if response.status_code != 200 or response.streaming:
        return sent
    for form in shown_forms(response):
        for name, box in form.fields.items():
            value = _value(form, name, box)
            if value not in (None, "", []):
                sent[form.add_prefix(name)] = value
    return sent


def _value(form: forms.BaseForm, name: str, box: forms.Field) -> Any:
    value = form[name].value()
    if isinstance(box, forms.BooleanField):
        return "on" if value else ""
    if isinstance(box, forms.FileField):
        return ""
    if value not in (None, ""):
        if isinstance(value, list | tuple):
            return [str(one) for one in value]
        return value.isoformat() if isinstance(value, date) else str(value)
    return _made_up(box)


def _made_up(box: forms.Field) -> Any:
    choices = [str(key) for key, _ in getattr(box, "choices", []) if str(key)]
    if isinstance(box, forms.MultipleChoiceField | forms.ModelMultipleChoiceField):
        return choices[:1]
    if choices:
        return choices[0]
    if isinstance(box, forms.IntegerField | forms.DecimalField):
        return str(box.min_value or 1)
    if isinstance(box, forms.DateField):
        return date(2026, 12, 1).isoformat()
    return "示例文字" if isinstance(box, forms.CharField) and box.required else ""
