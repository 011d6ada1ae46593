"""The judges' door: the panels a user is invited to, the material of one, the ballot."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from centres.views.asking import tried_form
from courses.actions.judging import cast
from courses.forms.review import BallotForm
from courses.models import Judge, Panel
from courses.models.review import JudgeQuerySet
from courses.views.topics import send_script
from juxian.people.access import signed_in


def _own(request: HttpRequest) -> JudgeQuerySet:
    """The invitations of this user; 403 for whoever has none."""
    rows = Judge.objects.mine(signed_in(request)).select_related(
        "panel__topic__script", "panel__topic__theme", "ballot"
    )
    if not rows.exists():
        raise PermissionDenied("judges only")
    return rows


def judge_list(request: HttpRequest) -> HttpResponse:
    """Panels waiting for this judge's ballot, then those that have it."""
    rows = list(_own(request).order_by("-panel__ends_on", "-id"))
    today = timezone.localdate()
    waiting = [row for row in rows if _waits(row) and row.panel.ends_on >= today]
    ctx = {"nav": "judge", "waiting": waiting, "past": [row for row in rows if row not in waiting]}
    return render(request, "courses/judge_list.html", ctx)


def _waits(judge: Judge) -> bool:
    return judge.panel.is_open and not hasattr(judge, "ballot")


@require_http_methods(["GET", "HEAD", "POST"])
def judge_ballot(request: HttpRequest, pk: int) -> HttpResponse:
    """The material of one panel and the ballot; handed in, only what was given."""
    user, judge = signed_in(request), get_object_or_404(_own(request), pk=pk)
    panel: Panel = judge.panel
    criteria = panel.criteria_in_order()
    form = BallotForm(request.POST or None, criteria=criteria)
    if request.method == "POST" and form.is_valid():
        said = {"points": form.points(), "comment": form.cleaned_data["comment"]}
        if tried_form(form, partial(cast, judge=judge, by=user, **said)):
            messages.success(request, "评分已交。谢谢您。")
            return redirect("courses:judge-list")
    may_cast = _waits(judge) and panel.ends_on >= timezone.localdate()
    if request.method == "POST" and not may_cast:  # the page has no form any more that could say why
        for text in [str(one) for found in form.errors.values() for one in found]:
            messages.error(request, text)
    given = judge.ballot.points_in_order() if hasattr(judge, "ballot") else []
    ctx = {
        "nav": "judge",
        "judge": judge,
        "topic": panel.topic,
        "lecturers": panel.topic.speakers(),
        "form": form,
        "given": given,
        "may_cast": may_cast,
    }
    return render(request, "courses/judge_ballot.html", ctx)


def judge_script(request: HttpRequest, pk: int) -> HttpResponse:
    """The script, for an invited judge."""
    judge = get_object_or_404(_own(request), pk=pk)
    return send_script(request, judge.panel.topic, f"/judge/{judge.pk}/")
