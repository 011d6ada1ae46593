"""Ratings of a lecturer or a course for staff, and of themself for the lecturer: whole lessons above the threshold."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from assessments import ratings
from assessments.actions.lessons import told
from assessments.models import SurveyLesson
from courses.models import Course
from juxian.people.access import staff_required
from lecturers.doors import lecturer_of, teach_context
from lecturers.models import Lecturer
from trainings.views.asking import SignedRequest

PAGE = 20


def _context(request: SignedRequest, about: Lecturer | Course, lessons: Any) -> dict[str, Any]:
    """Years, and one page of lessons with their remarks. Constant queries."""
    rows = lessons.select_related("session__lecturer", "survey__training_class__town")
    page = Paginator(rows.order_by("-session__day", "-session__half", "-pk"), PAGE).get_page(request.GET.get("page"))
    years = ratings.years_of(about)
    first = ratings.recent(timezone.localdate()).year
    return {
        "about": about,
        "years": years,
        "now": ratings.together([year for year in years if year.year >= first]),
        "since": first,
        "page": page,
        "lessons": told(page.object_list),
    }


def _shown(request: SignedRequest, about: Lecturer | Course) -> Any:
    """The lessons of the classes this user may see; the sums above are of all towns."""
    scoped = SurveyLesson.objects.visible_to(request.user)
    return ratings.lessons_of(about).filter(pk__in=scoped.order_by().values("pk"))


@staff_required
def lecturer_ratings(request: SignedRequest, pk: int) -> HttpResponse:
    """A lecturer of the pool."""
    lecturer = get_object_or_404(Lecturer.objects.select_related("kind"), pk=pk)
    ctx = _context(request, lecturer, _shown(request, lecturer)) | {
        "nav": "lecturers",
        "back": reverse("lecturers:detail", args=[pk]),
        "add": reverse("assessments:lecturer-finding-add", args=[pk]) if request.user.is_county else "",
    }
    return render(request, "assessments/town_ratings.html", ctx)


@staff_required
def course_ratings(request: SignedRequest, pk: int) -> HttpResponse:
    """A course this user may see."""
    course = get_object_or_404(Course.objects.visible_to(request.user), pk=pk)
    ctx = _context(request, course, _shown(request, course)) | {
        "nav": "courses",
        "back": reverse("courses:detail", args=[pk]),
        "add": reverse("assessments:course-finding-add", args=[pk]) if request.user.is_county else "",
    }
    return render(request, "assessments/town_ratings.html", ctx)


def teach_ratings(request: SignedRequest) -> HttpResponse:
    """What learners said of the lecturer who is signed in."""
    lecturer = lecturer_of(request.user)
    # scope: the lecturer's own lessons, in whatever town
    ctx = _context(request, lecturer, ratings.lessons_of(lecturer)) | teach_context(lecturer, "lessons")
    return render(request, "assessments/teach_ratings.html", ctx)
