"""Seats of a class: quotas, enrolling by branch, by who is due and by a pasted list, cancelling."""

from collections import Counter
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from juxian.people.access import editor_required
from juxian.people.models import Branch, Member
from trainings import actions
from trainings.clashes import Clash, busy_list, busy_members
from trainings.forms import NamesForm
from trainings.hours import progress_of_all, who_is_due
from trainings.models import Enrolment, Quota, TrainingClass
from trainings.views.asking import SignedRequest, accepted, ask_reason, class_in_scope, shut, tried_form, warned
from trainings.words import plain

SHOWN = 300


def _branches(request: SignedRequest, training_class: TrainingClass) -> Any:
    return Branch.objects.visible_to(request.user).filter(town=training_class.town, closed_on=None).order_by("name")


@editor_required
def quotas(request: SignedRequest, pk: int) -> HttpResponse:
    """Seats by branch: one number each, saved together."""
    training_class = class_in_scope(request, pk)
    branches = list(_branches(request, training_class))
    rows = Quota.objects.visible_to(request.user).filter(training_class=training_class)
    given = dict(rows.values_list("branch_id", "seats"))
    if request.method == "POST" and _save_quotas(request, training_class, branches, given):
        messages.success(request, "名额已保存。")
        return redirect(f"/town/trainings/{pk}/?tab=people")
    counted = Member.objects.visible_to(request.user).counted().filter(branch__town=training_class.town)
    people = Counter(counted.values_list("branch_id", flat=True))
    lines = [
        {"branch": branch, "people": people[branch.pk], "seats": request.POST.get(f"b{branch.pk}", given.get(branch.pk, ""))}
        for branch in branches
    ]  # fmt: skip
    ctx = {"nav": "classes", "training_class": training_class, "lines": lines, "total": sum(given.values())}
    return render(request, "trainings/quotas.html", ctx)


def _save_quotas(
    request: SignedRequest, training_class: TrainingClass, branches: list[Branch], given: dict[int, int]
) -> bool:  # fmt: skip
    """Save what changed, seats taken away first; every refusal is shown."""
    changes = []
    for branch in branches:
        text = request.POST.get(f"b{branch.pk}", "").strip() or "0"
        if not text.isdecimal() or len(text) > 5:
            messages.error(request, f"{branch.name}的名额请填数字，如 5。")
            return False
        if int(text) != given.get(branch.pk, 0):
            changes.append((int(text) - given.get(branch.pk, 0), branch, int(text)))
    fine = True
    for _, branch, seats in sorted(changes, key=lambda change: change[0]):
        try:
            actions.set_quota(training_class=training_class, branch=branch, seats=seats, by=request.user)
        except ValidationError as refusal:
            fine = False
            messages.error(request, refusal.messages[0])
    return fine


def _candidates(request: SignedRequest, training_class: TrainingClass) -> dict[str, Any]:
    """Members to tick, by branch with search, or those who are due."""
    members = Member.objects.visible_to(request.user).counted().filter(branch__town=training_class.town)
    standing = Enrolment.objects.visible_to(request.user).filter(training_class=training_class)
    members = members.exclude(pk__in=standing.exclude(state=Enrolment.State.CANCELLED).values("member"))
    words, branch = request.GET.get("q", "").strip()[:40], request.GET.get("branch", "")
    if words:
        members = members.filter(search_text__icontains=words)
    if branch.isdecimal():
        members = members.filter(branch=int(branch[:18]))
    members = members.select_related("branch").order_by("branch__name", "name", "pk")
    year = training_class.starts_on.year
    if request.GET.get("by") == "due":
        due = who_is_due(members, year)
        lines = [(row.member, f"今年 {plain(row.hours)} 学时，差 {plain(row.missing)}") for row in due]
    else:
        people = list(members[: SHOWN + 1])
        found = progress_of_all(people[:SHOWN], year)
        lines = [(member, "，".join(item.word for item in found.get(member.pk, [])[:1])) for member in people]
    busy = busy_members(training_class, [member for member, _ in lines[:SHOWN]], request.user)
    shown = [(member, note, busy.get(member.pk, [])) for member, note in lines[:SHOWN]]
    return {"lines": shown, "more": len(lines) > SHOWN, "q": words, "branch": branch, "shown": SHOWN}


