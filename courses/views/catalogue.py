"""The catalogue of featured courses: for staff, for members, for everybody; a page and a picture for each course."""

from typing import Any, NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from courses.catalogue import Asked, facets, featured_today, narrowed, searched
from courses.cover import svg
from courses.facts import facts_of
from courses.models import Course
from juxian.people.access import member_required, staff_required
from lecturers.models import Lecturer

PAGE = 24
DAY = 86_400


class Card(NamedTuple):
    """A course as a list shows it."""

    course: Course
    taught: Any
    rating: Any


def _named(request: HttpRequest) -> QuerySet[Lecturer]:
    """The lecturers whose names this reader may see: all behind sign-in, before it those who agreed."""
    rows = Lecturer.objects.order_by("name", "pk")
    return rows if request.user.is_authenticated else rows.filter(public_name=True)


def _listed(request: HttpRequest) -> dict[str, Any]:
    """What every list of the catalogue shows."""
    asked, names = Asked.of(request.GET.dict()), _named(request)
    rows = searched(featured_today(), asked.words, names)
    choices, total = facets(rows, asked)
    found = narrowed(rows, asked).select_related("theme", "town").order_by("theme__slot", "code")
    paginator = Paginator(found.prefetch_related(Prefetch("lecturers", names, to_attr="shown")), PAGE)
    paginator.count = total
    page = paginator.get_page(request.GET.get("page"))
    keys = [course.pk for course in page] if request.user.is_authenticated else []  # the public is told neither
    taught, rating = facts_of("taught", keys), facts_of("rating", keys)
    return {
        "page": page,
        "cards": [Card(one, taught.get(one.pk), rating.get(one.pk)) for one in page],
        "total": total,
        "facets": choices,
        "asked": asked,
        "q": asked.words,
        "query": f"{asked.query()}&" if asked.query() else "",
    }


def _one(request: HttpRequest, pk: int) -> dict[str, Any]:
    """One featured course with the names this reader may see."""
    rows = featured_today().select_related("theme", "town", "key_of__town").prefetch_related("audiences", "tasks")
    rows = rows.prefetch_related(Prefetch("lecturers", _named(request), to_attr="shown"))
    course = get_object_or_404(rows, pk=pk)
    taught, rating = facts_of("taught", [pk]).get(pk), facts_of("rating", [pk]).get(pk)
    return {"course": course, "taught": taught, "rating": rating}


@staff_required
def town_list(request: HttpRequest) -> HttpResponse:
    """For clerks who plan a class, and for the county."""
    return render(request, "courses/town_list.html", {"nav": "courses", "door": "courses:detail", **_listed(request)})


@member_required
def me_list(request: HttpRequest) -> HttpResponse:
    """For members on their phones."""
    return render(request, "courses/me_list.html", {"nav": "me", "door": "courses:me-detail", **_listed(request)})


@member_required
def me_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One course as a member reads about it."""
    return render(request, "courses/me_detail.html", {"nav": "me", **_one(request, pk)})


@login_not_required
def public_list(request: HttpRequest) -> HttpResponse:
    """For everybody: no name of a lecturer who has not agreed, no files, no ratings."""
    return render(request, "courses/public_list.html", {"door": "courses:public-detail", **_listed(request)})


@login_not_required
def public_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One course for everybody."""
    return render(request, "courses/public_detail.html", _one(request, pk))


@login_not_required
def cover(request: HttpRequest, pk: int) -> HttpResponse:
    """The picture of a course: of a featured one for everybody, of one on its way for those who see it."""
    course = featured_today().select_related("theme").filter(pk=pk).first()
    public = course is not None
    if course is None and request.user.is_authenticated:
        course = Course.objects.visible_to(request.user).select_related("theme").filter(pk=pk).first()
    if course is None:
        raise Http404
    drawn = svg(course.title, course.theme.slot, str(course.theme))
    response = HttpResponse(drawn, content_type="image/svg+xml")
    response["Cache-Control"] = f"{'public' if public else 'private'}, max-age={DAY}"
    return response
