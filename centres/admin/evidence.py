"""Evidence of all centres, for the county to read; clerks hand it in and withdraw it on their own pages."""

from django.contrib import admin

from centres.models import Evidence
from juxian.people.admin_base import ReadOnly, ScopedAdmin


@admin.register(Evidence)
class EvidenceAdmin(ReadOnly, ScopedAdmin):
    """The newest first."""

    list_display = ["item_name", "centre", "kind", "taken_on", "valid_until", "state", "by_name"]
    list_filter = ["state", "kind", "centre__town"]
    list_select_related = ["centre__town"]
    search_fields = ["item_name", "centre__name"]
    ordering = ["-at"]
