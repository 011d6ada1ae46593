"""The front page: county board, or the way to one's own door."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from courses.models import Judge
from juxian.board import board, totals
from juxian.people.models import User
from lecturers.models import Lecturer


@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    """County staff see the board, everybody else goes to the own door; without sign-in totals only."""
    user = request.user
    if not user.is_authenticated:
        return render(request, "juxian/public.html", totals(timezone.localdate()))
    if user.is_county or user.is_inspector or user.is_auditor:
        return _board(request, user)
    if user.is_clerk:
        return redirect("desk")
    if user.member_or_none:
        return redirect("me")
    if Lecturer.objects.filter(user=user).exists():
        return redirect("teach")
    if Judge.objects.mine(user).exists():
        return redirect("courses:judge-list")
    ended = [grant for grant in user.grants.order_by("ends_on") if grant.has_ended(timezone.localdate())]
    return render(request, "juxian/no_door.html", {"ended": ended[-1] if ended else None}, status=403)


def _board(request: HttpRequest, user: User) -> HttpResponse:
    now = timezone.now()
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 else timezone.localdate(now).year
    return render(request, "juxian/board.html", {"nav": "board", **board(user, year, now)})
