"""The year plan of a town: list, lines while it is a draft, submit."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Count, Prefetch, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from juxian.people.access import clerk_required, county_required, editor_required, staff_required
from trainings import actions
from trainings.forms import LineForm, YearForm
from trainings.models import PlanLine, TrainingClass, YearPlan
from trainings.views.asking import SignedRequest, ask_reason, shut, tried, tried_form

LAST_QUARTER = 10
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
    rows = [(plan, TONES[YearPlan.State(plan.state)]) for plan in plans]
    ctx = {"nav": "plans", "rows": rows, "year": timezone.localdate().year}
    if request.user.is_clerk:
        town = request.user.clerk_town
        own = [plan for plan, _ in rows if plan.town_id == town.pk]
        ctx |= {"year": _year_to_plan({plan.year for plan in own}), "none_free": bool(own) and not _free(request)}
    return render(request, "trainings/plan_list.html", ctx)


def _year_to_plan(planned: set[int]) -> int:
    """This year; from October on the next one, once this year has its plan."""
    today = timezone.localdate()
    return today.year + 1 if today.month >= LAST_QUARTER and today.year in planned else today.year


def _free(request: SignedRequest) -> bool:
    """Whether an approved plan has a line no class was opened from."""
    standing = TrainingClass.objects.visible_to(request.user).exclude(state=TrainingClass.State.CANCELLED)
    lines = PlanLine.objects.visible_to(request.user).filter(plan__state=YearPlan.State.APPROVED)
    return lines.exclude(pk__in=standing.filter(line__isnull=False).values("line")).exists()


@clerk_required
@require_POST
def plan_open(request: SignedRequest) -> HttpResponse:
    """Open the own town's plan of a year."""
    form = YearForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请填 2020 到 2100 之间的年份。")
        return redirect("trainings:town-plans")
    town, year = request.user.clerk_town, form.cleaned_data["year"]
    known = YearPlan.objects.visible_to(request.user).filter(town=town, year=year).first()
    plan = actions.open_plan(town=town, year=year, by=request.user)
    if known:
        messages.success(request, f"{year} 年的计划已有，状态“{known.get_state_display()}”。")
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
        "may_withdraw": request.user.is_clerk and plan.state == YearPlan.State.SUBMITTED,
    }
    ctx["people"] = sum(line.people for line in ctx["lines"])
    return render(request, "trainings/plan_detail.html", ctx)


@editor_required
def line_add(request: SignedRequest, pk: int) -> HttpResponse:
    """Add a line to a draft plan."""
    plan = _plan(request, pk)
    barred = actions.plan_barred(plan)
    if barred:
        return shut(request, "加一个班次", barred, f"/town/plans/{pk}/", "plans")
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
    barred = actions.plan_barred(line.plan)
    if barred:
        return shut(request, f"修改“{line.title}”", barred, f"/town/plans/{line.plan_id}/", "plans")
    form = LineForm(request.POST or None, instance=line)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.change_line, line=line, by=request.user, **form.cleaned_data)
        if tried_form(form, act):
            messages.success(request, "已保存。")
            return redirect("trainings:plan-detail", pk=line.plan_id)
    ctx = {"nav": "plans", "plan": line.plan, "form": form, "title": "修改班次"}
    return render(request, "trainings/line_form.html", ctx)


@editor_required
@require_http_methods(["GET", "HEAD", "POST"])
def line_delete(request: SignedRequest, pk: int) -> HttpResponse:
    """Ask, then take a line out of a draft plan."""
    line = get_object_or_404(PlanLine.objects.visible_to(request.user).select_related("plan__town"), pk=pk)
    if request.method == "POST":
        tried(request, partial(actions.remove_line, line=line, by=request.user), f"已去掉“{line.title}”。")
        return redirect("trainings:plan-detail", pk=line.plan_id)
    title, back = f"去掉“{line.title}”", f"/town/plans/{line.plan_id}/"
    barred = actions.plan_barred(line.plan)
    if barred:
        return shut(request, title, barred, back, "plans")
    text = f"{line.plan}里的{line.month}月班次，计划 {line.people} 人。去掉后要办只能再加一次。"
    ctx = {"nav": "plans", "title": title, "text": text, "back": back, "button": "去掉"}
    return render(request, "trainings/confirm.html", ctx)


@editor_required
@require_POST
def plan_submit(request: SignedRequest, pk: int) -> HttpResponse:
    """Send a draft plan to the county."""
    plan = _plan(request, pk)
    tried(request, partial(actions.submit_plan, plan=plan, by=request.user), "已送县里审批，批复后会发消息给您。")
    return redirect("trainings:plan-detail", pk=plan.pk)


@editor_required
@require_POST
def plan_withdraw(request: SignedRequest, pk: int) -> HttpResponse:
    """Take back a plan that was sent and not decided yet."""
    plan = _plan(request, pk)
    tried(request, partial(actions.withdraw_plan, plan=plan, by=request.user), "已撤回，改好后再送审。")
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
