"""When and what a lecturer can teach, as people fill it in."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.utils import timezone

from centres.models import BrandTheme
from juxian.people.models import Town
from lecturers.actions.calendar import AHEAD, Slot
from lecturers.models import HalfDay, Lecturer

SAID = {"free": True, "busy": False, "": None}
WEEKDAYS = [(str(number), f"周{name}") for number, name in enumerate("一二三四五六日")]


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _helper(*rows: Any) -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.layout = Layout(*rows)
    return helper


class FillForm(forms.Form):
    """Many half-days at once."""

    first = forms.DateField(label="从", widget=_day())
    last = forms.DateField(label="到", widget=_day())
    weekdays = forms.MultipleChoiceField(label="星期", choices=WEEKDAYS, widget=forms.CheckboxSelectMultiple)
    halves = forms.MultipleChoiceField(label="时段", choices=HalfDay.Half, widget=forms.CheckboxSelectMultiple)
    state = forms.ChoiceField(
        label="填成", choices=[("free", "有空"), ("busy", "没空"), ("clear", "清空")], widget=forms.RadioSelect
    )

    helper = _helper(
        Row(Column("first", css_class="col-6"), Column("last", css_class="col-6")), "weekdays", "halves", "state"
    )

    def __init__(self, data: Any = None) -> None:
        today = timezone.localdate()
        usual = {
            "first": today,
            "last": today + timedelta(days=27),
            "weekdays": [str(number) for number in range(5)],
            "halves": [HalfDay.Half.MORNING, HalfDay.Half.AFTERNOON],
            "state": "free",
        }
        super().__init__(data, initial=usual)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        first, last, today = found.get("first"), found.get("last"), timezone.localdate()
        if first and last and not today <= first <= last <= today + AHEAD:
            self.add_error("last", "日子要从今天起、一年以内，“到”不能早于“从”。")
        return found

    def said(self) -> dict[Slot, bool | None]:
        """The half-days meant, and what is said of them."""
        given = self.cleaned_data
        free = SAID.get(given["state"])
        return {
            (day, half): free
            for day in _days(given["first"], given["last"])
            if str(day.weekday()) in given["weekdays"]
            for half in given["halves"]
        }


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


class TeachingForm(forms.Form):
    """What somebody can teach, and where."""

    topics = forms.CharField(
        label="能讲的方向",
        max_length=200,
        required=False,
        help_text="用顿号隔开，如“党章党规、沂蒙精神、果树管理”。镇里按这些词找人。",
    )
    themes = forms.ModelMultipleChoiceField(
        label="品牌类别",
        queryset=BrandTheme.objects.filter(is_active=True),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    goes_to = forms.ModelMultipleChoiceField(
        label="愿意去的镇街",
        queryset=Town.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="一个都不选，就是全县都愿意去。",
    )

    helper = _helper("topics", "themes", "goes_to")

    def __init__(self, data: Any = None, *, lecturer: Lecturer) -> None:
        now = {
            "topics": lecturer.topics,
            "themes": lecturer.themes.values_list("pk", flat=True),
            "goes_to": lecturer.goes_to.values_list("pk", flat=True),
        }
        super().__init__(data, initial=now)
