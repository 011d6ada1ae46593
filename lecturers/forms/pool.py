"""Forms of the pool. They shape input; the actions decide."""

from datetime import date, timedelta
from typing import Any

from crispy_forms.layout import Column, Row
from django import forms
from django.utils import timezone

from centres.forms.places import day_input, laid_out
from juxian.people.models import User
from juxian.rules.lookup import value
from lecturers.models import Appointment, Candidacy, YearlyReview
from lecturers.terms import limit_of


class CandidacyForm(forms.ModelForm):
    """Who is recommended, as what, and why."""

    class Meta:
        model = Candidacy
        fields = ("town", "source", "tier", "name", "kind", "unit", "topics", "reason", "conduct")
        widgets = {"reason": forms.Textarea(attrs={"rows": 3}), "conduct": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "town": "县里直接受理的自荐、单位推荐可以不选镇街。",
            "topics": "能讲什么，用顿号隔开，例如：茶园管理、合作社经营。",
            "conduct": "由所在党组织或单位出具的意见，写要点。",
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        towns = user.editable_towns()
        fields["town"].queryset = towns
        if self.instance.pk or (not user.is_county and towns.count() < 2):
            del self.fields["town"]
        else:
            fields["town"].required = not user.is_county
        fields["source"].choices = Candidacy.Source.choices
        fields["kind"].empty_label = "请选择"
        self.helper = laid_out(
            *([Row(Column("town", css_class="col-md-6"))] if "town" in self.fields else []),
            Row(Column("source", css_class="col-md-6"), Column("tier", css_class="col-md-6")),
            Row(Column("name", css_class="col-md-6"), Column("kind", css_class="col-md-6")),
            "unit",
            "topics",
            "reason",
            "conduct",
        )


class VetForm(forms.Form):
    """What the review of conduct and of content came to."""

    conduct_opinion = forms.CharField(
        label="政治表现审核意见", max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    content_opinion = forms.CharField(
        label="授课内容审核意见",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="看过讲稿或听过试讲，写结论。",
    )

    helper = laid_out("conduct_opinion", "content_opinion")


class PanelForm(forms.Form):
    """How the panel voted."""

    on = forms.DateField(label="评审日期", widget=day_input(), initial=timezone.localdate)
    size = forms.IntegerField(label="评审人数", min_value=1, max_value=999)
    yes = forms.IntegerField(label="同意人数", min_value=0, max_value=999)
    note = forms.CharField(label="评审意见", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    helper = laid_out(
        Row(
            Column("on", css_class="col-md-4"),
            Column("size", css_class="col-md-4"),
            Column("yes", css_class="col-md-4"),
        ),
        "note",
    )


class RefuseForm(forms.Form):
    """Why not."""

    reason = forms.CharField(
        label="不予通过的原因",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="推荐的镇街会看到这句话。",
    )

    helper = laid_out("reason")


class TermForm(forms.Form):
    """From when to when, and the number of the letter. People say the last day; rows hold the day after."""

    starts_on = forms.DateField(label="聘期自", widget=day_input())
    ends_on = forms.DateField(label="聘期至", widget=day_input())
    number = forms.CharField(label="聘书编号", max_length=40, required=False, help_text="不填由平台编号。")

    def __init__(self, *args: Any, starts_on: date | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        begin = starts_on or timezone.localdate()
        fields["starts_on"].initial = begin
        fields["ends_on"].initial = limit_of(begin) - timedelta(days=1)
        years = int(value("pool.term_years", begin))
        fields["ends_on"].help_text = f"含这一天，一次最长 {years} 年。"
        self.helper = laid_out(
            Row(*[Column(name, css_class="col-md-4") for name in ("starts_on", "ends_on", "number") if name in fields])
        )

    def clean_ends_on(self) -> date:
        """The day after the last one."""
        last: date = self.cleaned_data["ends_on"]
        return last + timedelta(days=1)


class RenewForm(TermForm):
    """Until when; it begins where the old term ends."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["starts_on"]
        self.helper = laid_out(Row(Column("ends_on", css_class="col-md-6"), Column("number", css_class="col-md-6")))


class SuspendForm(forms.Form):
    """From when, and why."""

    starts_on = forms.DateField(label="自哪天起", widget=day_input(), initial=timezone.localdate)
    reason = forms.CharField(label="暂停原因", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    helper = laid_out("starts_on", "reason")


class LiftForm(forms.Form):
    """From when on, and why."""

    on = forms.DateField(label="自哪天恢复", widget=day_input(), initial=timezone.localdate)
    reason = forms.CharField(label="恢复说明", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    helper = laid_out("on", "reason")


class LeaveForm(forms.Form):
    """From when on, and why."""

    on = forms.DateField(
        label="退出日期", widget=day_input(), initial=timezone.localdate, help_text="从这一天起不在师资库。"
    )
    kind = forms.ChoiceField(label="退出原因", choices=Appointment.EndKind.choices)
    reason = forms.CharField(label="具体情况", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    helper = laid_out(Row(Column("on", css_class="col-md-6"), Column("kind", css_class="col-md-6")), "reason")


class ReviewForm(forms.Form):
    """The result of a year."""

    year = forms.IntegerField(label="年度", min_value=2000, max_value=2999)
    result = forms.ChoiceField(label="考核结果", choices=YearlyReview.Result.choices, initial=YearlyReview.Result.FIT)
    note = forms.CharField(label="考核意见", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    helper = laid_out(Row(Column("year", css_class="col-md-6"), Column("result", css_class="col-md-6")), "note")
