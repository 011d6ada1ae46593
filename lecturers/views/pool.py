"""The pool as clerks read it when they look for somebody to teach."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from juxian.people.access import signed_in, staff_required
from juxian.people.panels import panels_for
from lecturers.models import Appointment, Lecturer, LecturerKind

PAGE = 30


def _searched(words: str) -> Q:
    """Every word must be found in the name, unit, topics or kind."""
    query = Q()
    for word in words.split():
        query &= (
            Q(search_text__icontains=word)
            | Q(unit__icontains=word)
            | Q(topics__icontains=word)
            | Q(kind__name__icontains=word)
        )
    return query


@dataclass(frozen=True)
class Seen:
    """What the reader asked for and the lecturers it comes to, in the list's order."""

    words: str
    tier: str
    lecturers: QuerySet[Lecturer]


def seen(request: HttpRequest) -> Seen:
    """Lecturers with an appointment in force, by kind, searched by name, unit or topic: the list and its table."""
    today = timezone.localdate()
    words = request.GET.get("q", "").strip()[:60]
    tier = request.GET.get("tier", "")
    standing = Appointment.objects.in_force(today)
    if tier in Appointment.Tier.values:
        standing = standing.filter(tier=tier)
    lecturers = (
        Lecturer.objects.filter(_searched(words), pk__in=standing.values("lecturer"))
        .select_related("kind", "town")
        .prefetch_related(Prefetch("appointments", Appointment.objects.in_force(today), to_attr="standing"))
        .annotate(course_count=Count("courses", distinct=True))
        .order_by("kind__order", "name", "id")
    )
    return Seen(words, tier, lecturers)


@staff_required
def town_list(request: HttpRequest) -> HttpResponse:
    """A page of those the reader asked for."""
    found = seen(request)
    ctx = {
        "nav": "lecturers",
        "page": Paginator(found.lecturers, PAGE).get_page(request.GET.get("page")),
        "kinds": LecturerKind.objects.count(),
        "q": found.words,
        "query": _query(request),
        "tier": found.tier,
        "tiers": Appointment.Tier.choices,
    }
    return render(request, "lecturers/town_list.html", ctx)


@staff_required
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A lecturer with what other floors know of them; the pool is shared by all towns."""
    lecturer = get_object_or_404(Lecturer.objects.select_related("kind", "town", "key_of__town"), pk=pk)
    ctx = {
        "nav": "lecturers",
        "lecturer": lecturer,
        "terms": lecturer.appointments.order_by("-starts_on", "-pk"),
        "courses": lecturer.courses.visible_to(request.user).featured(timezone.localdate()).select_related("theme"),
        "panels": panels_for(lecturer, signed_in(request)),
    }
    return render(request, "lecturers/detail.html", ctx)


def _query(request: HttpRequest) -> str:
    """The filters of this page as a query string for its pager."""
    kept = request.GET.copy()
    kept.pop("page", None)
    return f"{kept.urlencode()}&" if kept else ""