@editor_required
def enrol(request: SignedRequest, pk: int) -> HttpResponse:
    """Tick members of a branch, or of the list of those who are due."""
    training_class = class_in_scope(request, pk)
    if request.method == "POST":
        picked = [int(value) for value in request.POST.getlist("member") if value.isdecimal() and len(value) < 19]
        members = Member.objects.visible_to(request.user).filter(pk__in=picked).order_by("branch__name", "name", "pk")
        quota = request.POST.get("source") == Enrolment.Source.QUOTA
        source = Enrolment.Source.QUOTA if quota else Enrolment.Source.LIST
        if not picked:
            messages.error(request, "还没有勾选人，先勾选再点“录取”。")
        elif _enrolled(request, training_class, list(members), source):
            return redirect(f"/town/trainings/{pk}/?tab=people")
        return redirect(request.get_full_path())
    ctx = {
        "nav": "classes",
        "training_class": training_class,
        "mode": "due" if request.GET.get("by") == "due" else "branch",
        "branches": list(_branches(request, training_class)),
        "free": _free(request, training_class),
        "names_form": NamesForm(),
        **_candidates(request, training_class),
    }
    return render(request, "trainings/enrol.html", ctx)


def _free(request: SignedRequest, training_class: TrainingClass) -> int:
    rows = Enrolment.objects.visible_to(request.user).filter(training_class=training_class)
    return max(training_class.capacity - rows.seated().count(), 0)


def _enrolled(request: SignedRequest, training_class: TrainingClass, members: list[Member], source: str) -> bool:
    """Enrol and say what became of whom."""
    results: list[actions.EnrolResult] = []
    act = partial(actions.enrol, training_class=training_class, members=members, source=source, by=request.user)
    try:
        results.append(act())
    except ValidationError as refusal:
        for text in refusal.messages:
            messages.error(request, text)
        return False
    messages.success(request, _said(results[0]))
    return True


def _said(result: actions.EnrolResult) -> str:
    parts = [f"录取 {len(result.seated)} 人"]
    if result.waiting:
        parts.append(f"名额已满，候补 {len(result.waiting)} 人")
    if result.already:
        parts.append(f"{len(result.already)} 人早已在班里")
    return "，".join(parts) + "。"


def _named(request: SignedRequest, training_class: TrainingClass, text: str) -> list[Member]:
    """The members a pasted list means. Raises ValidationError naming every line nobody or several answer to."""
    members = Member.objects.visible_to(request.user).filter(branch__town=training_class.town, left_on=None)
    by_name: dict[str, list[Member]] = {}
    for member in members.select_related("branch"):
        by_name.setdefault(member.name, []).append(member)
    found, problems = [], []
    for number, line in enumerate(text.splitlines(), 1):
        name, _, branch = line.replace("\t", " ").replace("\u3000", " ").strip().partition(" ")
        if not name:
            continue
        matches = [m for m in by_name.get(name, []) if not branch or m.branch.name == branch.strip()]
        if len(matches) == 1:
            found.append(matches[0])
        elif matches:
            problems.append(f"第 {number} 行“{name}”有 {len(matches)} 位，请在姓名后写明党支部。")
        else:
            problems.append(f"第 {number} 行“{line.strip()}”在{training_class.town.name}的名册里找不到。")
    if problems:
        raise ValidationError(problems)
    return found


@editor_required
def enrol_names(request: SignedRequest, pk: int) -> HttpResponse:
    """Enrol a pasted list of names; nothing is saved while a line is unclear, or somebody has another class then."""
    training_class = class_in_scope(request, pk)
    form = NamesForm(request.POST or None)
    found: list[Clash] = []
    if request.method == "POST" and form.is_valid():
        members: list[Member] = []
        text = form.cleaned_data["names"]
        if tried_form(form, lambda: members.extend(_named(request, training_class, text))):
            found = busy_list(training_class, members, request.user)
        if form.is_valid() and accepted(request, found):
            results: list[actions.EnrolResult] = []
            act = partial(actions.enrol, training_class=training_class, members=members, by=request.user)
            if tried_form(form, lambda: results.append(act(source=Enrolment.Source.IMPORT))):
                messages.success(request, _said(results[0]))
                return redirect(f"/town/trainings/{pk}/?tab=people")
    ctx = {"nav": "classes", "training_class": training_class, "form": form}
    return render(request, "trainings/enrol_names.html", ctx | warned(found, "知道撞期了，照样录取"))


@editor_required
def enrolment_cancel(request: SignedRequest, pk: int) -> HttpResponse:
    """Take one person out of a class; the first waiting one moves up."""
    rows = Enrolment.objects.visible_to(request.user).select_related("training_class", "member")
    enrolment = get_object_or_404(rows, pk=pk)
    title, back = f"取消{enrolment.member.name}的报名", f"/town/trainings/{enrolment.training_class_id}/?tab=people"
    barred = actions.enrolment_barred(enrolment)
    if barred:
        return shut(request, title, barred, back)
    asked = {
        "title": title,
        "text": f"“{enrolment.training_class.title}”。空出的名额由候补的第一位递补，并通知本人。",
        "button": "取消报名",
        "done": f"已取消{enrolment.member.name}的报名。",
    }
    return ask_reason(
        request,
        lambda reason: actions.cancel_enrolment(enrolment=enrolment, by=request.user, reason=reason),
        asked,
        back,
    )
