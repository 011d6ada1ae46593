"""Topics on their way to a featured course, as the town and the county read and move them."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from centres.views.asking import SignedRequest, tried, tried_form
from courses.actions import judging
from courses.actions import topics as actions
from courses.forms.review import DeclareForm, InviteForm, OpenForm, TopicForm, TrialForm
from courses.models import Judge, Panel, Topic, TopicStep
from courses.scoring import outcome_of
from juxian.files.models import StoredFile
from juxian.files.photos import accept_paper, keeping
from juxian.files.serve import sent
from juxian.files.sorts import TAIL, check_pdf_end
from juxian.files.store import DamagedFile
from juxian.people.access import clerk_required, county_required, editor_required, signed_in, staff_required
from juxian.people.models import User

PAGE = 40
State = Topic.State
TONES = {
    State.RETURNED: "st-bad",
    State.IMPROVE: "st-bad",
    State.FEATURED: "st-ok",
    State.DROPPED: "",
}
# State → which step of the way it stands at.
WAY = ("选题", "申报", "审稿", "评审", "试讲", "入选")
AT = {
    State.PROPOSED: 0, State.RETURNED: 0, State.APPROVED: 1, State.IMPROVE: 1, State.DECLARED: 2, State.VETTED: 3,
    State.JUDGING: 3, State.TRIAL: 4, State.PASSED: 5, State.FEATURED: 6, State.DROPPED: 0,
}  # fmt: skip


def tone(topic: Topic) -> str:
    """How its state is shown."""
    return TONES.get(State(topic.state), "st-warn")


@staff_required
def topics(request: HttpRequest) -> HttpResponse:
    """Topics of the own town, or of all for the county, the newest first; filtered by state."""
    user, state = signed_in(request), request.GET.get("state", "")
    rows = Topic.objects.visible_to(user).select_related("town", "theme").order_by("-id")
    if state in State.values:
        rows = rows.filter(state=state)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    ctx = {
        "nav": "courses",
        "page": page,
        "rows": [(row, tone(row)) for row in page],
        "state": state,
        "states": State.choices,
        "query": f"state={state}&" if state in State.values else "",
        "may_propose": user.is_clerk,
        "to_judge": Judge.objects.mine(user).filter(panel__closed_at=None, ballot=None).count(),
    }
    return render(request, "courses/topics.html", ctx)


def _in_scope(request: HttpRequest, pk: int) -> Topic:
    rows = Topic.objects.visible_to(request.user).select_related("town", "theme", "script", "course")
    return get_object_or_404(rows, pk=pk)


def _rights(user: User, topic: Topic) -> dict[str, bool]:
    """Which buttons the page has."""
    writes = user.is_county or user.editable_towns().filter(pk=topic.town_id).exists()
    waits = topic.state in (State.PROPOSED, State.DECLARED)
    sender = topic.proposed_by_id if topic.state == State.PROPOSED else topic.declared_by_id
    decides = user.is_county and sender != user.pk
    return {
        "may_mend": writes and topic.state == State.RETURNED,
        "may_declare": writes and topic.state in actions.DECLARABLE,
        "may_drop": writes and topic.state in actions.GOING,
        "may_decide": decides and waits,
        "may_open": decides and topic.state == State.VETTED,
        "may_try": decides and topic.state == State.TRIAL,
        "may_feature": user.is_county and topic.state == State.PASSED,
        "is_own": user.is_county and waits and not decides,
    }


def _steps(topic: Topic) -> list[dict[str, str]]:
    at = AT[State(topic.state)]
    return [
        {"label": label, "css": "done" if place < at else ("now" if place == at else "")}
        for place, label in enumerate(WAY)
    ]


@staff_required
def topic(request: HttpRequest, pk: int) -> HttpResponse:
    """One topic: what it says, where it stands, what the judges said, what to do next."""
    user, row = signed_in(request), _in_scope(request, pk)
    today = timezone.localdate()
    panels = list(Panel.objects.visible_to(user).filter(topic=row).select_related("topic").order_by("-number"))
    rights = _rights(user, row)
    ctx: dict[str, Any] = {
        "nav": "courses",
        "topic": row,
        "tone": tone(row),
        "steps": _steps(row),
        "history": TopicStep.objects.visible_to(user).filter(topic=row).order_by("-id"),
        "rounds": [_round(user, panel) for panel in panels],
        "decides_on": "选题" if row.state == State.PROPOSED else "讲稿",
        **rights,
    }
    if rights["may_open"]:
        ctx["open_form"] = OpenForm(initial={"ends_on": judging.default_end(today)})
    if rights["may_try"]:
        ctx["trial_form"] = TrialForm(initial={"on": today})
    if user.is_county and row.state == State.JUDGING:
        ctx["invite_form"] = InviteForm()
    return render(request, "courses/topic.html", ctx)


def _round(user: User, panel: Panel) -> dict[str, Any]:
    """A panel as this user may see it: scores only when it is over, names for the county alone."""
    found, criteria = outcome_of(panel), panel.criteria_in_order()
    return {
        "panel": panel,
        "criteria": criteria,
        "outcome": found,
        "sheets": [(sheet, list(zip(criteria, sheet.points, strict=False))) for sheet in found.sheets],
        "names": user.is_county or user.is_auditor,
        "manages": user.is_county and panel.is_open,
        "enough": found.handed_in >= panel.min_judges,
    }


@clerk_required
@require_http_methods(["GET", "HEAD", "POST"])
def topic_add(request: HttpRequest) -> HttpResponse:
    """A clerk proposes a topic for the own town."""
    user = signed_in(request)
    form = TopicForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made: list[Topic] = []

        def act() -> None:
            made.append(actions.propose(town=user.clerk_town, by=user, **form.cleaned_data))

        if tried_form(form, act):
            messages.success(request, "选题已报县里，批复后会发消息给您。")
            return redirect("courses:topic", made[0].pk)
    ctx = {"nav": "courses", "form": form, "title": "提出选题", "button": "报县里批", "back": "/town/topics/"}
    return render(request, "courses/topic_form.html", ctx)


@editor_required
@require_http_methods(["GET", "HEAD", "POST"])
def topic_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Mend a topic that was sent back."""
    user = signed_in(request)
    row = get_object_or_404(Topic.objects.editable_by(user).select_related("theme"), pk=pk)
    said = {"title": row.title, "theme": row.theme_id, "reason": row.reason}
    form = TopicForm(request.POST or None, initial=said)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.propose_again, topic=row, by=user, **form.cleaned_data)
        if tried_form(form, act):
            messages.success(request, "改好的选题已报县里。")
            return redirect("courses:topic", row.pk)
    ctx = {"nav": "courses", "form": form, "title": "修改选题", "button": "再报县里", "back": actions.page_of(row)}
    return render(request, "courses/topic_form.html", ctx)


