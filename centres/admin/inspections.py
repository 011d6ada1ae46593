"""Inspections and what came of them, to read: only the pages' actions write them."""

from django.contrib import admin

from centres.models import Finding, Inspection, InspectionResult, Rectification
from juxian.people.admin_base import ReadOnly, ScopedAdmin, ScopedTabular


class ResultInline(ReadOnly, ScopedTabular):
    """Results of an inspection."""

    model = InspectionResult
    fields = ["item", "verdict", "note", "by", "saved_at"]


@admin.register(Inspection)
class InspectionAdmin(ReadOnly, ScopedAdmin):
    """Inspections, the newest first."""

    list_display = ["centre", "kind", "inspector_name", "inspected_on", "state", "town_name", "county_name"]
    list_filter = ["kind", "state", "centre__town"]
    list_select_related = ["centre__town"]
    search_fields = ["centre__name", "inspector_name"]
    inlines = [ResultInline]


class RectificationInline(ReadOnly, ScopedTabular):
    """What was done about a finding."""

    model = Rectification
    fields = ["text", "by_name", "at"]


@admin.register(Finding)
class FindingAdmin(ReadOnly, ScopedAdmin):
    """Findings by due date."""

    list_display = ["__str__", "owner", "opened_on", "due_on", "state", "closed_on"]
    list_filter = ["state", "result__inspection__centre__town"]
    list_select_related = ["result__item", "result__inspection__centre__town"]
    search_fields = ["result__note", "result__item__name", "owner"]
    inlines = [RectificationInline]
