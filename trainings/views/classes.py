"""Classes of a town: list, opening, the page of one class, its moves."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from juxian.people.access import clerk_required, county_required, editor_required, staff_required
from trainings import actions
from trainings.actions.opening import SAFETY, defaults_from_line
from trainings.forms import ClassForm, LateForm
from trainings.models import Enrolment, PlanLine, TrainingClass
from trainings.views.asking import SignedRequest, ask_reason, class_in_scope, shut, tried, tried_form
from trainings.views.stages import TONES, steps

State = TrainingClass.State
PAGE = 20
STATES = [("", "在办"), *State.choices, ("all", "全部")]
MOVES = {
    "submit": (actions.submit_class, "已送县里审批，批复后会发消息给您。"),
    "withdraw": (actions.withdraw_class, "已撤回，改好后再送审。"),
    "approve": (actions.approve_class, "已批准，并通知了镇里。"),
    "enrolling": (actions.open_enrolment, "可以报名了。"),
    "start": (actions.start_class, "已开班，上课当天就能点名。"),
    "closing": (actions.begin_closing, "进入结班，补考和测评由系统列出。"),
    "archive": (actions.archive_class, "已归档，学时已入账。"),
}


@staff_required
def class_list(request: SignedRequest) -> HttpResponse:
    """Classes with a stepper each; those in hand first."""
    wanted = request.GET.get("state", "")
    rows = TrainingClass.objects.visible_to(request.user).select_related("town")
    if wanted in State.values:
        rows = rows.filter(state=wanted)
    elif wanted != "all":
        wanted, rows = "", rows.in_hand()
    words = request.GET.get("q", "").strip()[:60]
    if words:
        rows = rows.filter(Q(title__icontains=words) | Q(code__icontains=words) | Q(town__name__icontains=words))
    seated = Count("enrolments", filter=Q(enrolments__state=Enrolment.State.SEATED))
    rows = rows.annotate(seated=seated).order_by("-starts_on", "-pk")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    ctx = {
        "nav": "classes",
        "page": page,
        "rows": [(row, steps(row), TONES[State(row.state)]) for row in page],
        "states": STATES,
        "shown": dict(STATES)[wanted],
        "state": wanted,
        "q": words,
        "query": f"state={wanted}&q={words}&",
        "many_towns": request.user.is_county or not request.user.is_clerk,
    }
    return render(request, "trainings/town_list.html", ctx)


def _open(request: SignedRequest, form: ClassForm, act: Any, line: PlanLine | None) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        made: list[TrainingClass] = []
        if tried_form(form, lambda: made.append(act(by=request.user, **form.cleaned_data))):
            messages.success(request, f"已建班 {made[0].code}，接着排课程表。")
            return redirect("trainings:town-detail", pk=made[0].pk)
    ctx = {"nav": "classes", "form": form, "line": line, "title": "开一个班", "back": "trainings:town-list"}
    return render(request, "trainings/class_form.html", ctx)


@editor_required
def line_open(request: SignedRequest, pk: int) -> HttpResponse:
    """Open the class of a plan line, prefilled from it."""
    line = get_object_or_404(PlanLine.objects.visible_to(request.user).select_related("plan__town"), pk=pk)
    form = ClassForm(request.POST or None, user=request.user, initial=defaults_from_line(line, request.user))
    return _open(request, form, partial(actions.open_class_from_line, line=line), line)


@clerk_required
def class_open(request: SignedRequest) -> HttpResponse:
    """Open a class beside the plan."""
    today = timezone.localdate()
    initial = {"starts_on": today, "ends_on": today, "contact": request.user.name, "safety_note": SAFETY}
    form = ClassForm(request.POST or None, user=request.user, initial=initial)
    return _open(request, form, partial(actions.open_class, town=request.user.clerk_town), None)


@editor_required
def class_edit(request: SignedRequest, pk: int) -> HttpResponse:
    """Edit a draft; later only contact, safety, seats and summary."""
    training_class = class_in_scope(request, pk)
    barred = actions.class_barred(training_class)
    if barred:
        return shut(request, "修改班次", barred, f"/town/trainings/{pk}/")
    if training_class.state == State.DRAFT:
        form: Any = ClassForm(request.POST or None, instance=training_class, user=request.user)
    else:
        form = LateForm(request.POST or None, instance=training_class)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.change_class, training_class=training_class, by=request.user, **form.cleaned_data)
        if tried_form(form, act):
            messages.success(request, "已保存。")
            return redirect("trainings:town-detail", pk=pk)
    ctx = {"nav": "classes", "form": form, "title": "修改班次", "training_class": class_in_scope(request, pk)}
    return render(request, "trainings/class_form.html", ctx)


@editor_required
@require_POST
def class_move(request: SignedRequest, pk: int, verb: str) -> HttpResponse:
    """Take the next step on the way of a class."""
    training_class = class_in_scope(request, pk)
    act, done = MOVES[verb]
    if verb == "approve" and not request.user.is_county:
        raise PermissionDenied
    tried(request, partial(act, training_class=training_class, by=request.user), done)
    return redirect("trainings:town-detail", pk=pk)


@editor_required
def class_cancel(request: SignedRequest, pk: int) -> HttpResponse:
    """Call a class off, saying why."""
    training_class = class_in_scope(request, pk)
    asked = {
        "title": f"取消“{training_class.title}”",
        "text": "已报名的学员会收到消息。取消后不能恢复，要办就重新开班。",
        "button": "取消这个班",
        "done": "已取消，并通知了报名的学员。",
    }
    return ask_reason(
        request,
        lambda reason: actions.cancel_class(training_class=training_class, reason=reason, by=request.user),
        asked,
        f"/town/trainings/{pk}/",
    )


@county_required
def class_return(request: SignedRequest, pk: int) -> HttpResponse:
    """The county returns a submitted class, saying why."""
    training_class = class_in_scope(request, pk)
    asked = {
        "title": f"退回“{training_class.title}”",
        "text": "写清要改什么，镇里会收到消息。",
        "button": "退回",
        "done": "已退回，并通知了镇里。",
    }
    return ask_reason(
        request,
        lambda reason: actions.return_class(training_class=training_class, comment=reason, by=request.user),
        asked,
        f"/town/trainings/{pk}/",
    )
