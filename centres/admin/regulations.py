"""Regulations, for the county. Files and versions are added on the portal's own page."""

from django.contrib import admin
from django.http import HttpRequest

from centres.models import Regulation, RegulationKind, RegulationVersion
from juxian.people.admin_base import ReadOnly, ScopedAdmin, ScopedTabular, SharedAdmin


@admin.register(RegulationKind)
class RegulationKindAdmin(SharedAdmin):
    """Which rules there are, and which every centre needs."""

    list_display = ["name", "key", "is_needed", "item_key", "valid_from", "valid_until"]
    ordering = ["order"]


class RegulationVersionInline(ReadOnly, ScopedTabular):
    """Versions are never edited."""

    model = RegulationVersion
    fields = ["number", "document_number", "issued_on", "valid_from", "valid_until", "file", "by"]


@admin.register(Regulation)
class RegulationAdmin(ScopedAdmin):
    """The county's documents (without a town) and the towns' rules."""

    list_display = ["title", "town", "kind"]
    list_filter = ["kind", "town"]
    list_select_related = ["kind", "town"]
    search_fields = ["title"]
    inlines = [RegulationVersionInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Regulation | None = None) -> list[str]:
        """Whose rule it is and what it is called stay as they were once a version is kept."""
        return ["town", "kind", "title"] if obj and obj.versions.exists() else []
