"""The county's form for one member: numbers are typed anew, never shown."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from stdnum.cn import ric
from stdnum.exceptions import ValidationError as NumberError

from juxian.people.models import Member


class MemberAdminForm(forms.ModelForm):
    """Leaves ID and phone alone unless a new one is typed; a new member needs an ID number."""

    new_id_number = forms.CharField(label="新身份证号", max_length=18, required=False)
    new_mobile = forms.CharField(label="新联系电话", max_length=11, required=False)

    class Meta:
        model = Member
        exclude = ["user", "id_number", "mobile", "is_demo"]  # noqa: DJ006 everything else is the county's to edit

    def clean_new_id_number(self) -> str:
        number = str(self.cleaned_data["new_id_number"]).strip().upper()
        if not number:
            if self.instance.pk is None:
                raise ValidationError("请填写 18 位身份证号。")
            return ""
        try:
            ric.validate(number)
        except NumberError:
            raise ValidationError("身份证号不对：应为 18 位，且校验位相符。请对照证件再输一次。") from None
        if Member.objects.with_id_number(number).exclude(pk=self.instance.pk).exists():  # scope: one number, one county
            raise ValidationError("县里已有这个身份证号的党员，请先在列表中按号码查找。")
        return number

    def clean_new_mobile(self) -> str:
        number = str(self.cleaned_data["new_mobile"]).strip()
        if number and not (number.isdigit() and len(number) == 11 and number.startswith("1")):
            raise ValidationError("手机号应为 11 位数字，以 1 开头。")
        return number

    def save(self, commit: bool = True) -> Any:
        if self.cleaned_data["new_id_number"]:
            self.instance.id_number = self.cleaned_data["new_id_number"]
        if self.cleaned_data["new_mobile"]:
            self.instance.mobile = self.cleaned_data["new_mobile"]
        return super().save(commit)
