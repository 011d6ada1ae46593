"""Raising a finding, replying to it, deciding it, registering what became better."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms

from assessments.forms import plain_helper
from assessments.models import TeachingFinding

LONG = 1000


def _words(label: str, rows: int = 4, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=LONG, widget=forms.Textarea(attrs={"rows": rows}), **options)


class Plain(forms.Form):
    """Fields only: the template owns the form tag and the button."""

    @property
    def helper(self) -> FormHelper:
        return plain_helper()


class FindingForm(Plain):
    """What the county has to say."""

    text = _words("意见", help_text="什么时候、哪堂课、什么问题。本人看得到，可以申辩。")


class OwnReplyForm(Plain):
    """A reply by whoever is concerned."""

    text = _words("我的说明", rows=6, help_text="交了就不能改，县里看过以后再作决定。")


class ReplyForm(Plain):
    """A reply written down for somebody."""

    text = _words("本人的说明")
    heard = forms.CharField(label="怎样听取的", max_length=60, help_text="如“7月3日面谈”“电话”。")


class DecideForm(Plain):
    """The county's decision, and with 要改进 what, who and until when."""

    verdict = forms.ChoiceField(label="结论", choices=TeachingFinding.Verdict.choices, widget=forms.RadioSelect)
    reason = _words("理由", rows=3, help_text="本人看得到。")
    what = _words("改进什么", rows=2, required=False, help_text="结论是“要改进”的才填，下同。")
    owner = forms.CharField(label="责任人", max_length=30, required=False)
    due_on = forms.DateField(
        label="完成期限", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class OutcomeForm(Plain):
    """How it became better."""

    outcome = _words("改进情况", rows=3, help_text="改了什么、效果怎样。")
