"""Published accounts as the members of the town read them, and what they ask."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from centres.actions.disclosures import total_of
from centres.actions.questions import ask_question
from centres.forms.disclosures import QuestionForm
from centres.models import Disclosure, DisclosureQuestion
from centres.views.asking import tried_form
from juxian.people.access import member_required, signed_in
from juxian.people.models import Member


def _mine(request: HttpRequest) -> Any:
    """What this member may read, with heads and items."""
    rows = Disclosure.objects.mine(request.user).select_related("town", "corrects", "correction")
    return rows.prefetch_related("heads__spendings")


def _member(request: HttpRequest) -> Member:
    member = signed_in(request).member_or_none
    if member is None:
        raise PermissionDenied("members only")
    return member


@member_required
def me_accounts(request: HttpRequest) -> HttpResponse:
    """Published accounts of the own town, the newest first."""
    answered = Count("questions", filter=Q(questions__answered_at__isnull=False))
    rows = Disclosure.objects.mine(request.user).select_related("town", "correction").annotate(answered=answered)
    ctx = {"nav": "me", "rows": rows.order_by("-ends_on", "-pk"), "town": _member(request).town}
    return render(request, "centres/me_accounts.html", ctx)


@member_required
def me_account(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them with its questions; ask one."""
    row: Disclosure = get_object_or_404(_mine(request), pk=pk)
    member = _member(request)
    form = QuestionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        text, user = form.cleaned_data["text"], signed_in(request)
        if tried_form(form, partial(ask_question, disclosure=row, member=member, text=text, by=user)):
            messages.success(request, f"问题已交给{row.town.name}党员教育中心，答复后发消息告诉您。")
            return redirect("centres:me-account", pk=pk)
    questions = DisclosureQuestion.objects.listed_to(request.user).filter(disclosure=row)
    ctx = {
        "nav": "me",
        "row": row,
        "total": total_of(row),
        "questions": [(one, one.member_id == member.pk) for one in questions],
        "form": form,
        "may_ask": row.town_id == member.branch.town_id and row.corrected_by is None,
    }
    return render(request, "centres/me_account.html", ctx)


@member_required
def me_account_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The same on A4."""
    row: Disclosure = get_object_or_404(_mine(request), pk=pk)
    return render(request, "centres/disclosure_print.html", {"row": row, "total": total_of(row)})
