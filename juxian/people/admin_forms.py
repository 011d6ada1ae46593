"""The county's form for one member: numbers are typed anew, never shown."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from juxian.people.imports.readers import citizen_id, mobile
from juxian.people.models import Member
from juxian.sheets.faults import CellFault


def _read(reader: Callable[[Any], str], typed: str) -> str:
    """Read a number by the rules of the roster import, and say the same about it."""
    try:
        return reader(typed)
    except CellFault as fault:
        raise ValidationError(f"{fault.text}，{fault.remedy}。") from None


class MemberAdminForm(forms.ModelForm):
    """Leaves ID and phone alone unless a new one is typed; a new member needs an ID number."""

    new_id_number = forms.CharField(label="新身份证号", max_length=24, required=False)
    new_mobile = forms.CharField(label="新联系电话", max_length=20, required=False)

    class Meta:
        model = Member
        exclude = ["id_number", "mobile", "is_demo"]  # noqa: DJ006 everything else is the county's to edit

    def clean_new_id_number(self) -> str:
        number = _read(citizen_id, self.cleaned_data["new_id_number"])
        if not number and self.instance.pk is None:
            raise ValidationError("请填写 18 位身份证号。")
        taken = Member.objects.exclude(pk=self.instance.pk)  # scope: one number, one member in the whole county
        if number and taken.with_id_number(number).exists():
            raise ValidationError("县里已有这个身份证号的党员，请先在列表中按号码查找。")
        return number

    def clean_new_mobile(self) -> str:
        return _read(mobile, self.cleaned_data["new_mobile"])

    def save(self, commit: bool = True) -> Any:
        if self.cleaned_data["new_id_number"]:
            self.instance.id_number = self.cleaned_data["new_id_number"]
        if self.cleaned_data["new_mobile"]:
            self.instance.mobile = self.cleaned_data["new_mobile"]
        return super().save(commit)
