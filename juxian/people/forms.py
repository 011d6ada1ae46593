"""Forms of the account pages and of the member pages."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from juxian.people.models import Branch, Member, Town, User

RULES_IN_WORDS = "至少 10 位，不能全是数字，不能有姓名、手机号或身份证号里的数字。"


def _secret(label: str, autocomplete: str, help_text: str = "") -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, strip=False, max_length=128, widget=widget, help_text=help_text)


class SignInForm(forms.Form):
    """Login name or mobile number, and the password."""

    username = forms.CharField(
        label="登录名或手机号",
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = _secret("密码", "current-password")


class TwicePasswordForm(forms.Form):
    """A new password, typed twice."""

    new_password = _secret("新密码", "new-password", RULES_IN_WORDS)
    new_password_again = _secret("再输一次新密码", "new-password")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, second = data.get("new_password"), data.get("new_password_again")
        if first and second and first != second:
            self.add_error("new_password_again", "两次输入的密码不一样，请重新输入。")
        return data


class PasswordForm(TwicePasswordForm):
    """Change the own password."""

    field_order = ["old_password"]
    old_password = _secret("现在的密码", "current-password")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_old_password(self) -> str:
        typed: str = self.cleaned_data["old_password"]
        if not self.user.check_password(typed):
            raise ValidationError("现在的密码不对，请再输一次。")
        return typed

    def clean_new_password(self) -> str:
        typed: str = self.cleaned_data["new_password"]
        validate_password(typed, self.user)
        if typed == self.cleaned_data.get("old_password"):
            raise ValidationError("新密码不能和现在的一样。")
        return typed


class ActivateForm(TwicePasswordForm):
    """The code of a slip, the name on it, and a new password."""

    field_order = ["code", "name"]
    code = forms.CharField(
        label="开通码",
        max_length=40,
        help_text="开通条上的 10 位字符，不分大小写。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    name = forms.CharField(label="姓名", max_length=30, widget=forms.TextInput(attrs={"autocomplete": "name"}))


class MemberFilterForm(forms.Form):
    """The filter row above the members."""

    class Account:
        OPEN, NONE = "open", "none"

    q = forms.CharField(label="姓名", max_length=30, required=False)
    town = forms.ModelChoiceField(Town.objects.none(), label="镇街", required=False, empty_label="全部镇街")
    branch = forms.ModelChoiceField(Branch.objects.none(), label="党支部", required=False, empty_label="全部支部")
    kind = forms.ChoiceField(label="人员类别", choices=[("", "全部"), *Member.Kind.choices], required=False)
    account = forms.ChoiceField(
        label="账号", choices=[("", "全部"), (Account.OPEN, "已开通"), (Account.NONE, "未开通")], required=False
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        branches = Branch.objects.visible_to(user).select_related("town")
        self.fields["town"].queryset = user.towns()  # type: ignore[attr-defined]
        chosen = str(self.data.get("town") or "")
        if chosen.isdigit():
            branches = branches.filter(town_id=int(chosen))
        self.fields["branch"].queryset = branches  # type: ignore[attr-defined]


class SlipSheetForm(forms.Form):
    """Which members get a slip: a branch, or a list of members posted by another page."""

    branch = forms.ModelChoiceField(Branch.objects.none(), label="党支部", required=False, empty_label="请选择党支部")
    member = forms.ModelMultipleChoiceField(Member.objects.none(), required=False, widget=forms.MultipleHiddenInput)
    everybody = forms.BooleanField(label="已开通的也打印（用于重设密码）", required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["branch"].queryset = Branch.objects.editable_by(user).filter(closed_on=None)  # type: ignore[attr-defined]
        self.fields["member"].queryset = Member.objects.editable_by(user).filter(left_on=None)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not data.get("branch") and not data.get("member"):
            self.add_error("branch", "请先选一个党支部。")
        return data


class UnmaskForm(forms.Form):
    """Which number to show, and why."""

    field = forms.ChoiceField(choices=[("id_number", "身份证号"), ("mobile", "联系电话")], widget=forms.HiddenInput)
    reason = forms.CharField(label="查看缘由", max_length=100, min_length=2)
