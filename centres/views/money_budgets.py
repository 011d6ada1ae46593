"""The budget of a town's year: the clerk writes, the county approves, returns or adjusts."""

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from centres.actions import money as actions
from centres.forms.money import AdjustmentForm, BudgetForm, ReturnForm
from centres.models import Budget, BudgetReturn
from centres.money import accounts, is_closed
from centres.views.asking import SignedRequest, tried, tried_form
from centres.views.money import asked, back_to, shut, year_of
from centres.views.places import centre_of
from juxian.people.access import county_required, editor_required, signed_in

APPROVED = Budget.State.APPROVED


@editor_required
def budget_edit(request: HttpRequest) -> HttpResponse:
    """The draft of a year by head; saving hands it in. What another tab saved meanwhile is told before it is lost."""
    town, year = centre_of(request).town, year_of(request)
    back, title = back_to(request, town, year), f"{town.name} {year} 年预算"
    if barred := actions.budget_barred(town, year):
        return shut(request, title, barred, back)
    form = BudgetForm(request.POST if request.method == "POST" else None, rows=accounts(town, year, with_draft=True))
    if request.method == "POST" and form.is_valid():
        act = partial(actions.save_budget, town=town, year=year, amounts=form.amounts(), by=signed_in(request))
        if tried_form(form, partial(act, seen=request.POST.get("seen"))):
            messages.success(request, f"{year} 年预算已保存，等县里批准。")
            return redirect(back)
        form.look_again()
    text = "按费用项目填写全年金额，没有的留空。保存后县里就能看到、审批；批准前可以随时修改。"
    returns = BudgetReturn.objects.visible_to(request.user).filter(budget__town=town, budget__year=year).standing()
    return asked(request, form, back, title=title, text=text, button="保存", returned=returns.first())


def _budget(request: HttpRequest, pk: int) -> Budget:
    found: Budget = get_object_or_404(Budget.objects.visible_to(request.user).select_related("town"), pk=pk)
    return found


@county_required
@require_POST
def budget_approve(request: SignedRequest, pk: int) -> HttpResponse:
    """The county agrees with a draft."""
    budget = _budget(request, pk)
    act = partial(actions.approve_budget, budget=budget, by=request.user, seen=request.POST.get("seen"))
    tried(request, act, f"{budget}已批准。")
    return redirect(back_to(request, budget.town, budget.year))


@county_required
def budget_return(request: HttpRequest, pk: int) -> HttpResponse:
    """The county sends a draft back, saying why."""
    budget = _budget(request, pk)
    back, title = back_to(request, budget.town, budget.year), f"退回{budget}"
    if budget.state == APPROVED:
        return shut(request, title, "预算已经批准，不能退回。要增减，请登记预算调整。", back)
    form = ReturnForm(request.POST or None, initial={"seen": budget.seen})
    if request.method == "POST" and form.is_valid():
        comment, seen = form.cleaned_data["comment"], request.POST.get("seen")
        act = partial(actions.return_budget, budget=budget, by=signed_in(request), comment=comment, seen=seen)
        if tried_form(form, act):
            messages.success(request, "已退回，并通知了镇里。")
            return redirect(back)
    return asked(request, form, back, title=title, text="写清要改什么，镇里会收到消息，改好后重交。", button="退回")


@county_required
def budget_adjust(request: HttpRequest, pk: int) -> HttpResponse:
    """More or less for a head of an approved budget."""
    budget = _budget(request, pk)
    back, title = back_to(request, budget.town, budget.year), f"调整{budget}"
    if budget.state != APPROVED:
        return shut(request, title, "预算还没有批准，镇里直接修改草稿就可以。", back)
    if is_closed(budget.town, budget.year):
        return shut(request, title, f"{budget.year} 年已经结账，先重新打开再调整。", back)
    form = AdjustmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.adjust_budget, budget=budget, by=signed_in(request), **form.cleaned_data)
        if tried_form(form, act):
            messages.success(request, "预算调整已登记。")
            return redirect(back)
    text = "批准过的数不改，增减另记一笔，镇里会收到消息。"
    return asked(request, form, back, title=title, text=text, button="登记调整")
