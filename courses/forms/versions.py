"""Forms about versions and their parts. They shape input; the actions decide."""

from typing import Any

from django import forms

from courses.models import Material


class DraftForm(forms.Form):
    """The outline of a draft."""

    outline = forms.CharField(
        label="提纲", max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 6}),
        help_text="写清讲哪几部分，每部分多长时间。",
    )  # fmt: skip
    note = forms.CharField(label="这一版改了什么", max_length=200, required=False)


class PartForm(forms.Form):
    """What both sorts of parts have in common. `reviews`: whether the reader may put in what reviewers said."""

    def __init__(self, *args: Any, reviews: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [pair for pair in Material.Sort.choices if reviews or pair[0] != Material.Sort.REVIEW]
        self.fields["sort"].choices = choices  # type: ignore[attr-defined]


class TextForm(PartForm):
    """A part that is written, not uploaded."""

    sort = forms.ChoiceField(label="种类", choices=Material.Sort.choices)
    title = forms.CharField(label="名称", max_length=80)
    text = forms.CharField(label="内容", max_length=5000, widget=forms.Textarea(attrs={"rows": 5}))


class FileForm(PartForm):
    """A part whose file has arrived in pieces under `key`."""

    sort = forms.ChoiceField(label="种类", choices=Material.Sort.choices, initial=Material.Sort.SLIDES)
    title = forms.CharField(label="名称", max_length=80, required=False, help_text="不填就用文件名。")
    key = forms.SlugField(max_length=32, widget=forms.HiddenInput)
