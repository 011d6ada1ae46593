"""Money of a town as it is written: budget, vouchers, scans, the closing of a year."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from centres.actions import money as actions
from centres.forms.money import AdjustmentForm, BudgetForm, ExpenseForm, ReasonForm, ScanForm
from centres.models import Budget, Expense, YearClosing
from centres.money import accounts, total, yuan
from centres.views.money import back_to, year_of
from centres.views.places import centre_of
from juxian.files.photos import accept, keeping
from juxian.people.access import county_required, editor_required, signed_in


def tried(form: forms.Form | forms.ModelForm, act: Callable[[], object]) -> bool:
    """Run `act`; a refusal is shown on the form, and a warning asks for a reason."""
    try:
        act()
    except ValidationError as refusal:
        if getattr(refusal, "code", "") == "warned" and isinstance(form, ExpenseForm):
            form.warn(refusal.messages[0])
            return False
        known = not hasattr(refusal, "error_dict") or set(refusal.error_dict) <= set(form.fields)
        form.add_error(None, refusal if known else ValidationError(refusal.messages))
        return False
    return True


def _asked(request: HttpRequest, form: Any, back: str, **words: str) -> HttpResponse:
    return render(request, "centres/money_form.html", {"nav": "centre", "form": form, "back": back, **words})


@editor_required
def budget_edit(request: HttpRequest) -> HttpResponse:
    """The draft of a year by head."""
    town, year = centre_of(request).town, year_of(request)
    back = back_to(request, town, year)
    form = BudgetForm(request.POST if request.method == "POST" else None, rows=accounts(town, year, with_draft=True))
    if request.method == "POST" and form.is_valid():
        act = partial(actions.save_budget, town=town, year=year, amounts=form.amounts(), by=signed_in(request))
        if tried(form, act):
            messages.success(request, f"{year} 年预算已保存，等县里批准。")
            return redirect(back)
    text = "按费用项目填写全年金额，没有的留空。县里批准前可以随时修改。"
    return _asked(request, form, back, title=f"{town.name} {year} 年预算", text=text, button="保存")


def _budget(request: HttpRequest, pk: int) -> Budget:
    found: Budget = get_object_or_404(Budget.objects.visible_to(request.user).select_related("town"), pk=pk)
    return found


@county_required
@require_POST
def budget_approve(request: HttpRequest, pk: int) -> HttpResponse:
    """The county agrees with a draft."""
    budget = _budget(request, pk)
    try:
        actions.approve_budget(budget=budget, by=signed_in(request), seen=request.POST.get("seen"))
        messages.success(request, f"{budget}已批准。")
    except ValidationError as refusal:
        for text in refusal.messages:
            messages.error(request, text)
    return redirect(back_to(request, budget.town, budget.year))


@county_required
def budget_adjust(request: HttpRequest, pk: int) -> HttpResponse:
    """More or less for a head of an approved budget."""
    budget = _budget(request, pk)
    back = back_to(request, budget.town, budget.year)
    form = AdjustmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.adjust_budget, budget=budget, by=signed_in(request), **form.cleaned_data)
        if tried(form, act):
            messages.success(request, "预算调整已登记。")
            return redirect(back)
    text = "批准过的数不改，增减另记一笔，镇里会收到消息。"
    return _asked(request, form, back, title=f"调整{budget}", text=text, button="登记调整")


@editor_required
def expense_add(request: HttpRequest) -> HttpResponse:
    """Enter a voucher. Over budget the page says so with the sums, and asks why all the same."""
    town, user = centre_of(request).town, signed_in(request)
    form = ExpenseForm(request.POST or None, request.FILES or None)
    back = back_to(request, town, year_of(request))
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        upload = given.pop("scan")

        def act() -> None:
            if not upload:
                actions.post_expense(town=town, by=user, **given)
                return
            with keeping(accept(upload, name=upload.name), name=upload.name) as kept:
                row = actions.post_expense(town=town, by=user, **given)
                actions.add_scan(expense=row, file=kept.file, by=user)

        if tried(form, act):
            messages.success(request, f"凭证 {given['voucher']} 已入账，{yuan(given['amount'])} 元。")
            return redirect(back_to(request, town, given["spent_on"].year))
    return _asked(request, form, back, title="登记支出", text=f"{town.name}的一张凭证记一笔。", button="入账")


@editor_required
def expense_reverse(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a voucher back, saying why."""
    row = get_object_or_404(Expense.objects.visible_to(request.user).select_related("town", "head"), pk=pk)
    back = back_to(request, row.town, row.year)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.reverse_expense, expense=row, by=signed_in(request), reason=form.cleaned_data["reason"])
        if tried(form, act):
            messages.success(request, f"凭证 {row.voucher} 已冲销。要更正，请用同一个凭证号再入账。")
            return redirect(back)
    text = f"{row.spent_on:%Y-%m-%d}，{row.head}，{yuan(row.amount)} 元，{row.purpose}。原记录保留，另记一笔红字。"
    return _asked(request, form, back, title=f"冲销凭证 {row.voucher}", text=text, button="冲销")


@editor_required
def scan_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a scan to a voucher."""
    row = get_object_or_404(Expense.objects.visible_to(request.user).select_related("town"), pk=pk)
    back = back_to(request, row.town, row.year)
    form = ScanForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]

        def act() -> None:
            with keeping(accept(upload, name=upload.name), name=upload.name) as kept:
                actions.add_scan(expense=row, file=kept.file, by=signed_in(request))

        if tried(form, act):
            messages.success(request, f"凭证 {row.voucher} 的影像已归入。")
            return redirect(back)
    text = f"{row.purpose}，{yuan(row.amount)} 元。可以分几次上传。"
    return _asked(request, form, back, title=f"上传凭证 {row.voucher} 的影像", text=text, button="上传")


@editor_required
def year_close(request: HttpRequest) -> HttpResponse:
    """Close the books of a year."""
    town, year = centre_of(request).town, year_of(request)
    back = back_to(request, town, year)
    form = forms.Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.close_year, town=town, year=year, by=signed_in(request))
        if tried(form, act):
            messages.success(request, f"{year} 年度已结账。")
            return redirect(back)
    sums = total(accounts(town, year))
    text = f"预算 {yuan(sums.budget)} 元，支出 {yuan(sums.spent)} 元，结余 {yuan(sums.left)} 元。"
    early = "这一年还没过完。" if year == timezone.localdate().year else ""
    text = f"{text}{early}结账后不能再入账或冲销，只有县里能写明原因重新打开。"
    return _asked(request, form, back, title=f"{town.name} {year} 年度结账", text=text, button="结账")


@county_required
def year_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a closed year again, saying why; `pk` is its closing."""
    closing = get_object_or_404(YearClosing.objects.visible_to(request.user).select_related("town"), pk=pk)
    town, year = closing.town, closing.year
    back = back_to(request, town, year)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        act = partial(actions.reopen_year, town=town, year=year, by=signed_in(request), reason=reason)
        if tried(form, act):
            messages.success(request, f"{year} 年度账目已重新打开。")
            return redirect(back)
    text = "打开后镇里可以入账和冲销，办完请再结账。原因留在记录里。"
    return _asked(request, form, back, title=f"重新打开{town.name} {year} 年度账目", text=text, button="重新打开")
