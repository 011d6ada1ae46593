"""The compliance board: every centre against every item, one centre over the years, and both to take along."""

from io import BytesIO

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from centres.board_asked import STATUSES, asked, day_of
from centres.board_papers import book_of, name_of, paper_of
from centres.compliance import compliance, history, versions
from centres.evidence import standings
from centres.models import Centre
from centres.views.evidence import standing_of
from centres.words import VERDICTS
from juxian.papers import document_pdf
from juxian.people.access import staff_required

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LEFT, RIGHT, TOP, FLOOR = 44.0, 530.0, 20.0, 200.0  # of the line


@staff_required
def board(request: HttpRequest) -> HttpResponse:
    """All centres for county staff, the own one for a clerk; of today, a day, or the last day of an older version."""
    found = asked(request.GET, request.user)
    counts = found.board.counts
    ctx = {
        "nav": "centre",
        "asked": found,
        "board": found.board,
        "shown": found.shown,
        "rows": [(row, found.shown.meets(row) if not found.group else None) for row in found.shown.rows],
        "counts": [(word, counts[code]) for code, word in VERDICTS.items()],
        "statuses": STATUSES,
        "today": timezone.localdate(),
        "past": "" if found.on == timezone.localdate() else f"?on={found.on}",
    }
    return render(request, "centres/compliance.html", ctx)


@staff_required
def export(request: HttpRequest) -> HttpResponse:
    """What is seen, as a workbook."""
    found = asked(request.GET, request.user)
    content = BytesIO(book_of(found))
    return FileResponse(content, as_attachment=True, filename=f"{name_of(found)}.xlsx", content_type=XLSX)  # type: ignore[return-value]


@staff_required
def sheet(request: HttpRequest) -> HttpResponse:
    """What is seen, to print on A4."""
    found = asked(request.GET, request.user)
    content = BytesIO(document_pdf(paper_of(found)))
    return FileResponse(content, filename=f"{name_of(found)}.pdf", content_type="application/pdf")  # type: ignore[return-value]


@staff_required
def centre_years(request: HttpRequest, code: str) -> HttpResponse:
    """One centre: what each verdict of today (or of the day asked for) rests on, and how each year ended."""
    rows = Centre.objects.visible_to(request.user).select_related("town")
    centre = get_object_or_404(rows, town__code=code)
    published, today = versions(), timezone.localdate()
    on, unclear = day_of(request.GET, published, today)
    now, found = compliance(on, [centre], published), standings([centre], on)
    years = history(centre, today, published)
    span = (RIGHT - LEFT) / max(len(years) - 1, 1)
    points = [
        (year, round(LEFT + place * span, 1), round(FLOOR - (FLOOR - TOP) * year.percent / 100, 1))
        for place, year in enumerate(years)
    ]
    ctx = {
        "nav": "centre",
        "centre": centre,
        "board": now,
        "today": today,
        "unclear": unclear,
        "row": now.rows[0],
        "cells": [
            (item, cell, standing_of(item, found.get((centre.pk, item.key))))
            for item, cell in zip(now.items, now.rows[0].cells, strict=True)
        ],
        "points": points,
        "line": " ".join(f"{x},{y}" for _, x, y in points),
        "table": [(year, [year.counts[code] for code in VERDICTS]) for year in years],
        "words": VERDICTS.values(),
    }
    return render(request, "centres/compliance_centre.html", ctx)
