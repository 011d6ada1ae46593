"""Borrowings, for the county to read; they move on their own page."""

from django.contrib import admin

from courses.models import Borrowing
from juxian.people.admin_base import ReadOnly, ScopedAdmin


@admin.register(Borrowing)
class BorrowingAdmin(ReadOnly, ScopedAdmin):
    """All towns' borrowings."""

    list_display = ["course", "owner", "host", "year", "state", "requested_at", "decided_at"]
    list_filter = ["state", "year", "owner", "host"]
    list_select_related = ["course", "owner", "host"]
    search_fields = ["course__search_text", "course__code"]
    date_hierarchy = "requested_at"
