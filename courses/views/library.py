"""The page of a course for staff."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from courses.catalogue import featured_today
from courses.models import Course
from juxian.people.access import signed_in, staff_required
from juxian.people.panels import panels_for


@staff_required
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A course with what other floors know of it."""
    user = signed_in(request)
    rows = Course.objects.visible_to(user).select_related("theme", "town", "key_of__town")
    course = get_object_or_404(rows.prefetch_related("lecturers", "audiences", "tasks"), pk=pk)
    ctx = {
        "nav": "courses",
        "course": course,
        "panels": panels_for(course, user),
        "may_borrow": user.is_clerk
        and course.town not in (None, user.clerk_town)
        and featured_today().filter(pk=pk).exists(),
    }
    return render(request, "courses/detail.html", ctx)
