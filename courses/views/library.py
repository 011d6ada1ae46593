"""The featured courses as clerks read them when they plan a class."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from courses.figures import featured_by_theme
from courses.models import Course
from juxian.people.access import staff_required

PAGE = 40


@staff_required
def town_list(request: HttpRequest) -> HttpResponse:
    """精品课程 of today, filtered by theme and searched by title, code or lecturer."""
    today = timezone.localdate()
    words = request.GET.get("q", "").strip()[:60]
    slot = request.GET.get("theme", "")
    courses = Course.objects.featured(today).select_related("theme", "town").prefetch_related("lecturers")
    if slot.isdecimal() and len(slot) < 4:
        courses = courses.filter(theme__slot=int(slot))
    for word in words.split():
        courses = courses.filter(Q(title__icontains=word) | Q(code__icontains=word) | Q(pk__in=_taught_by(word)))
    themes = featured_by_theme(today)
    ctx = {
        "nav": "courses",
        "page": Paginator(courses.order_by("theme__slot", "code"), PAGE).get_page(request.GET.get("page")),
        "themes": themes,
        "total": sum(theme.count for theme in themes),
        "slot": slot,
        "q": words,
        "query": _query(request),
    }
    return render(request, "courses/town_list.html", ctx)


def _taught_by(name: str) -> Any:
    return Course.objects.filter(lecturers__name__icontains=name).values("pk")


def _query(request: HttpRequest) -> str:
    """The filters of this page as a query string for its pager."""
    kept = request.GET.copy()
    kept.pop("page", None)
    return f"{kept.urlencode()}&" if kept else ""
