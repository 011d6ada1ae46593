"""Disclosed accounts of a town as its clerks and the county see and move them."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Count, Max, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from centres.actions import disclosures as way
from centres.actions.questions import answer_question, hits_in
from centres.forms.disclosures import AnswerForm, DisclosureForm, WordingForm
from centres.models import Disclosure, DisclosureItem, DisclosureQuestion
from centres.seen import stamp
from centres.views.asking import SignedRequest, tried, tried_form
from centres.views.places import centre_of
from juxian.people.access import editor_required, signed_in, staff_required
from juxian.people.models import Town

State = Disclosure.State
TONES = {
    State.DRAFT: "",
    State.PROPOSED: "st-warn",
    State.CHECKED: "st-warn",
    State.APPROVED: "st-info",
    State.PUBLISHED: "st-ok",
}
STEPS = ("提出", "保密审查", "县里批准", "公布")
PEOPLE = ("town", "proposed_by", "checked_by", "approved_by", "published_by", "corrects", "correction")


def _disclosure(request: HttpRequest, pk: int) -> Disclosure:
    rows = Disclosure.objects.visible_to(request.user).select_related(*PEOPLE)
    found: Disclosure = get_object_or_404(rows, pk=pk)
    return found


def _writes(request: HttpRequest, town: Town) -> bool:
    return signed_in(request).editable_towns().filter(pk=town.pk).exists()


def _list(request: HttpRequest, town: Town) -> str:
    """The list of a town, as this user reaches it."""
    address = reverse("centres:town-disclosures")
    return address if signed_in(request).is_clerk else f"{address}?town={town.code}"


@staff_required
def town_disclosures(request: HttpRequest) -> HttpResponse:
    """Disclosures of a town, the newest first, and the questions that wait. County staff who name no town see all towns."""
    if not request.GET.get("town") and not signed_in(request).is_clerk:
        return redirect("centres:county-disclosures")
    centre = centre_of(request)
    waiting = Count("questions", filter=Q(questions__answered_at=None))
    rows = Disclosure.objects.visible_to(request.user).filter(town=centre.town).select_related("correction")
    rows = rows.annotate(waiting=waiting, asked=Count("questions")).order_by("-ends_on", "-pk")
    questions = DisclosureQuestion.objects.visible_to(request.user).filter(disclosure__town=centre.town).open()
    ctx = {
        "nav": "centre",
        "centre": centre,
        "rows": [(row, TONES[State(row.state)]) for row in rows],
        "questions": questions.select_related("disclosure", "member__branch"),
        "may_write": _writes(request, centre.town),
    }
    return render(request, "centres/town_disclosures.html", ctx)


def _period(rows: Any, today: date) -> dict[str, Any]:
    """Last year while it is not disclosed; then this year from where the last one ended."""
    last = today.year - 1
    if not rows.filter(starts_on__year=last).exists():
        return {"title": f"{last} 年度培训经费", "starts_on": date(last, 1, 1), "ends_on": date(last, 12, 31)}
    ends = rows.filter(ends_on__year=today.year, ends_on__lt=today).aggregate(last=Max("ends_on"))["last"]
    first = ends + timedelta(days=1) if ends else date(today.year, 1, 1)
    return {"title": f"{today.year} 年培训经费", "starts_on": first}


@editor_required
def disclosure_add(request: HttpRequest) -> HttpResponse:
    """A new draft; the items come from the books."""
    town = centre_of(request).town
    rows = Disclosure.objects.visible_to(request.user).filter(town=town)
    form = DisclosureForm(request.POST or None, initial=_period(rows, timezone.localdate()))
    if request.method == "POST" and form.is_valid():
        act = partial(way.open_disclosure, town=town, by=signed_in(request), **form.cleaned_data)
        if tried_form(form, act):
            period = {name: form.cleaned_data[name] for name in ("starts_on", "ends_on")}
            messages.success(request, "草稿已建好，支出从账上取来了。核对以后提出公开。")
            return redirect("centres:disclosure-detail", pk=rows.get(corrects=None, **period).pk)
    ctx = {"nav": "centre", "form": form, "title": "新的账目公开", "back": _list(request, town), "button": "建草稿"}
    return render(request, "centres/disclosure_form.html", ctx)


@editor_required
def disclosure_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a draft."""
    row = _disclosure(request, pk)
    barred, back = way.draft_barred(row), reverse("centres:disclosure-detail", args=[pk])
    if barred:
        messages.error(request, barred)
        return redirect(back)
    given = {name: getattr(row, name) for name in ("title", "starts_on", "ends_on", "text")}
    form = DisclosureForm(request.POST or None, initial=given)
    if request.method == "POST" and form.is_valid():
        seen = request.POST.get("seen")
        act = partial(way.change_disclosure, disclosure=row, by=signed_in(request), seen=seen, **form.cleaned_data)
        if tried_form(form, act):
            messages.success(request, "已保存，支出按起止日期重新取过。")
            return redirect(back)
    ctx = {"nav": "centre", "form": form, "title": f"修改“{row}”", "back": back, "button": "保存"}
    ctx["seen"] = request.POST.get("seen", row.words)
    return render(request, "centres/disclosure_form.html", ctx)


