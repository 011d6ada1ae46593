"""Forms of the import pages."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from juxian.people.models import ImportRun, Town, User
from juxian.sheets.limits import MAX_FILE_BYTES


class UploadForm(forms.Form):
    """A file, and for whom it is. A clerk of one town is not asked."""

    file = forms.FileField(
        label="名册文件",
        max_length=300,
        help_text="Excel（.xlsx、.xls）或 CSV，不超过 20 MB。表头上面有标题行也可以。",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv,.txt"}),
        error_messages={
            "required": "请先选一个文件。",
            "empty": "这个文件是空的，一个字节也没有。请检查后重新上传。",
            "max_length": "文件名太长了，请改短后再上传。",
            "missing": "请先选一个文件。",
        },
    )
    town = forms.ModelChoiceField(
        Town.objects.none(), label="导入到", required=False, empty_label="全县（每一行写明所在镇街）"
    )
    create_branches = forms.BooleanField(label="名册里有、系统里没有的党支部，一起新建", required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.towns = user.editable_towns()
        self.all_towns = user.is_county
        if not self.all_towns and len(self.towns) == 1:
            del self.fields["town"]
        else:
            self.fields["town"].queryset = self.towns  # type: ignore[attr-defined]
            if not self.all_towns:
                self.fields["town"].required = True
                self.fields["town"].empty_label = "请选择镇街"  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_FILE_BYTES:
            raise ValidationError(
                f"文件有 {file.size // 1048576} MB，超过 {MAX_FILE_BYTES // 1048576} MB。请删去图片和多余的工作表后再上传。"
            )
        return file

    def chosen_town(self) -> Town | None:
        """The town the run is bound to; None for the whole county."""
        town: Town | None = self.cleaned_data["town"] if "town" in self.fields else self.towns[0]
        return town


class BranchesForm(forms.Form):
    """Which of the unknown branches are to be made."""

    branch = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, run: ImportRun, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unknown = run.facts.get("unknown_branches", [])
        self.fields["branch"].choices = [(item["code"], item["name"]) for item in unknown]  # type: ignore[attr-defined]
