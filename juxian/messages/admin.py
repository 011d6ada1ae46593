"""What went in and out, for the county to look at. Nobody edits a message."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from juxian.messages.models import InboxMessage, OutboundSend
from juxian.people.admin_base import ReadOnly, ScopedAdmin


@admin.register(InboxMessage)
class InboxMessageAdmin(ReadOnly, ScopedAdmin):
    list_display = ["title", "town", "user", "created_at", "read_at"]
    list_filter = [("read_at", admin.EmptyFieldListFilter), "town"]
    list_select_related = ["town", "user"]
    search_fields = ["title", "key"]
    date_hierarchy = "created_at"
    fields = ["title", "body", "link", "town", "user", "created_at", "read_at", "key"]


@admin.register(OutboundSend)
class OutboundSendAdmin(ReadOnly, ScopedAdmin):
    """Copies outside; those of unknown fate are what staff look for. The text of a member's message stays closed."""

    list_display = ["message", "channel", "state", "on_doubt", "sent_at", "provider_ref"]
    list_filter = ["state", "channel"]
    list_select_related = ["message"]
    search_fields = ["message__title"]
    fields = ["message", "channel", "state", "on_doubt", "sent_at", "provider_ref", "provider_key"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).select_related("message")
