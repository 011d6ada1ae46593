"""Forms about evidence. They shape input; the actions decide."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from centres.actions.evidence import Days
from centres.limits import FIRST_YEAR
from centres.models import StandardItem

MOST_FILES = 20
PICTURES = "image/jpeg,image/png,image/webp,image/heic,image/heif,.heic,.heif"
PAPERS = f".pdf,.ofd,{PICTURES}"


class FilesInput(forms.ClearableFileInput):
    """A chooser for several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, looked at one by one later, so that one bad file does not lose the others."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        found = [file for file in (data if isinstance(data, list | tuple) else [data]) if file]
        if not found:
            raise ValidationError(self.error_messages["required"], code="required")
        if len(found) > MOST_FILES:
            raise ValidationError(f"一次最多 {MOST_FILES} 个，请分几次上传。", code="many")
        return found


def _day(label: str, text: str) -> forms.DateField:
    return forms.DateField(
        label=label, help_text=text, required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )


class EvidenceForm(forms.Form):
    """What the item asks for, and three days that may be left to the portal."""

    uploads = FilesField(label="照片", error_messages={"required": "请先选照片或文件。"})
    text = forms.CharField(
        label="文字说明",
        max_length=500,
        widget=forms.Textarea({"rows": 4}),
        error_messages={"required": "请写明情况。"},
    )
    taken_on = _day("拍摄或形成日期", "空着：照片里记着哪天就按哪天，没有就按今天。")
    effective_from = _day("生效日期", "空着：与上面同一天。")
    valid_until = _day("有效至", "空着：一直有效。")

    def __init__(self, *args: Any, item: StandardItem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if item.evidence == StandardItem.Evidence.STATEMENT:
            del self.fields["uploads"]
            self.fields["taken_on"].help_text = "空着按今天。"
        else:
            del self.fields["text"]
            is_photo = item.evidence == StandardItem.Evidence.PHOTO
            self.fields["uploads"].widget.attrs["accept"] = PICTURES if is_photo else PAPERS
            self.fields["uploads"].label = "照片" if is_photo else "文件或照片"
            kinds = "JPG、PNG、WebP、HEIC" if is_photo else "PDF、OFD，或拍下来的照片"
            self.fields["uploads"].help_text = f"可以一次选几个，{kinds}，每个不超过 20 MB。照片里的定位会自动去掉。"
        taken = self.fields["taken_on"].widget.attrs
        taken["min"], taken["max"] = f"{FIRST_YEAR}-01-01", timezone.localdate().isoformat()
        if item.valid_months:
            self.fields["valid_until"].help_text = f"空着：从生效日起管 {item.valid_months} 个月。"

    @property
    def days(self) -> Days:
        """The days given; of a form that is valid."""
        found = self.cleaned_data
        return Days(found["taken_on"], found["effective_from"], found["valid_until"])


class WithdrawForm(forms.Form):
    """Why evidence is taken back."""

    reason = forms.CharField(
        label="撤回原因",
        max_length=200,
        widget=forms.Textarea({"rows": 2}),
        error_messages={"required": "请写明为什么撤回。"},
    )
