"""The front page: county board, or the way to one's own door."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from centres.figures import coverage, teaching_points
from courses.figures import featured, featured_by_theme
from lecturers.figures import experts, pool
from lecturers.models import Lecturer


@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    """County staff see the board, everybody else goes to the own door; without sign-in totals only."""
    user = request.user
    if not user.is_authenticated:
        return _public(request)
    if user.is_county or user.is_inspector or user.is_auditor:
        return _board(request)
    if user.is_clerk:
        return redirect("desk")
    if user.member_or_none:
        return redirect("me")
    if Lecturer.objects.filter(user=user).exists():
        return redirect("teach")
    return render(request, "juxian/no_door.html", status=403)


def _common() -> dict[str, object]:
    today = timezone.localdate()
    return {
        "today": today,
        "coverage": coverage(today),
        "points": teaching_points(),
        "experts": experts(today),
        "pool": pool(today),
        "courses": featured(today),
        "themes": featured_by_theme(today),
    }


def _public(request: HttpRequest) -> HttpResponse:
    return render(request, "juxian/public.html", _common())


def _board(request: HttpRequest) -> HttpResponse:
    return render(request, "juxian/board.html", {"nav": "board", **_common()})
