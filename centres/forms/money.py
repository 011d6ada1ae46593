"""Forms about money. They shape input; the actions decide."""

import re
import unicodedata
from decimal import Decimal
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils import timezone

from centres.models import CostHead, Expense, HeldScan
from centres.models.money import FIRST_YEAR, LARGEST, LAST_YEAR
from centres.money import Account, stamp

GROUPED = re.compile(r"\d{1,3}(,\d{3})+")
PLAIN = re.compile(r"\d+")
LONG_NUMBER = re.compile(r"\d{12,}")
CHINESE = set("零〇一二三四五六七八九十百千万亿两壹贰叁肆伍陆柒捌玖拾佰仟萬億角分整")


def read_amount(text: str, *, signed: bool = False) -> Decimal:
    """What somebody typed as 元: full-width digits, thousands commas, ¥ and 元 are understood; anything else is said."""
    plain = unicodedata.normalize("NFKC", text).replace("−", "-").replace(" ", "")
    plain = plain.removeprefix("¥").removesuffix("元")
    sign, digits = ("", plain)
    if plain[:1] in ("-", "+"):
        sign, digits = plain[0], plain[1:].removeprefix("¥")
    whole, point, cents = digits.partition(".")
    if set(digits) & CHINESE:
        raise ValidationError("金额请用数字写，如 1234.50。", code="digits")
    if not (PLAIN.fullmatch(whole) or GROUPED.fullmatch(whole)) or (point and not cents.isdecimal()):
        raise ValidationError("金额看不懂，请只写数字，如 1234.50 或 1,234.50。", code="amount")
    if len(cents) > 2:
        raise ValidationError("金额最多到分，即两位小数。", code="cents")
    if sign and not signed:
        raise ValidationError("金额前面不写正负号。要冲销，请在那一笔后面点“冲销”。", code="sign")
    amount = Decimal(f"{sign}{whole.replace(',', '')}{point}{cents}")
    if abs(amount) > LARGEST:
        raise ValidationError("金额太大，一笔不超过一千万元。请核对是不是多写了零，或漏了小数点。", code="large")
    return amount


class MoneyField(forms.CharField):
    """An amount in 元, read by `read_amount`."""

    def __init__(self, *, signed: bool = False, **options: Any) -> None:
        self.signed = signed
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(**{"max_length": 30, "widget": widget, **options})

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        return read_amount(text, signed=self.signed) if text else None


def helper(*rows: Any) -> FormHelper:
    """A layout inside a form tag of the page's own."""
    made = FormHelper()
    made.form_tag = False
    made.disable_csrf = True
    made.layout = Layout(*rows)
    return made