@editor_required
@require_http_methods(["GET", "HEAD", "POST"])
def topic_declare(request: HttpRequest, pk: int) -> HttpResponse:
    """Declare the course with its script."""
    user = signed_in(request)
    row = get_object_or_404(Topic.objects.editable_by(user).select_related("script"), pk=pk)
    said = {name: getattr(row, name) for name in ("form", "hours", "summary", "outline")}
    chosen = [one.pk for one in row.speakers()]
    form = DeclareForm(request.POST or None, request.FILES or None, initial=said | {"lecturers": chosen})
    if request.method == "POST" and form.is_valid() and _declared(form, row, user):
        messages.success(request, "已申报，县里审完讲稿会发消息给您。")
        return redirect("courses:topic", row.pk)
    ctx = {
        "nav": "courses", "form": form, "title": f"申报课程：{row}", "button": "申报", "back": actions.page_of(row),
        "note": f"已有讲稿“{row.script}”，不换就不用再传。" if row.script else "",
    }  # fmt: skip
    return render(request, "courses/topic_form.html", ctx)


def _declared(form: DeclareForm, row: Topic, user: User) -> bool:
    """Keep the script together with the declaration, or neither; a refusal is shown on the form."""
    said = dict(form.cleaned_data)
    upload = said.pop("script")

    def act(script: StoredFile | None) -> None:
        actions.declare(topic=row, script=script, by=user, **said)

    if upload is None:
        return tried_form(form, partial(act, None))
    try:
        accepted = accept_paper(upload, name=upload.name)
        if accepted.kind == "pdf":
            check_pdf_end(accepted.content[-TAIL:], name=upload.name)
    except ValidationError as refusal:
        form.add_error("script", refusal)
        return False

    def kept() -> None:
        with keeping(accepted, name=upload.name) as both:
            act(both.file)

    return tried_form(form, kept)


