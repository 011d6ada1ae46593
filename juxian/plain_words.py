"""Refusals of Django's own fields, in the words of a clerk: what is wrong, and what to write instead.

Set once on Django's classes, so that every form, the admin and the imports say the same. Nothing is translated here.
"""

from typing import Any

from django import forms
from django.core import validators

VALIDATORS: dict[type, str] = {
    validators.MaxLengthValidator: "最多 %(limit_value)d 个字，现在有 %(show_value)d 个，请删减。",
    validators.MinLengthValidator: "至少 %(limit_value)d 个字，现在只有 %(show_value)d 个，请补充。",
    validators.MinValueValidator: "不能小于 %(limit_value)s，请改一下。",
    validators.MaxValueValidator: "不能大于 %(limit_value)s，请改一下。",
}
DECIMALS = {
    "invalid": "请填数字，如 12.5。",
    "max_digits": "数字太长，连小数最多 %(max)s 位，请核对。",
    "max_decimal_places": "小数最多 %(max)s 位，请改一下。",
    "max_whole_digits": "数字太大，小数点前最多 %(max)s 位，请核对。",
}
FIELDS: dict[type, dict[str, str]] = {
    forms.Field: {"required": "这一项要填。"},
    forms.IntegerField: {"invalid": "请填整数，如 12。"},
    forms.DecimalField: {"invalid": "请填数字，如 12.5。"},
    forms.DateField: {"invalid": "日期不对，请写成 2026-03-15 这样。"},
    forms.TimeField: {"invalid": "时间不对，请写成 08:30 这样。"},
    forms.DateTimeField: {"invalid": "日期时间不对，请写成 2026-03-15 08:30 这样。"},
    forms.ChoiceField: {"invalid_choice": "“%(value)s”不在可选的里面，请从列表里选。"},
    forms.MultipleChoiceField: {"invalid_choice": "“%(value)s”不在可选的里面，请从列表里选。"},
    forms.ModelChoiceField: {"invalid_choice": "选的这一项已经没有了，或不能选。请刷新页面重新选。"},
    forms.ModelMultipleChoiceField: {"invalid_choice": "选的“%(value)s”已经没有了，或不能选。请刷新页面重新选。"},
}


def say_plainly() -> None:
    """Put the words in place."""
    for validator, text in VALIDATORS.items():
        _of(validator).message = text
    validators.DecimalValidator.messages = dict(DECIMALS)
    for field, texts in FIELDS.items():
        _of(field).default_error_messages = {**_of(field).default_error_messages, **texts}


def _of(cls: type) -> Any:
    return cls