@editor_required
def item_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Say otherwise what an expense of a draft was for."""
    rows = DisclosureItem.objects.visible_to(request.user).select_related("head__disclosure__town")
    item: DisclosureItem = get_object_or_404(rows, pk=pk)
    row = item.head.disclosure
    barred, back = way.draft_barred(row), reverse("centres:disclosure-detail", args=[row.pk])
    if barred:
        messages.error(request, barred)
        return redirect(back)
    form = WordingForm(request.POST or None, initial={"text": item.text})
    if request.method == "POST" and form.is_valid():
        text, seen = form.cleaned_data["text"], request.POST.get("seen")
        act = partial(way.reword_item, item=item, text=text, by=signed_in(request), seen=seen)
        if tried_form(form, act):
            messages.success(request, "用途已改。")
            return redirect(back)
    title = f"改用途：{item.head}{item}"
    ctx = {"nav": "centre", "form": form, "title": title, "back": back, "button": "保存"}
    ctx["seen"] = request.POST.get("seen", stamp(item.text))
    return render(request, "centres/disclosure_form.html", ctx)


# One disclosure ---------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Step:
    """One state in the stepper; `css` is done, now or empty."""

    label: str
    css: str
    small: str = ""


def _steps(row: Disclosure) -> list[Step]:
    now = list(State).index(State(row.state))
    who = (row.proposed_by, row.checked_by, row.approved_by, row.published_by)
    return [
        Step(label, "done" if place < now else "now" if place == now else "", str(by or ""))
        for place, (label, by) in enumerate(zip(STEPS, who, strict=True))
    ]


def _moves(request: HttpRequest, row: Disclosure) -> dict[str, Any]:
    """What this user may do with it now, and why a county person leaves it to somebody else."""
    user, writes = signed_in(request), _writes(request, row.town)
    own = row.proposed_by_id == user.pk
    check, approve = row.state == State.PROPOSED and not own, row.state == State.CHECKED and not own
    barred = way.check_barred(row, user) if check else way.approve_barred(row, user) if approve else ""
    return {
        "barred": barred,
        "may_edit": writes and row.state == State.DRAFT,
        "may_check": writes and check and not barred,
        "may_approve": user.is_county and approve and not barred,
        "may_return": writes and row.state in way.GIVEN_BACK and not own,
        "may_withdraw": writes and row.state in (State.PROPOSED, State.CHECKED) and (own or not user.is_county),
        "may_publish": writes and row.state == State.APPROVED,
        "may_correct": writes and row.is_published and not hasattr(row, "correction"),
        "is_own": own,
        "writes": writes,
    }


@staff_required
def disclosure_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One disclosure as members will read it, what the scan found in it, and the next step."""
    rows = Disclosure.objects.visible_to(request.user).select_related(*PEOPLE).prefetch_related("heads__spendings")
    row: Disclosure = get_object_or_404(rows, pk=pk)
    questions = DisclosureQuestion.objects.visible_to(request.user).filter(disclosure=row)
    hits = [] if row.is_published else way.hits_of(row)
    moves = _moves(request, row)
    ctx = {
        "nav": "centre",
        "row": row,
        "tone": TONES[State(row.state)],
        "total": way.total_of(row),
        "steps": _steps(row),
        "hits": hits,
        "stops": any(hit.stops for hit in hits),
        "names": any(not hit.stops for hit in hits),
        "missing": way.missing_to_propose(row, timezone.localdate()) if moves["may_edit"] else [],
        "questions": questions.select_related("member__branch", "answered_by"),
        "back": _list(request, row.town),
        **moves,
    }
    return render(request, "centres/disclosure_detail.html", ctx)


