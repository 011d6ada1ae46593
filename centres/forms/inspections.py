"""Forms of inspections. They shape input; the actions decide what is missing."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile


class Photos(forms.FileField):
    """Any number of pictures, in any number of turns."""

    class Several(forms.ClearableFileInput):
        """A box that takes several files."""

        allow_multiple_selected = True

    def __init__(self) -> None:
        box = self.Several(attrs={"accept": "image/*", "multiple": True, "class": "form-control"})
        super().__init__(label="照片", required=False, widget=box)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """The files that came along; none is fine here."""
        given = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(Photos, self).clean(one, initial) for one in given]


class SubmitForm(forms.Form):
    """Handing in."""

    rectify_by = forms.DateField(
        label="整改期限",
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
    )


class ConfirmForm(forms.Form):
    """The other side's signature."""

    remark = forms.CharField(
        label="确认意见（可不填）",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )


class ReturnForm(forms.Form):
    """Sending it back."""

    reason = forms.CharField(
        label="退回原因", max_length=200, required=False, widget=forms.TextInput(attrs={"class": "form-control"})
    )


class RectifyForm(forms.Form):
    """What was done."""

    text = forms.CharField(
        label="怎么改的",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
    )
    photos = Photos()
    key = forms.CharField(max_length=40, widget=forms.HiddenInput)


class OwnerForm(forms.Form):
    """Who sees to it."""

    owner = forms.CharField(
        label="责任人", max_length=40, required=False, widget=forms.TextInput(attrs={"class": "form-control"})
    )
