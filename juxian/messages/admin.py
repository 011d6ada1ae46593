"""What went in and out, for the county to look at. Nobody edits a message."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from juxian.messages.channels import CHANNELS
from juxian.messages.models import InboxMessage, OutboundSend
from juxian.people.admin_base import ReadOnly, ScopedAdmin


@admin.register(InboxMessage)
class InboxMessageAdmin(ReadOnly, ScopedAdmin):
    """Every letter that went out, to whom and whether it was read. The text of a member's letter is the member's."""

    list_display = ["title", "to", "created_at", "read_at"]
    list_filter = [("read_at", admin.EmptyFieldListFilter), "town"]
    list_select_related = ["town", "user", "member__branch__town"]
    search_fields = ["title", "key", "member__name"]
    date_hierarchy = "created_at"
    fields = ["title", "to", "text", "created_at", "read_at"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        rows: models.QuerySet = self.model.objects.listed_to(request.user)
        return rows.order_by("-created_at", "-id")

    @admin.display(description="收件人")
    def to(self, message: InboxMessage) -> str:
        if message.member is None:
            return str(message.town or message.user)
        return f"{message.member.name}（{message.member.branch.town}{message.member.branch}）"

    @admin.display(description="内容")
    def text(self, message: InboxMessage) -> str:
        return message.body if message.member is None else "写给党员本人的，内容只有本人能看。"


@admin.register(OutboundSend)
class OutboundSendAdmin(ReadOnly, ScopedAdmin):
    """Copies outside; those of unknown fate are what staff look for. The text of a member's message stays closed."""

    list_display = ["message", "way", "state", "on_doubt", "sent_at", "provider_ref"]
    list_filter = ["state", "channel"]
    list_select_related = ["message"]
    search_fields = ["message__title"]
    fields = ["message", "way", "state", "on_doubt", "sent_at", "provider_ref", "provider_key"]

    @admin.display(description="渠道", ordering="channel")
    def way(self, send: OutboundSend) -> str:
        known = CHANNELS.get(send.channel)
        return known.label if known else send.channel

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).select_related("message")
