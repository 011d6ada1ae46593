"""Forms about posts."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Row
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from centres.forms.places import day_input, laid_out
from juxian.people.models import User


class TakeUpForm(forms.Form):
    """Who comes into a post, and when."""

    username = forms.CharField(
        label="登录名",
        max_length=40,
        required=False,
        help_text="在平台有账号的填登录名：到岗即有镇街干事权限，离岗即收回。",
    )
    name = forms.CharField(label="姓名", max_length=30, required=False, help_text="没有账号的只填姓名。")
    starts_on = forms.DateField(label="到岗日期", widget=day_input(), initial=timezone.localdate)
    is_dedicated = forms.BooleanField(label="专职", required=False, initial=True)
    opens_grant = forms.BooleanField(label="知道了，给这个党员登录开通本镇干事权限", required=False)

    @property
    def helper(self) -> FormHelper:
        """The tick is shown to whoever has to answer it."""
        asked = ["opens_grant"] if "opens_grant" in self.errors or self.data.get("opens_grant") else []
        return laid_out(
            Row(Column("username", css_class="col-md-6"), Column("name", css_class="col-md-6")),
            Row(Column("starts_on", css_class="col-md-6"), Column("is_dedicated", css_class="col-md-6")),
            *asked,
        )

    def clean(self) -> dict[str, Any]:
        """`user` from the login name, or none."""
        data = super().clean() or {}
        username = data.pop("username", "")
        data["user"] = User.objects.filter(username=username).first() if username else None
        if username and data["user"] is None:
            self.add_error("username", ValidationError("没有这个登录名，请核对，或只填姓名。", code="unknown"))
        return data


class LeaveForm(forms.Form):
    """When somebody leaves a post."""

    ends_on = forms.DateField(
        label="离岗日期", widget=day_input(), initial=timezone.localdate, help_text="从这一天起不在岗。"
    )

    helper = laid_out("ends_on")