class StampedForm(forms.Form):
    """`seen` says which figures were there when the page was opened; an action refuses with "changed" when they moved."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def look_again(self) -> None:
        """Once the page has said what changed, sending it again is on purpose."""
        if self.has_error(NON_FIELD_ERRORS, code="changed"):
            data: Any = self.data
            self.data = data = data.copy()
            data["seen"] = self.initial["seen"]


class BudgetForm(StampedForm):
    """One amount a head; the heads are the county's."""

    def __init__(self, *args: Any, rows: list[Account], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.heads = list(CostHead.objects.filter(pk__in=[row.head_id for row in rows]))
        known = {row.head_id: row.budget for row in rows}
        for head in self.heads:
            start = known[head.pk]
            self.fields[f"h{head.pk}"] = MoneyField(label=f"{head.name}（元）", required=False, initial=start or "")
        self.initial["seen"] = stamp(rows)
        columns = [Column(f"h{head.pk}", css_class="col-md-3 col-6") for head in self.heads]
        self.helper = helper(Row(*columns), "seen")

    def amounts(self) -> dict[CostHead, Decimal]:
        """What was typed; an empty field is nothing."""
        return {head: self.cleaned_data[f"h{head.pk}"] or Decimal(0) for head in self.heads}

    def clean(self) -> dict[str, Any]:
        """A budget has an amount somewhere."""
        found = super().clean() or {}
        if not self.errors and not any(self.amounts().values()):
            raise ValidationError("请至少填一项金额。", code="empty")
        return found


class AdjustmentForm(forms.Form):
    """So much more or less for a head."""

    head = forms.ModelChoiceField(CostHead.objects.filter(is_active=True), label="费用项目", empty_label="请选择")
    amount = MoneyField(label="增减（元）", signed=True, help_text="增加写 500，减少写 -500。")
    reason = forms.CharField(label="原因", max_length=200)

    helper = helper(
        Row(Column("head", css_class="col-md-4"), Column("amount", css_class="col-md-4")),
        "reason",
    )


class ExpenseForm(forms.ModelForm):
    """One voucher. `accepted` and `accepted_reason` answer a warning; `held` is the scan that was chosen before it."""

    amount = MoneyField(label="金额（元）", help_text="如 1234.50，写到分。")
    scan = forms.FileField(
        label="凭证影像", required=False, help_text="PDF、OFD 或照片，不超过 20 MB，也可以以后再传。"
    )
    held = forms.CharField(required=False, widget=forms.HiddenInput)
    accepted = forms.CharField(required=False, widget=forms.HiddenInput)
    accepted_reason = forms.CharField(label="仍要入账的原因", max_length=200, required=False)

    class Meta:
        model = Expense
        fields = ("head", "amount", "voucher", "spent_on", "payee", "purpose")
        widgets = {"spent_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        help_texts = {
            "voucher": "本年度内不重复，如 记-12。",
            "payee": "单位或个人名称。不要写银行账号。",
        }

    rows = (
        Row(
            Column("head", css_class="col-md-3"),
            Column("amount", css_class="col-md-3"),
            Column("voucher", css_class="col-md-3"),
            Column("spent_on", css_class="col-md-3"),
        ),
        Row(Column("payee", css_class="col-md-6"), Column("purpose", css_class="col-md-6")),
        "scan",
        "held",
        "accepted",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        heads: Any = self.fields["head"]
        heads.queryset, heads.empty_label = CostHead.objects.filter(is_active=True), "请选择"
        today = timezone.localdate()
        self.initial.setdefault("spent_on", today)
        self.fields["spent_on"].widget.attrs |= {"min": f"{FIRST_YEAR}-01-01", "max": f"{today:%Y-%m-%d}"}
        self.helper = helper(*self.rows)

    def _named(self, field: str) -> str:
        text: str = self.cleaned_data[field]
        if LONG_NUMBER.search(unicodedata.normalize("NFKC", text).replace(" ", "").replace("-", "")):
            raise ValidationError("这里不要写银行账号或身份证号，写名称和事由就可以。", code="account")
        return text

    def clean_payee(self) -> str:
        """A name, and no account number."""
        return self._named("payee")

    def clean_purpose(self) -> str:
        """What for, and no account number."""
        return self._named("purpose")

    def _post_clean(self) -> None:
        """The action decides about the row; the form only reads its fields."""

    def _put(self, name: str, value: str) -> None:
        data: Any = self.data
        self.data = data = data.copy()
        data[name] = value

    def warn(self, warning: str) -> None:
        """Show the warning and ask why all the same."""
        self.warning = warning
        self._put("accepted", warning)
        self.helper = helper(*self.rows, "accepted_reason")

    def keep(self, held: HeldScan | None) -> None:
        """Say that the chosen scan is kept and carry it along."""
        self._put("held", str(held.pk) if held else "")
        if held:
            self.fields["scan"].help_text = f"“{held.file}”已经收好，不用再选。要换一份才重新选。"


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label="原因", max_length=200, widget=forms.Textarea(attrs={"rows": 2}))

    helper = helper("reason")


class ReturnForm(StampedForm):
    """Why the county sends a budget back."""

    comment = forms.CharField(
        label="意见",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "退回要写明意见，镇里才知道改什么。"},
    )

    helper = helper("comment", "seen")


class ClosingForm(StampedForm):
    """A tick that the sums are right; before the year's last day also why."""

    sure = forms.BooleanField(
        label="账已核对，数字无误，可以结账", error_messages={"required": "请先核对上面的数字，再勾选这一项。"}
    )
    reason = forms.CharField(
        label="提前结账的原因",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "这一年还没过完，提前结账要写明原因。"},
    )

    def __init__(self, *args: Any, is_early: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_early:
            del self.fields["reason"]
        self.helper = helper(*(["reason"] if is_early else []), "sure", "seen")


class ScanForm(forms.Form):
    """A scan or photo of a voucher."""

    file = forms.FileField(label="凭证影像", help_text="PDF、OFD 或照片（JPG、PNG、HEIC），不超过 20 MB。")

    helper = helper("file")


class YearForm(forms.Form):
    """Which year of money is looked at."""

    year = forms.IntegerField(min_value=FIRST_YEAR, max_value=LAST_YEAR)
