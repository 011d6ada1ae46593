"""The pool as clerks read it when they look for somebody to teach."""

from dataclasses import dataclass
from datetime import date

from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from juxian.people.access import signed_in, staff_required
from juxian.people.panels import panels_for
from lecturers.models import Appointment, Candidacy, Lecturer, LecturerKind, Suspension
from lecturers.terms import ending, strength, warned_until

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


STANDINGS = {"": "在聘", "ending": "即将届满", "suspended": "暂停授课", "past": "已不在聘", "all": "全部"}


def _standing(standing: str, tier: str, today: date) -> "QuerySet[Lecturer]":
    """Lecturers of one of the standings above; in a tier if one is given. All: who never had a term too."""
    terms = Appointment.objects.in_force(today)
    if standing == "ending":
        terms = ending(today)
    if tier in Appointment.Tier.values:
        terms = terms.filter(tier=tier)
    if standing == "all" and tier not in Appointment.Tier.values:
        return Lecturer.objects.all()
    if standing == "all":
        terms = Appointment.objects.filter(tier=tier)
    rows = Lecturer.objects.filter(pk__in=terms.values("lecturer"))
    if standing == "suspended":
        rows = rows.filter(pk__in=Suspension.objects.in_force(today).values("lecturer"))
    if standing == "past":
        past = Appointment.objects.filter(ends_on__lte=today)
        past = past.filter(tier=tier) if tier in Appointment.Tier.values else past
        now = Appointment.objects.in_force(today)
        rows = Lecturer.objects.filter(pk__in=past.values("lecturer")).exclude(pk__in=now.values("lecturer"))
    return rows


@dataclass(frozen=True)
class Seen:
    """What the reader asked for and the lecturers it comes to, in the list's order."""

    words: str
    tier: str
    kind: str
    standing: str
    lecturers: "QuerySet[Lecturer]"

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words or self.tier or self.kind or self.standing)


def seen(request: HttpRequest) -> Seen:
    """Lecturers by kind, searched by name, unit or topic, by tier, kind and standing: the list and its table."""
    today = timezone.localdate()
    words = request.GET.get("q", "").strip()[:60]
    tier, standing, kind = (request.GET.get(name, "") for name in ("tier", "standing", "kind"))
    rows = _standing(standing, tier, today).filter(_searched(words))
    if kind.isascii() and kind.isdigit() and len(kind) < 10:
        rows = rows.filter(kind=int(kind))
    in_force = Appointment.objects.in_force(today)
    paused = Suspension.objects.in_force(today).filter(lecturer=OuterRef("pk"))
    lecturers = (
        rows.select_related("kind", "town")
        .prefetch_related(Prefetch("appointments", in_force.order_by("tier"), to_attr="standing"))
        .annotate(course_count=Count("courses", distinct=True), is_suspended=Exists(paused))
        .order_by("kind__order", "name", "id")
    )
    return Seen(words, tier, kind, standing, lecturers)


@staff_required
def town_list(request: HttpRequest) -> HttpResponse:
    """A page of those the reader asked for, and how the pool stands against its targets."""
    found, today = seen(request), timezone.localdate()
    ctx = {
        "nav": "lecturers",
        "page": Paginator(found.lecturers, PAGE).get_page(request.GET.get("page")),
        "found": found,
        "kinds": LecturerKind.objects.all(),
        "query": _query(request),
        "tiers": Appointment.Tier.choices,
        "standings": STANDINGS.items(),
        "standing_label": STANDINGS.get(found.standing, STANDINGS[""]),
        "strength": strength(today),
        "warned": warned_until(today),
    }
    return render(request, "lecturers/town_list.html", ctx)


@staff_required
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A lecturer: terms with their letters, reviews, suspensions, and what other floors know; shared by all towns."""
    today, user = timezone.localdate(), signed_in(request)
    lecturer = get_object_or_404(Lecturer.objects.select_related("kind", "town", "key_of__town"), pk=pk)
    terms = list(lecturer.appointments.select_related("renewed_by").order_by("-starts_on", "-pk"))
    warned = warned_until(today)
    suspensions = list(lecturer.suspensions.order_by("-starts_on", "-pk"))
    ctx = {
        "nav": "lecturers",
        "lecturer": lecturer,
        "terms": [(term, _term_state(term, today, warned)) for term in terms],
        "sees_reasons": not user.is_clerk or user.towns().filter(pk=lecturer.town_id).exists(),
        "is_standing": any(term.starts_on <= today and not term.has_ended(today) for term in terms),
        "may_renew": {term.pk for term in terms if term.ends_on and not term.end_kind and not _renewed(term)},
        "suspensions": suspensions,
        "suspension": next((one for one in suspensions if one.ends_on is None), None),
        "today": today,
        "reviews": lecturer.reviews.order_by("-year"),
        "candidacies": Candidacy.objects.visible_to(user).filter(lecturer=lecturer).select_related("town"),
        "courses": lecturer.courses.visible_to(user).featured(today).select_related("theme"),
        "panels": panels_for(lecturer, user),
    }
    return render(request, "lecturers/detail.html", ctx)


def _renewed(term: Appointment) -> bool:
    return hasattr(term, "renewed_by")


def _term_state(term: Appointment, today: date, warned: date) -> tuple[str, str]:
    """How a term stands, in a word and its look."""
    if term.end_kind:
        return "提前退出", "st-bad"
    if term.has_ended(today):
        return "已届满", ""
    if term.starts_on > today:
        return "未开始", "st-info"
    if term.ends_on and term.ends_on <= warned and not _renewed(term):
        return f"还有 {(term.ends_on - today).days} 天届满", "st-warn"
    return "在聘", "st-ok"


def _query(request: HttpRequest) -> str:
    """The filters of this page as a query string for its pager."""
    kept = request.GET.copy()
    kept.pop("page", None)
    return f"{kept.urlencode()}&" if kept else ""
