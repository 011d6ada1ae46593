"""Finding a lecturer for a half-day of a class."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from juxian.people.access import editor_required
from juxian.rules.lookup import value
from trainings.finding import SHOWN, candidates
from trainings.models import Session, TrainingClass
from trainings.views.asking import SignedRequest, class_in_scope


@editor_required
def lecturer_find(request: SignedRequest, pk: int) -> HttpResponse:
    """Who could teach this half-day, who can come first. Choosing leads back to the form one came from."""
    training_class = class_in_scope(request, pk)
    day, half = _when(request, training_class)
    words = request.GET.get("q", "").strip()[:60]
    session = _session(request, training_class)
    found = candidates(day=day, half=half, town=training_class.town, words=words, besides=session.pk if session else 0)
    able = [one for one in found if one.can_come]
    shown = found if "all" in request.GET else able
    ctx = {
        "nav": "classes",
        "training_class": training_class,
        "day": day,
        "half": Session.Half(half),
        "halves": Session.Half.choices,
        "q": words,
        "session": session,
        "task": request.GET.get("task", ""),
        "rows": [(one, _choose(request, training_class, session, day, half, one.lecturer.pk)) for one in shown[:SHOWN]],
        "more": max(len(shown) - SHOWN, 0),
        "unable": len(found) - len(able),
        "shows_all": "all" in request.GET,
        "days": value("lecturer.recent_days", timezone.localdate()),
    }
    return render(request, "trainings/lecturer_find.html", ctx)


def _when(request: SignedRequest, training_class: TrainingClass) -> tuple[date, str]:
    """The half-day in the address; the first of the class where it says none."""
    half = request.GET.get("half", "")
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        day = training_class.starts_on
    return day, half if half in Session.Half.values else Session.Half.MORNING.value


def _session(request: SignedRequest, training_class: TrainingClass) -> Session | None:
    """The session of this class one looks for somebody for; 404 for another's."""
    key = request.GET.get("session", "")
    if not key.isdecimal() or len(key) > 18:
        return None
    rows = Session.objects.visible_to(request.user).filter(training_class=training_class)
    found: Session = get_object_or_404(rows.select_related("lecturer"), pk=int(key))
    return found


def _choose(request: SignedRequest, training_class: TrainingClass, session: Session | None, *said: Any) -> str:
    """Where “选他” leads: the form one came from, with the lecturer chosen."""
    day, half, lecturer = said
    if session and request.GET.get("task") == "substitute":
        return f"{reverse('trainings:session-substitute', args=[session.pk])}?{urlencode({'lecturer': lecturer})}"
    query = urlencode({"day": day, "half": half, "lecturer": lecturer})
    if session:
        return f"{reverse('trainings:session-edit', args=[session.pk])}?{query}"
    return f"{reverse('trainings:session-add', args=[training_class.pk])}?{query}"


def chosen(request: SignedRequest) -> dict[str, Any]:
    """What a form of a session begins with when one comes from here; nonsense counts as not given."""
    fields = {}
    for name in ("day", "half", "lecturer"):
        text = request.GET.get(name, "")[:10]
        if text:
            fields[name] = text
    try:
        if "day" in fields:
            date.fromisoformat(fields["day"])
        if not fields.get("lecturer", "0").isdecimal():
            raise ValidationError("no number")
    except (ValueError, ValidationError):
        return {}
    return fields


def find_link(training_class: TrainingClass, session: Session, task: str = "") -> str:
    """The page that finds somebody for the half-day of `session`, saved or only planned."""
    given = {"day": session.day or "", "half": session.half or "", "session": session.pk or "", "task": task}
    query = urlencode({key: text for key, text in given.items() if text})
    return f"{reverse('trainings:lecturer-find', args=[training_class.pk])}?{query}"
