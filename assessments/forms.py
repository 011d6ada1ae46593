"""Shapes of input."""

from collections.abc import Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError

from assessments import questions
from assessments.actions.lessons import REMARK_LENGTH
from assessments.actions.surveys import COMMENT_LENGTH, SCALE
from assessments.models import Exam, MakeUp, Question, QuestionBank, Survey, SurveyLesson

MOMENT = "%Y-%m-%dT%H:%M"


def plain_helper() -> FormHelper:
    """Fields only: the template owns the form tag and the button."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    return helper


class Moment(forms.DateTimeField):
    """A local date and time, picked with the browser's own control."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)
        super().__init__(input_formats=[MOMENT, "%Y-%m-%d %H:%M"], widget=widget, **options)


class ExamForm(forms.ModelForm):
    """When, how long, from which bank, how many questions of which kind."""

    opens_at = Moment(label="开考时间")
    closes_at = Moment(label="截止进入时间", help_text="在这之前进来的人，都有完整的答题时间。")

    class Meta:
        model = Exam
        fields = [
            "bank",
            "opens_at",
            "closes_at",
            "duration_minutes",
            "pass_mark",
            "single_count",
            "single_points",
            "multiple_count",
            "multiple_points",
            "true_false_count",
            "true_false_points",
        ]

    def __init__(self, *args: Any, banks: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["bank"] = forms.ModelChoiceField(banks, label="题库", empty_label="请选一个题库")
        self.helper = plain_helper()

    def _post_clean(self) -> None:
        """The action judges the whole; the instance is not touched by the form."""

    def arranged(self) -> dict[str, Any]:
        """The arguments of `set_up_exam` that the form holds."""
        data = self.cleaned_data
        chosen = {name: data[name] for name in self.Meta.fields if name not in ("bank", "opens_at", "closes_at")}
        return {
            "bank": data["bank"],
            "opens_at": data["opens_at"],
            "closes_at": data["closes_at"],
            "settings": chosen,
        }


class LateAnswersForm(forms.Form):
    """Why late answers count, or not."""

    reason = forms.CharField(
        label="理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明理由。"},
    )


class MakeUpForm(forms.ModelForm):
    """How the lesson was made up, or why it need not be."""

    note = forms.CharField(label="情况说明", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))

    class Meta:
        model = MakeUp
        fields = ["note"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.helper = plain_helper()


class SurveyForm(forms.Form):
    """One rating for every frozen question, and a comment. Fields are called r<question id>."""

    comment = forms.CharField(
        label="还想说的（可以不填）",
        required=False,
        max_length=COMMENT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4, "class": "form-control"}),
        help_text="请不要写自己的姓名、支部，免得被认出来。",
    )

    def __init__(self, *args: Any, survey: Survey, lessons: Sequence[SurveyLesson] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.questions, self.lessons = survey.questions, lessons
        for lesson in lessons:
            self._ask_about(lesson)
        for question in self.questions:
            self.fields[f"r{question['id']}"] = forms.TypedChoiceField(
                label=question["text"],
                choices=list(SCALE.items()),
                coerce=int,
                widget=forms.RadioSelect,
                error_messages={"required": "这一项还没有选。"},
            )

    def _ask_about(self, lesson: SurveyLesson) -> None:
        self.fields[f"l{lesson.pk}"] = forms.TypedChoiceField(
            label=lesson.topic,
            choices=list(SCALE.items()),
            coerce=int,
            empty_value=None,
            required=False,
            widget=forms.RadioSelect,
        )
        self.fields[f"m{lesson.pk}"] = forms.CharField(
            label="想对这堂课说的（可以不填）",
            required=False,
            max_length=REMARK_LENGTH,
            widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
        )

    def taught(self) -> list[tuple[SurveyLesson, forms.BoundField, forms.BoundField]]:
        """Each lesson with its rating and its remark field."""
        return [(lesson, self[f"l{lesson.pk}"], self[f"m{lesson.pk}"]) for lesson in self.lessons]

    def said(self) -> dict[int, tuple[int | None, str]]:
        """{lesson id: (rating, remark)} of the lessons something was said about."""
        given = {
            lesson.pk: (self.cleaned_data[f"l{lesson.pk}"], self.cleaned_data[f"m{lesson.pk}"])
            for lesson in self.lessons
        }
        return {pk: (rating, remark) for pk, (rating, remark) in given.items() if rating or remark}

    def rated(self) -> list[forms.BoundField]:
        """The rating fields in order."""
        return [self[f"r{question['id']}"] for question in self.questions]

    def ratings(self) -> dict[str, int]:
        """{question id: 1–4}."""
        return {str(question["id"]): self.cleaned_data[f"r{question['id']}"] for question in self.questions}


class BankForm(forms.ModelForm):
    """A bank: code, name, and whose it is."""

    class Meta:
        model = QuestionBank
        fields = ["code", "name", "town"]

    def __init__(self, *args: Any, towns: Any, shared: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["town"] = forms.ModelChoiceField(
            towns, label="归属", required=not shared, empty_label="全县共用" if shared else None
        )
        self.helper = plain_helper()


class QuestionFileForm(forms.Form):
    """A file of questions."""

    file = forms.FileField(
        label="题目文件",
        help_text="按模板填的 Excel（.xlsx、.xls）或 CSV；也可以是文本（.txt）或 Moodle 导出的 .xml。不超过 20 MB。",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv,.txt,.gift,.xml"}),
        error_messages={
            "required": "请先选一个文件。",
            "empty": "这个文件是空的，一个字节也没有。请检查后重新上传。",
            "missing": "请先选一个文件。",
        },
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.helper = plain_helper()


class QuestionForm(forms.Form):
    """One question; options one a line, the answer as letters."""

    kind = forms.ChoiceField(label="题型", choices=Question.Kind.choices)
    stem = forms.CharField(label="题干", widget=forms.Textarea(attrs={"rows": 3}))
    options = forms.CharField(
        label="选项",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="每行一个，从上到下就是 A、B、C、D。判断题不用填。",
    )
    answer = forms.CharField(
        label="正确答案", max_length=10, help_text="单选如 B，多选如 ABD，判断题填“正确”或“错误”。"
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.helper = plain_helper()

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if self.errors:
            return data
        try:
            answer = questions.read_answer(data["kind"], data["answer"])
            cleaned = questions.clean(data["kind"], data["stem"], data["options"].splitlines(), answer)
        except ValidationError as error:
            self.add_error(None, error)
            return data
        return data | dict(zip(("stem", "options", "answer"), cleaned, strict=True))
