"""Staffing documents, and what came of them, for the county."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from centres.actions.posts import open_posts
from centres.models import Post, PostHolding, StaffingDocument, StaffingNumber
from juxian.people.access import signed_in
from juxian.people.admin_base import ReadOnly, ScopedAdmin, ScopedTabular, SharedAdmin


class StaffingNumberInline(ScopedTabular):
    """Posts a document gives, by town."""

    model = StaffingNumber

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A number that is down stays: another one is another document."""
        return False


@admin.register(StaffingDocument)
class StaffingDocumentAdmin(SharedAdmin):
    """Saving a document makes its posts."""

    list_display = ["title", "number", "issued_on"]
    search_fields = ["title", "number"]
    inlines = [StaffingNumberInline]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        open_posts(document=form.instance, by=signed_in(request))


@admin.register(Post)
class PostAdmin(ReadOnly, ScopedAdmin):
    """Posts; they come from documents."""

    list_display = ["town", "slot", "staffing", "opened_on"]
    list_filter = ["town"]
    list_select_related = ["town", "staffing__town"]
    search_fields = ["town__name"]


@admin.register(PostHolding)
class PostHoldingAdmin(ReadOnly, ScopedAdmin):
    """Who held which post when; written on the page of posts."""

    list_display = ["name", "post", "is_dedicated", "starts_on", "ends_on"]
    list_filter = ["is_dedicated", "post__town"]
    list_select_related = ["post__town"]
    search_fields = ["name", "post__town__name"]
