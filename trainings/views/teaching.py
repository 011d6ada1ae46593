"""Hours taught by year, town and course; the same as a workbook."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode

from juxian.people.access import staff_required
from juxian.sheets import Amount, workbook
from trainings.models import Session
from trainings.teaching import BY, Taught, hours_by
from trainings.views.asking import SignedRequest

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FIRST_YEAR = 2020


def _seen(request: SignedRequest) -> dict[str, Any]:
    """Filters and rows of the page: sessions of the towns the reader sees."""
    asked = request.GET
    today = timezone.localdate()
    year = int(asked["year"]) if asked.get("year", "").isdecimal() and len(asked["year"]) == 4 else today.year
    year = min(max(year, FIRST_YEAR), today.year)
    by = asked.get("by", "") if asked.get("by", "") in BY else "lecturer"
    towns = list(request.user.towns().order_by("code"))
    town = next((one for one in towns if one.code == asked.get("town", "")), None)
    course = asked.get("course", "").strip()[:60]
    rows = Session.objects.visible_to(request.user).filter(day__year=year)
    if town:
        rows = rows.filter(training_class__town=town)
    if course:
        rows = rows.filter(course_version__course__title__icontains=course)
    found: list[Taught] = hours_by(rows, by)
    query: dict[str, str] = {"year": str(year), "by": by, "town": town.code if town else "", "course": course}
    return {
        "nav": "lecturers",
        "year": year,
        "years": range(today.year, FIRST_YEAR - 1, -1),
        "by": by,
        "by_label": BY[by][0],
        "ways": [(key, label) for key, (label, *_) in BY.items()],
        "towns": towns if len(towns) > 1 else [],
        "town": town,
        "course": course,
        "rows": found,
        "total": sum(row.hours for row in found),
        "sessions": sum(row.sessions for row in found),
        "query": urlencode(query),
    }


@staff_required
def teaching_hours(request: SignedRequest) -> HttpResponse:
    """Hours of delivered sessions, by lecturer, town or course."""
    return render(request, "trainings/teaching_hours.html", _seen(request))


@staff_required
def teaching_export(request: SignedRequest) -> HttpResponse:
    """What is seen, as a workbook."""
    seen = _seen(request)
    heads = [seen["by_label"], "学时", "半天数", "班次", "镇街", "讲师"]
    rows = [[row.name, Amount(row.hours), row.sessions, row.classes, row.towns, row.lecturers] for row in seen["rows"]]
    response = HttpResponse(workbook(f"{seen['year']}年授课学时", heads, rows), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="teaching-hours-{seen["year"]}.xlsx"'
    return response
