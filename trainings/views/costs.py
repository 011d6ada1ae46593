"""Money on the page of a class: budget and costs by head, its vouchers, and the ceilings."""

from decimal import Decimal
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from centres.forms.money import BudgetForm
from centres.money import total
from juxian.people.access import editor_required, staff_required
from juxian.rules.lookup import value
from trainings.actions.costs import BEFORE_FILED, SPENDING, link_cost, remove_cost, save_class_budget
from trainings.actions.rights import not_in
from trainings.costs import class_accounts, person_days, shared_costs
from trainings.costs_forms import CostForm
from trainings.models import ClassCost, TrainingClass
from trainings.views.asking import SignedRequest, class_in_scope, shut, tried, tried_form


def _costs(request: SignedRequest, training_class: TrainingClass) -> list[ClassCost]:
    rows = ClassCost.objects.visible_to(request.user).filter(training_class=training_class).standing()
    rows = rows.select_related("expense__head", "lecturer__title", "by")
    return list(rows.order_by("-expense__spent_on", "-pk"))


def _per_day(training_class: TrainingClass) -> dict[str, Any]:
    """What one person costs a day, and how that was counted."""
    days, is_attended = person_days(training_class)
    cap, sums = Decimal(value("cost.person_day", training_class.starts_on)), shared_costs(training_class)
    return {"days": days, "is_attended": is_attended, "cap": cap, "sums": sums, "each": round(sums / days, 2), "is_over": sums > cap * days}  # fmt: skip


@staff_required
def class_costs(request: SignedRequest, pk: int) -> HttpResponse:
    """Budget and costs by head, the vouchers of the class, and what one person costs a day."""
    training_class = class_in_scope(request, pk)
    rows = class_accounts(training_class)
    may_write = request.user.editable_towns().filter(pk=training_class.town_id).exists()
    ctx = {
        "nav": "classes",
        "training_class": training_class,
        "rows": rows,
        "whole": total(rows),
        "costs": _costs(request, training_class),
        "per_day": _per_day(training_class),
        "plan_budget": training_class.line.budget if training_class.line else None,
        "may_plan": may_write and training_class.state in BEFORE_FILED,
        "may_link": may_write and training_class.state in SPENDING,
    }
    return render(request, "trainings/class_costs.html", ctx)


def _back(training_class: TrainingClass) -> str:
    return reverse("trainings:class-costs", args=[training_class.pk])


@editor_required
def class_budget(request: SignedRequest, pk: int) -> HttpResponse:
    """The budget of a class by head."""
    training_class = class_in_scope(request, pk)
    back, title = _back(training_class), "班次经费预算"
    if barred := not_in(training_class, *BEFORE_FILED):
        return shut(request, title, barred, back)
    form = BudgetForm(request.POST if request.method == "POST" else None, rows=class_accounts(training_class))
    if request.method == "POST" and form.is_valid():
        act = partial(save_class_budget, training_class=training_class, amounts=form.amounts(), by=request.user)
        if tried_form(form, partial(act, seen=request.POST.get("seen"))):
            messages.success(request, "班次经费预算已保存。")
            return redirect(back)
        form.look_again()
    text = f"{training_class.title}。没有的项目留空，归档时自动生成“经费预算”。"
    ctx = {"nav": "classes", "form": form, "back": back, "title": title, "text": text, "button": "保存"}
    return render(request, "trainings/cost_form.html", ctx)


@editor_required
def cost_link(request: SignedRequest, pk: int) -> HttpResponse:
    """Put a voucher to the class. Over a ceiling the page says so with the sums, and asks why all the same."""
    training_class = class_in_scope(request, pk)
    back, title = _back(training_class), "关联一笔支出"
    if barred := not_in(training_class, *SPENDING):
        return shut(request, title, barred, back)
    form = CostForm(request.POST or None, training_class=training_class, user=request.user)
    if request.method == "POST" and form.is_valid() and _linked(request, form, training_class):
        messages.success(request, f"凭证 {form.cleaned_data['expense'].voucher} 已关联到本班。")
        return redirect(back)
    text = f"{training_class.title}。先在“中心、经费”里登记支出，再到这里关联。"
    ctx = {"nav": "classes", "form": form, "back": back, "title": title, "text": text, "button": "关联"}
    return render(request, "trainings/cost_form.html", ctx)


def _linked(request: SignedRequest, form: CostForm, training_class: TrainingClass) -> bool:
    try:
        link_cost(training_class=training_class, by=request.user, **form.cleaned_data)
    except ValidationError as refusal:
        if getattr(refusal, "code", "") == "warned":
            form.warn(refusal.messages[0])
        else:
            form.add_error(None, ValidationError(refusal.messages))
        return False
    return True


@editor_required
@require_POST
def cost_remove(request: SignedRequest, pk: int) -> HttpResponse:
    """Take a voucher off its class; the voucher itself stays."""
    rows = ClassCost.objects.visible_to(request.user).select_related("training_class__town", "expense")
    cost = get_object_or_404(rows, pk=pk)
    training_class = cost.training_class
    tried(request, partial(remove_cost, cost=cost, by=request.user), f"凭证 {cost.expense.voucher} 不再关联到本班。")
    return redirect(_back(training_class))