def send_script(request: HttpRequest, row: Topic, back: str) -> HttpResponse:
    """The script as a download, for whoever was let through."""
    if row.script is None:
        messages.error(request, "还没有讲稿。")
        return redirect(back)
    try:
        return sent(row.script)  # type: ignore[return-value]  # streams, and is a response all the same
    except DamagedFile as damage:
        messages.error(request, str(damage))
        return redirect(back)


@staff_required
def topic_script(request: HttpRequest, pk: int) -> HttpResponse:
    """The script, for the town and the county."""
    row = _in_scope(request, pk)
    return send_script(request, row, actions.page_of(row))


@editor_required
@require_POST
def topic_drop(request: SignedRequest, pk: int) -> HttpResponse:
    """The town gives it up."""
    row = get_object_or_404(Topic.objects.editable_by(request.user), pk=pk)
    tried(request, partial(actions.drop, topic=row, by=request.user), "选题已撤回。")
    return redirect("courses:topic", row.pk)


@county_required
@require_POST
def topic_decide(request: SignedRequest, pk: int) -> HttpResponse:
    """The county approves or returns what waits: the topic or the script."""
    row = _in_scope(request, pk)
    agrees, comment = request.POST.get("decision") == "agree", request.POST.get("comment", "")[:500]
    act = partial(actions.decide, topic=row, agrees=agrees, comment=comment, by=request.user)
    tried(request, act, "已通过，并通知了镇里。" if agrees else "已退回，并通知了镇里。")
    return redirect("courses:topic", row.pk)


@county_required
@require_POST
def panel_open(request: SignedRequest, pk: int) -> HttpResponse:
    """Start the judging."""
    row = _in_scope(request, pk)
    form = OpenForm(request.POST)
    if form.is_valid():
        act = partial(judging.open_panel, topic=row, by=request.user, **form.cleaned_data)
        tried(request, act, "评审开始了，请邀请评委。")
    else:
        messages.error(request, "请填评分截止日期。")
    return redirect("courses:topic", row.pk)


@county_required
@require_POST
def judge_invite(request: SignedRequest, pk: int) -> HttpResponse:
    """Invite one judge to a panel."""
    panel = get_object_or_404(Panel.objects.visible_to(request.user).select_related("topic"), pk=pk)
    form = InviteForm(request.POST)
    if form.is_valid():
        act = partial(judging.invite, panel=panel, by=request.user, **form.cleaned_data)
        tried(request, act, "已邀请，对方登录后在“评审”里打分。")
    else:
        messages.error(request, "请填评委的登录名和单位。")
    return redirect("courses:topic", panel.topic_id)


@county_required
@require_POST
def judge_remove(request: SignedRequest, pk: int) -> HttpResponse:
    """Take back an invitation."""
    judge = get_object_or_404(Judge.objects.visible_to(request.user).select_related("panel__topic", "user"), pk=pk)
    tried(request, partial(judging.remove_judge, judge=judge, by=request.user), "已移出评委名单。")
    return redirect("courses:topic", judge.panel.topic_id)


@county_required
@require_POST
def panel_close(request: SignedRequest, pk: int) -> HttpResponse:
    """End the judging and count."""
    panel = get_object_or_404(Panel.objects.visible_to(request.user).select_related("topic"), pk=pk)
    tried(request, partial(judging.close_panel, panel=panel, by=request.user), "评审已结束，结果已通知镇里。")
    return redirect("courses:topic", panel.topic_id)


@county_required
@require_POST
def topic_trial(request: SignedRequest, pk: int) -> HttpResponse:
    """Write down the trial lecture."""
    row = _in_scope(request, pk)
    form = TrialForm(request.POST)
    if form.is_valid():
        act = partial(actions.record_trial, topic=row, by=request.user, **form.cleaned_data)
        tried(request, act, "试讲已登记，并通知了镇里。")
    else:
        messages.error(request, "请填试讲日期、地点、情况和结论。")
    return redirect("courses:topic", row.pk)


@county_required
@require_POST
def topic_feature(request: SignedRequest, pk: int) -> HttpResponse:
    """Into the library."""
    row = _in_scope(request, pk)
    tried(request, partial(actions.feature, topic=row, by=request.user), "已入选精品课程，全县都能选用。")
    return redirect("courses:topic", row.pk)
