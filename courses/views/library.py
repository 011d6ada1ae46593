"""The featured courses as clerks read them when they plan a class."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from courses.figures import featured_by_theme
from courses.models import Course
from juxian.people.access import signed_in, staff_required
from juxian.people.panels import panels_for

PAGE = 40


@staff_required
def town_list(request: HttpRequest) -> HttpResponse:
    """精品课程 of today, filtered by theme and searched by title, code or lecturer."""
    today = timezone.localdate()
    words = request.GET.get("q", "").strip()[:60]
    slot = request.GET.get("theme", "")
    courses = (
        Course.objects.visible_to(request.user)
        .featured(today)
        .select_related("theme", "town")
        .prefetch_related("lecturers")
    )
    if slot.isdecimal() and len(slot) < 4:
        courses = courses.filter(theme__slot=int(slot))
    for word in words.split():
        courses = courses.filter(Q(search_text__icontains=word) | Q(code__icontains=word) | Q(pk__in=_taught_by(word)))
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
    return Course.lecturers.through.objects.filter(lecturer__search_text__icontains=name).values("course")


@staff_required
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A course with what other floors know of it."""
    user = signed_in(request)
    rows = Course.objects.visible_to(user).select_related("theme", "town", "key_of__town")
    course = get_object_or_404(rows.prefetch_related("lecturers", "audiences", "tasks"), pk=pk)
    ctx = {"nav": "courses", "course": course, "panels": panels_for(course, user)}
    return render(request, "courses/detail.html", ctx)


def _query(request: HttpRequest) -> str:
    """The filters of this page as a query string for its pager."""
    kept = request.GET.copy()
    kept.pop("page", None)
    return f"{kept.urlencode()}&" if kept else ""
