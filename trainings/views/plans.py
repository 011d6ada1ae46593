"""The year plan of a town: list, lines while it is a draft, submit."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Count, Prefetch, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from juxian.people.access import clerk_required, county_required, editor_required, staff_required
from trainings import actions
from trainings.forms import LineForm, YearForm
from trainings.models import PlanLine, TrainingClass, YearPlan
from trainings.views.asking import SignedRequest, ask_reason, tried, tried_form

TONES = {YearPlan.State.DRAFT: "", YearPlan.State.SUBMITTED: "st-warn", YearPlan.State.APPROVED: "st-ok"}


def _plan(request: SignedRequest, pk: int) -> YearPlan:
    rows = YearPlan.objects.visible_to(request.user).select_related("town", "submitted_by", "decided_by")
    found: YearPlan = get_object_or_404(rows, pk=pk)
    return found


@staff_required
def plan_list(request: SignedRequest) -> HttpResponse:
    """Plans by year, towns in official code order."""
    plans = YearPlan.objects.visible_to(request.user).select_related("town")
    plans = plans.annotate(line_count=Count("lines"), people=Sum("lines__people")).order_by("-year", "town__code")
    year = timezone.localdate().year
    rows = [(plan, TONES[YearPlan.State(plan.state)]) for plan in plans]
    form = YearForm(initial={"year": year})
    return render(request, "trainings/plan_list.html", {"nav": "plans", "rows": rows, "form": form, "year": year})


@clerk_required
@require_POST
def plan_open(request: SignedRequest) -> HttpResponse:
    """Open the own town's plan of a year."""
    form = YearForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请填 2020 到 2100 之间的年份。")
        return redirect("trainings:town-plans")
    plan = actions.open_plan(town=request.user.clerk_town, year=form.cleaned_data["year"], by=request.user)
    return redirect("trainings:plan-detail", pk=plan.pk)


@staff_required
def plan_detail(request: SignedRequest, pk: int) -> HttpResponse:
    """The lines of a plan, with the class opened for each."""
    plan = _plan(request, pk)
    standing = TrainingClass.objects.visible_to(request.user).exclude(state=TrainingClass.State.CANCELLED)
    lines = PlanLine.objects.visible_to(request.user).filter(plan=plan).select_related("theme")
    lines = lines.prefetch_related(Prefetch("classes", queryset=standing, to_attr="opened")).order_by("month", "pk")
    may_write = request.user.is_clerk or request.user.is_county
    ctx: dict[str, Any] = {
        "nav": "plans",
        "plan": plan,
        "tone": TONES[YearPlan.State(plan.state)],
        "lines": list(lines),
        "may_edit": may_write and plan.state == YearPlan.State.DRAFT,
        "may_open": may_write and plan.state == YearPlan.State.APPROVED,
        "may_decide": request.user.is_county and plan.state == YearPlan.State.SUBMITTED,
    }
    ctx["people"] = sum(line.people for line in ctx["lines"])
    return render(request, "trainings/plan_detail.html", ctx)


@editor_required
def line_add(request: SignedRequest, pk: int) -> HttpResponse:
    """Add a line to a draft plan."""
    plan = _plan(request, pk)
    form = LineForm(request.POST or None, initial={"month": timezone.localdate().month, "days": 1})
    if request.method == "POST" and form.is_valid():
        act = partial(actions.add_line, plan=plan, by=request.user, **form.cleaned_data)
        if tried_form(form, act):
            messages.success(request, f"已加入“{form.cleaned_data['title']}”。")
            return redirect("trainings:plan-detail", pk=plan.pk)
    ctx = {"nav": "plans", "plan": plan, "form": form, "title": "加一个班次"}
    return render(request, "trainings/line_form.html", ctx)


@editor_required
def line_edit(request: SignedRequest, pk: int) -> HttpResponse:
    """Change a line of a draft plan."""
    rows = PlanLine.objects.visible_to(request.user).select_related("plan__town")
    line = get_object_or_404(rows, pk=pk)
    form = LineForm(request.POST or None, instance=line)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.change_line, line=line, by=request.user, **form.cleaned_data)
        if tried_form(form, act):
            messages.success(request, "已保存。")
            return redirect("trainings:plan-detail", pk=line.plan_id)
    ctx = {"nav": "plans", "plan": line.plan, "form": form, "title": "修改班次"}
    return render(request, "trainings/line_form.html", ctx)


@editor_required
@require_POST
def line_delete(request: SignedRequest, pk: int) -> HttpResponse:
    """Take a line out of a draft plan."""
    line = get_object_or_404(PlanLine.objects.visible_to(request.user).select_related("plan__town"), pk=pk)
    tried(request, partial(actions.remove_line, line=line, by=request.user), f"已去掉“{line.title}”。")
    return redirect("trainings:plan-detail", pk=line.plan_id)


@editor_required
@require_POST
def plan_submit(request: SignedRequest, pk: int) -> HttpResponse:
    """Send a draft plan to the county."""
    plan = _plan(request, pk)
    tried(request, partial(actions.submit_plan, plan=plan, by=request.user), "已送县里审批，批复后会发消息给您。")
    return redirect("trainings:plan-detail", pk=plan.pk)


@county_required
@require_POST
def plan_approve(request: SignedRequest, pk: int) -> HttpResponse:
    """The county approves a submitted plan."""
    plan = _plan(request, pk)
    tried(request, partial(actions.approve_plan, plan=plan, by=request.user), "已批准，并通知了镇里。")
    return redirect("trainings:plan-detail", pk=plan.pk)


@county_required
def plan_return(request: SignedRequest, pk: int) -> HttpResponse:
    """The county returns a submitted plan, saying why."""
    plan = _plan(request, pk)
    asked = {
        "title": f"退回{plan}",
        "text": "写清要改什么，镇里会收到消息。",
        "button": "退回",
        "done": "已退回，并通知了镇里。",
        "nav": "plans",
    }
    act = partial(actions.return_plan, plan=plan, by=request.user)
    return ask_reason(request, lambda reason: act(comment=reason), asked, f"/town/plans/{plan.pk}/")
