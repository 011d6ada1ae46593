"""Vouchers of a town as they are written: entered, taken back, their scans."""

from contextlib import ExitStack
from functools import partial

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from centres.actions import money as actions
from centres.actions.scans import add_scan, holding
from centres.days import cn_date
from centres.forms.money import ExpenseForm, ReasonForm, ScanForm
from centres.models import Expense, HeldScan
from centres.money import is_closed, yuan
from centres.views.asking import tried_form
from centres.views.money import asked, back_to, shut, year_of
from centres.views.places import centre_of
from juxian.people.access import editor_required, signed_in
from juxian.people.models import Town

GONE = "先前选的影像只留一天，已经清掉，请重新选。"


def _held(request: HttpRequest, form: ExpenseForm, town: Town, until: ExitStack) -> HeldScan | None:
    """The scan that was chosen, now or on the page before. One that cannot be had is said on the form."""
    user, key = signed_in(request), request.POST.get("held", "")
    upload = None if form.has_error("scan") else form.files.get("scan")
    if isinstance(upload, UploadedFile):
        try:
            return until.enter_context(holding(town=town, upload=upload, by=user))
        except ValidationError as refusal:
            form.add_error("scan", refusal)
            return None
    if not key:
        return None
    rows = HeldScan.objects.visible_to(user).filter(town=town, by=user).select_related("file")
    found = rows.filter(pk=key).first() if key.isascii() and key.isdigit() and len(key) < 19 else None
    if found is None:
        form.add_error("scan", GONE)
    return found


@transaction.atomic
def _post(form: ExpenseForm, request: HttpRequest, town: Town, held: HeldScan | None) -> None:
    given = {name: value for name, value in form.cleaned_data.items() if name not in ("scan", "held")}
    row = actions.post_expense(town=town, by=signed_in(request), **given)
    if held:
        add_scan(expense=row, file=held.file, by=signed_in(request))


def _posted(form: ExpenseForm, request: HttpRequest, town: Town, held: HeldScan | None) -> bool:
    """Enter the voucher with its scan, both or neither; a warning asks for a reason."""
    try:
        _post(form, request, town, held)
    except ValidationError as refusal:
        if getattr(refusal, "code", "") == "warned":
            form.warn(refusal.messages[0])
        else:
            form.add_error(None, refusal)
        return False
    return True


@editor_required
def expense_add(request: HttpRequest) -> HttpResponse:
    """Enter a voucher. Over budget the page says so with the sums, and asks why all the same; a chosen scan is kept."""
    town = centre_of(request).town
    form = ExpenseForm(request.POST or None, request.FILES or None)
    back = back_to(request, town, year_of(request))
    if request.method == "POST":
        with ExitStack() as until:
            held = _held(request, form, town, until)
            done = form.is_valid() and _posted(form, request, town, held)
        if done:
            given = form.cleaned_data
            messages.success(request, f"凭证 {given['voucher']} 已入账，{yuan(given['amount'])} 元。")
            return redirect(back_to(request, town, given["spent_on"].year))
        form.keep(held)
    return asked(request, form, back, title="登记支出", text=f"{town.name}的一张凭证记一笔。", button="入账")


def _reversal_barred(row: Expense) -> str:
    if row.is_reversed or row.reverses_id:
        return "这一笔已经冲销。要更正，请用同一个凭证号再入账。"
    if is_closed(row.town, row.year):
        return f"{row.year} 年已经结账。确需更正的，请县里写明原因重新打开。"
    return ""


@editor_required
def expense_reverse(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a voucher back, saying why."""
    rows = Expense.objects.visible_to(request.user).select_related("town", "head", "reversed_by")
    row = get_object_or_404(rows, pk=pk)
    back, title = back_to(request, row.town, row.year), f"冲销凭证 {row.voucher}"
    if request.method != "POST" and (barred := _reversal_barred(row)):
        return shut(request, title, barred, back)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.reverse_expense, expense=row, by=signed_in(request), reason=form.cleaned_data["reason"])
        if tried_form(form, act):
            messages.success(request, f"凭证 {row.voucher} 已冲销。要更正，请用同一个凭证号再入账。")
            return redirect(back)
    text = f"{cn_date(row.spent_on)}，{row.head}，{yuan(row.amount)} 元，{row.purpose}。原记录保留，另记一笔红字。"
    return asked(request, form, back, title=title, text=text, button="冲销")


@editor_required
def scan_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a scan to a voucher."""
    row = get_object_or_404(Expense.objects.visible_to(request.user).select_related("town"), pk=pk)
    back, user = back_to(request, row.town, row.year), signed_in(request)
    form = ScanForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            with holding(town=row.town, upload=form.cleaned_data["file"], by=user) as held:
                add_scan(expense=row, file=held.file, by=user)

        if tried_form(form, act):
            messages.success(request, f"凭证 {row.voucher} 的影像已归入。")
            return redirect(back)
    text = f"{row.purpose}，{yuan(row.amount)} 元。可以分几次上传。"
    return asked(request, form, back, title=f"上传凭证 {row.voucher} 的影像", text=text, button="上传")
