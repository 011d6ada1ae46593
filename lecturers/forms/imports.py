"""The file of an import, for the pool and for the library."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms


class SheetForm(forms.Form):
    """One table."""

    file = forms.FileField(
        label="表格文件",
        help_text="按模板填的 Excel（.xlsx、.xls）或 CSV，不超过 20 MB。",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
        error_messages={
            "required": "请先选一个文件。",
            "empty": "这个文件是空的，一个字节也没有。请检查后重新上传。",
            "missing": "请先选一个文件。",
        },
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
