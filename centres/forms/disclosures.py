"""Forms about disclosed accounts. They shape input; the actions decide."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms


def _helper(*rows: Any) -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.layout = Layout(*rows)
    return helper


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class DisclosureForm(forms.Form):
    """What a disclosure is called, the time it covers, and what to say beside the figures."""

    title = forms.CharField(label="标题", max_length=80)
    starts_on = forms.DateField(label="账目自", widget=_day())
    ends_on = forms.DateField(label="账目至", widget=_day(), help_text="和“账目自”在同一年；这一天过完才能提出公开。")
    text = forms.CharField(
        label="说明",
        max_length=3000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="办了哪些班、钱主要花在哪里。不写个人姓名、电话、身份号码和账号。",
    )

    helper = _helper(
        Row(
            Column("title", css_class="col-md-6"),
            Column("starts_on", css_class="col-md-3"),
            Column("ends_on", css_class="col-md-3"),
        ),
        "text",
    )


class WordingForm(forms.Form):
    """What an expense was for, in words members may read."""

    text = forms.CharField(label="用途", max_length=120, help_text="只改给党员看的文字；日期和金额跟账上一致，改不了。")

    helper = _helper("text")


class QuestionForm(forms.Form):
    """What a member asks."""

    text = forms.CharField(
        label="我要问",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 300}),
        help_text="最多 300 字。答复后，问题和答复全镇党员都能看到，不显示您的姓名。",
        error_messages={"required": "问题还空着。"},
    )

    helper = _helper("text")


class AnswerForm(forms.Form):
    """The town's answer."""

    text = forms.CharField(
        label="答复",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="最多 1000 字。答复后全镇党员都能看到，不能再改。",
    )
    names_reason = forms.CharField(
        label="保留姓名的理由",
        max_length=200,
        required=False,
        help_text="问题或答复里有人名、确要保留时才填。",
    )

    helper = _helper("text", "names_reason")
