"""Forms of topics, panels and reviews. They shape input; the actions decide."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils import timezone

from centres.models import BrandTheme
from courses.models import Course, CourseReview, PanelCriterion
from lecturers.models import Appointment, Lecturer


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _text(label: str, rows: int, longest: int, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=longest, widget=forms.Textarea(attrs={"rows": rows}), **more)


class PlainForm(forms.Form):
    """A form inside a page's own form tag, field below field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(*self.fields)


class TopicForm(PlainForm):
    """What a town wants to teach."""

    title = forms.CharField(label="选题", max_length=80, help_text="一句话说清讲什么，最多 80 字。")
    theme = forms.ModelChoiceField(BrandTheme.objects.none(), label="品牌类别", empty_label="请选择")
    reason = _text("为什么讲", 5, 1000, help_text="讲给谁听，解决什么问题，本地有什么可讲的。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["theme"].queryset = BrandTheme.objects.filter(is_active=True)


class DeclareForm(PlainForm):
    """The course as it is declared."""

    form = forms.ChoiceField(label="形式", choices=Course.Form)
    hours = forms.DecimalField(label="学时", max_digits=5, decimal_places=2, min_value=0.25, initial=4)
    lecturers = forms.ModelMultipleChoiceField(
        Lecturer.objects.none(), label="主讲", help_text="师资库里选，可以选几位。电脑上按住 Ctrl 多选。"
    )
    summary = _text("课程简介", 3, 300)
    outline = _text("提纲", 6, 4000, required=False)
    script = forms.FileField(label="讲稿", required=False, help_text="PDF 或 OFD，不超过 20 MB。评委按它评分。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        standing = Appointment.objects.in_force(timezone.localdate()).values("lecturer")
        fields: dict[str, Any] = self.fields
        fields["lecturers"].queryset = Lecturer.objects.filter(pk__in=standing).order_by("name", "id")


class OpenForm(PlainForm):
    """Opening a panel."""

    ends_on = forms.DateField(label="评分截止", widget=_day())


class InviteForm(PlainForm):
    """One judge."""

    username = forms.CharField(label="评委登录名", max_length=40)
    unit = forms.CharField(label="评委单位", max_length=80)


class TrialForm(PlainForm):
    """What came of the trial lecture."""

    on = forms.DateField(label="试讲日期", widget=_day())
    place = forms.CharField(label="试讲地点", max_length=80)
    comment = _text("试讲情况", 3, 300)
    passes = forms.TypedChoiceField(
        label="结论", choices=(("yes", "试讲通过"), ("no", "试讲未通过")), coerce=lambda said: said == "yes"
    )


class BallotForm(PlainForm):
    """A judge's scores: one field for each criterion of the panel."""

    comment = _text("评语", 3, 500, required=False, help_text="好在哪里，要改什么。镇里看得到，不写您的姓名。")

    def __init__(self, *args: Any, criteria: list[PanelCriterion], **kwargs: Any) -> None:
        self.criteria = criteria
        super().__init__(*args, **kwargs)
        scores = {
            f"c{one.pk}": forms.IntegerField(
                label=f"{one.name}（权重 {one.weight}）",
                min_value=0,
                max_value=100,
                help_text=one.hint,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
                error_messages={"required": "每一项都要打分。"},
            )
            for one in criteria
        }
        self.fields = {**scores, **self.fields}
        self.helper.layout = Layout(*self.fields)

    def points(self) -> dict[int, int]:
        """Points by primary key of the criterion."""
        return {one.pk: self.cleaned_data[f"c{one.pk}"] for one in self.criteria}


class ReviewForm(PlainForm):
    """The county's verdict on a featured course."""

    verdict = forms.ChoiceField(label="结论", choices=CourseReview.Verdict)
    comment = _text("复审意见", 3, 500)
    improve_by = forms.DateField(label="改进期限", required=False, widget=_day(), help_text="选“限期改进”时填。")