@editor_required
@require_POST
def disclosure_move(request: SignedRequest, pk: int, verb: str) -> HttpResponse:
    """The next step, or back: propose, withdraw, check, approve, return, publish, correct, drop."""
    row, user = _disclosure(request, pk), request.user
    text, seen = request.POST.get("text", "").replace("\0", "")[:300], request.POST.get("seen")
    moves: dict[str, tuple[Any, str]] = {
        "propose": (partial(way.propose_disclosure), "已提出。请本镇另一位同志或县里作保密审查。"),
        "withdraw": (partial(way.withdraw_disclosure), "已撤回，改好后再提出。"),
        "check": (partial(way.check_disclosure, seen=seen), "保密审查已通过，等县里批准。"),
        "approve": (partial(way.approve_disclosure, names_reason=text[:200], seen=seen), "已批准，并通知了镇里。"),
        "return": (partial(way.return_disclosure, comment=text), "已退回，并通知了镇里。"),
        "publish": (partial(way.publish_disclosure), "已向本镇党员公布。"),
        "correct": (partial(way.correct_disclosure), "更正的草稿已建好，在说明里写清改了什么。"),
        "drop": (partial(way.drop_disclosure), "草稿已删去。"),
    }
    if verb not in moves:
        raise Http404(verb)
    act, done = moves[verb]
    if not tried(request, partial(act, disclosure=row, by=user), done):
        return redirect("centres:disclosure-detail", pk=pk)
    if verb == "correct":
        made = Disclosure.objects.visible_to(user).get(corrects=row)
        return redirect("centres:disclosure-detail", pk=made.pk)
    return redirect(_list(request, row.town)) if verb == "drop" else redirect("centres:disclosure-detail", pk=pk)


@staff_required
def disclosure_print(request: HttpRequest, pk: int) -> HttpResponse:
    """A published disclosure on A4."""
    rows = Disclosure.objects.visible_to(request.user).published().select_related(*PEOPLE)
    row: Disclosure = get_object_or_404(rows.prefetch_related("heads__spendings"), pk=pk)
    return render(request, "centres/disclosure_print.html", {"row": row, "total": way.total_of(row)})


# Questions --------------------------------------------------------------------------------------------
@editor_required
def question_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer a member's question; both are then read by the town's members."""
    rows = DisclosureQuestion.objects.visible_to(request.user)
    row: DisclosureQuestion = get_object_or_404(rows.select_related("disclosure__town", "member__branch"), pk=pk)
    back = reverse("centres:disclosure-detail", args=[row.disclosure_id])
    if row.is_answered and request.method != "POST":
        messages.info(request, "这个问题已经答复。")
        return redirect(back)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        text, reason = form.cleaned_data["text"], form.cleaned_data["names_reason"]
        act = partial(answer_question, question=row, answer=text, names_reason=reason, by=signed_in(request))
        if tried_form(form, act):
            messages.success(request, "已答复，并通知了提问的党员。")
            return redirect(back)
    ctx = {"nav": "centre", "question": row, "form": form, "hits": hits_in(row, ""), "back": back}
    return render(request, "centres/question_answer.html", ctx)


# All towns --------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class TownRow:
    """One town: its newest disclosure of the year, and questions without an answer."""

    town: Town
    disclosure: Disclosure | None
    tone: str
    waiting: int


def _year(request: HttpRequest) -> int:
    typed, this = request.GET.get("year", ""), timezone.localdate().year
    return int(typed) if typed.isascii() and typed.isdigit() and 2020 <= int(typed[:4]) <= this else this


@staff_required
def county_disclosures(request: HttpRequest) -> HttpResponse:
    """The towns of a year side by side in code order, and what waits for somebody else's eyes; a clerk sees the own one."""
    year, user = _year(request), signed_in(request)
    rows = Disclosure.objects.visible_to(user).select_related("town")
    newest: dict[int, Disclosure] = {}
    for row in rows.filter(starts_on__year=year).order_by("ends_on", "pk"):
        newest[row.town_id] = row
    asked = DisclosureQuestion.objects.visible_to(user).open().order_by().values_list("disclosure__town")
    open_questions = dict(asked.annotate(number=Count("pk")))
    towns = user.towns().active(timezone.localdate())  # type: ignore[attr-defined]  # the manager's queryset
    this = timezone.localdate().year
    ctx = {
        "nav": "centre",
        "year": year,
        "years": range(this, this - 5, -1),
        "rows": [_town_row(town, newest.get(town.pk), open_questions.get(town.pk, 0)) for town in towns],
        "published": sum(row.is_published for row in newest.values()),
        "waiting": rows.filter(state__in=(State.PROPOSED, State.CHECKED)).select_related("proposed_by"),
        "tones": TONES,
    }
    return render(request, "centres/county_disclosures.html", ctx)


def _town_row(town: Town, row: Disclosure | None, waiting: int) -> TownRow:
    return TownRow(town, row, TONES[State(row.state)] if row else "", waiting)
