"""What Django's own fields refuse is said as a clerk would say it."""

from django import forms


class Asking(forms.Form):
    name = forms.CharField(max_length=3)
    hours = forms.DecimalField(min_value=1, max_digits=4, decimal_places=2)
    people = forms.IntegerField(max_value=9)
    day = forms.DateField()
    kind = forms.ChoiceField(choices=[("a", "甲")])
    reason = forms.CharField()


def test_refusals_are_plain() -> None:
    asked = Asking({"name": "一二三四", "hours": "0.125", "people": "10", "day": "三月", "kind": "乙"})
    assert asked.errors == {
        "name": ["最多 3 个字，现在有 4 个，请删减。"],
        "hours": ["不能小于 1，请改一下。", "小数最多 2 位，请改一下。"],
        "people": ["不能大于 9，请改一下。"],
        "day": ["日期不对，请写成 2026-03-15 这样。"],
        "kind": ["“乙”不在可选的里面，请从列表里选。"],
        "reason": ["这一项要填。"],
    }
