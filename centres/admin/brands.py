"""Brands and their dossiers, to read; the county reviews on the brand's own page."""

from django.contrib import admin

from centres.models import Brand, BrandRevision
from juxian.people.admin_base import ReadOnly, ScopedAdmin


@admin.register(Brand)
class BrandAdmin(ReadOnly, ScopedAdmin):
    """One a town; found by town when a course or lecturer is marked."""

    list_display = ["town"]
    list_select_related = ["town"]
    search_fields = ["town__name"]


@admin.register(BrandRevision)
class BrandRevisionAdmin(ReadOnly, ScopedAdmin):
    """Every version, the newest of a town first."""

    list_display = ["brand", "number", "slogan", "theme", "state", "submitted_at", "decided_by", "used_from"]
    list_filter = ["state", "theme", "brand__town"]
    list_select_related = ["brand__town", "theme", "decided_by"]
    search_fields = ["slogan", "brand__town__name"]
