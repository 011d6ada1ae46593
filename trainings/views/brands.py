"""All brands of the county on one page, and marking the key course and lecturer of one."""

from dataclasses import dataclass
from functools import partial

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from centres.models import Brand, BrandRevision, Centre
from centres.sameness import Yardstick, yardstick
from courses.actions import keys as course_actions
from courses.models import Course
from juxian.people.access import county_required, staff_required
from lecturers.actions import keys as lecturer_actions
from lecturers.models import Lecturer
from trainings.brands import Facts, facts_of
from trainings.forms_brands import KeyForm
from trainings.views.asking import SignedRequest, tried, tried_form

State = BrandRevision.State
TONES = {State.SUBMITTED: "st-warn", State.RETURNED: "st-bad", State.APPROVED: "st-ok"}


@dataclass(frozen=True)
class BrandRow:
    """One town: what is in force or else the newest, what waits beside it, what it rests on, what to look at."""

    centre: Centre
    shown: BrandRevision | None
    pending: BrandRevision | None
    facts: Facts | None
    warnings: list[str]

    @property
    def tone(self) -> str:
        return TONES.get(State(self.shown.state), "") if self.shown else ""


@staff_required
def county_brands(request: SignedRequest) -> HttpResponse:
    """The towns in code order with their brands, and how they spread over the five themes; a clerk sees the own row."""
    user, today = request.user, timezone.localdate()
    measure = yardstick(today, for_county=not user.is_clerk)
    centres = Centre.objects.visible_to(user).select_related("town").order_by("town__code")
    brands = list(Brand.objects.visible_to(user).select_related("town"))
    revisions = BrandRevision.objects.visible_to(user).select_related("brand__town", "theme", "key_point")
    newest: dict[int, BrandRevision] = {}
    current: dict[int, BrandRevision] = {}
    for row in revisions.order_by("brand", "number"):
        newest[row.brand.town_id] = row
        if row.state == State.APPROVED:
            current[row.brand.town_id] = row
    shown = newest | current
    facts = {one.town.pk: one for one in facts_of(brands, list(shown.values()), today).values()}
    rows = [_row(centre, shown, newest, facts, measure) for centre in centres]
    ctx = {
        "nav": "centre",
        "rows": rows,
        "spread": measure.spread(),
        "waiting": [row for row in newest.values() if row.state == State.SUBMITTED],
    }
    return render(request, "trainings/county_brands.html", ctx)


def _row(
    centre: Centre,
    shown: dict[int, BrandRevision],
    newest: dict[int, BrandRevision],
    facts: dict[int, Facts],
    measure: Yardstick,
) -> BrandRow:
    row, last, found = shown.get(centre.town_id), newest.get(centre.town_id), facts.get(centre.town_id)
    warnings = measure.warnings(row) if row and row.slogan else []
    if row and found and row.state == State.APPROVED and found.empty:
        warnings.append(f"品牌是空的：{'，'.join(found.empty)}。")
    return BrandRow(centre, row, last if last is not row else None, found, warnings)


@county_required
@require_http_methods(["GET", "HEAD", "POST"])
def brand_keys(request: SignedRequest, pk: int) -> HttpResponse:
    """Mark the key course and the key lecturer, or take a mark off."""
    brand = get_object_or_404(Brand.objects.visible_to(request.user).select_related("town"), pk=pk)
    again = redirect("trainings:brand-keys", pk=brand.pk)
    clear = {"course": course_actions.clear_key, "lecturer": lecturer_actions.clear_key}.get(
        request.POST.get("clear", "")
    )
    if clear:
        tried(request, partial(clear, brand=brand, by=request.user), "已取消标记。")
        return again
    form = KeyForm(request.POST if request.method == "POST" else None, brand=brand, user=request.user)
    if request.method == "POST" and form.is_valid() and tried_form(form, partial(_mark, request, brand, form)):
        messages.success(request, "已标记。")
        return again
    ctx = {
        "nav": "centre",
        "brand": brand,
        "form": form,
        "course": Course.objects.visible_to(request.user).filter(key_of=brand).first(),
        "lecturer": Lecturer.objects.filter(key_of=brand).first(),
        "back": f"/town/centre/brand/?town={brand.town.code}",
    }
    return render(request, "trainings/brand_keys.html", ctx)


@transaction.atomic
def _mark(request: SignedRequest, brand: Brand, form: KeyForm) -> None:
    """Mark what was chosen, both or none."""
    course, lecturer = form.cleaned_data["course"], form.cleaned_data["lecturer"]
    if course:
        course_actions.mark_key(course=course, brand=brand, by=request.user)
    if lecturer:
        lecturer_actions.mark_key(lecturer=lecturer, brand=brand, by=request.user)
