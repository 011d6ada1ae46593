"""Disclosures of accounts, for the county to read; they move on their own pages."""

from django.contrib import admin

from centres.models import Disclosure, DisclosureHead, DisclosureItem, DisclosureQuestion
from juxian.people.admin_base import ReadOnly, ScopedAdmin, ScopedTabular


class HeadInline(ReadOnly, ScopedTabular):
    """What was copied from the books, by head."""

    model = DisclosureHead


@admin.register(Disclosure)
class DisclosureAdmin(ReadOnly, ScopedAdmin):
    """Disclosures of all towns."""

    list_display = ["title", "town", "starts_on", "ends_on", "state", "published_at"]
    list_filter = ["state", "town"]
    list_select_related = ["town"]
    search_fields = ["title", "town__name"]
    date_hierarchy = "ends_on"
    inlines = [HeadInline]

    def view_on_site(self, obj: Disclosure) -> str:
        return f"/town/centre/disclosures/{obj.pk}/"


@admin.register(DisclosureItem)
class DisclosureItemAdmin(ReadOnly, ScopedAdmin):
    """Single expenses as they were copied."""

    list_display = ["text", "head", "disclosure", "day", "amount"]
    list_filter = ["head__disclosure__town"]
    list_select_related = ["head__disclosure"]
    search_fields = ["text", "head__disclosure__title"]

    @admin.display(description="账目公开")
    def disclosure(self, row: DisclosureItem) -> Disclosure:
        return row.head.disclosure


@admin.register(DisclosureQuestion)
class DisclosureQuestionAdmin(ReadOnly, ScopedAdmin):
    """Questions and answers."""

    list_display = ["text", "disclosure", "member", "asked_at", "answered_at"]
    list_filter = ["disclosure__town", "answered_at"]
    list_select_related = ["disclosure", "member"]
    search_fields = ["text", "disclosure__title"]
    date_hierarchy = "asked_at"
